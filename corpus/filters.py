"""Which documents are meant: by kind, language, theme, region, publisher, source, year, status."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func

from corpus.documents import KINDS
from corpus.errors import MisusedError
from corpus.schema import document_versions, documents

STATUSES = ("in_force", "withdrawn")


@dataclass(frozen=True, slots=True)
class DocumentFilters:
    """Conditions that a document has to meet, each in one of its values; an empty one is no condition.

    Theme, region and publisher are compared without regard to case, Unicode
    form and runs of spaces; a source without regard to Unicode form.
    """

    kind: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    publisher: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    year: tuple[int, ...] = ()
    document_id: tuple[str, ...] = ()
    status: tuple[str, ...] = ("in_force",)

    @classmethod
    def from_mapping(cls, given: Mapping[str, object], *, known_kinds: bool = True) -> DocumentFilters:
        """Read filters as users give them.

        Args:
            given: name to one value or several; ``year`` also takes a range
                (``2020-2024``), ``status`` also ``any``.
            known_kinds: refuse a kind that does not exist; otherwise no document is of it.

        Raises:
            MisusedError: an unknown name, or a value that cannot be.
        """
        known = [field.name for field in fields(cls)]
        values: dict[str, tuple[Any, ...]] = {}
        for name, value in given.items():
            if name not in known:
                raise MisusedError(f"There is no filter {name!r}; the filters are {', '.join(known)}.")
            if (texts := _texts(name, value)) or name == "status":
                values[name] = _checked(name, texts, known_kinds)
        return cls(**values)

    def __bool__(self) -> bool:
        """Tell whether this leaves out any document in force."""
        return self != DocumentFilters()


def where(filters: DocumentFilters) -> list[ColumnElement[bool]]:
    """Return the conditions that the database can judge (see `matches` for the rest)."""
    conditions: list[ColumnElement[bool]] = []
    for column, values in (
        (documents.c.status, filters.status),
        (documents.c.document_id, filters.document_id),
        (documents.c.source, _every_form(filters.source)),
        (document_versions.c.kind, filters.kind),
        (document_versions.c.language, filters.language),
        (func.substr(document_versions.c.date, 1, 4), tuple(str(year) for year in filters.year)),
    ):
        if values:
            conditions.append(column.in_(values))
    return conditions


def needs_rows(filters: DocumentFilters) -> bool:
    """Tell whether `matches` has anything to judge."""
    return bool(filters.theme or filters.region or filters.publisher)


def matches(row: RowMapping, filters: DocumentFilters) -> bool:
    """Judge theme, region and publisher here: no two databases fold case alike."""
    return (
        _any_alike(row["themes"], filters.theme)
        and _any_alike((row["region"],), filters.region)
        and _any_alike((row["publisher"],), filters.publisher)
    )


def _any_alike(present: Iterable[str | None], wanted: Sequence[str]) -> bool:
    return not wanted or bool(
        {_folded(text) for text in present if text} & {_folded(text) for text in wanted}
    )


def _folded(text: str) -> str:
    # Folding can take a letter apart, and its parts must stand in one order: composed before and after.
    plain = unicodedata.normalize("NFC", " ".join(text.split())).casefold()
    return unicodedata.normalize("NFC", plain)


def _every_form(texts: Sequence[str]) -> tuple[str, ...]:
    """Return composed and decomposed forms too: a file's name is stored as its file system gave it."""
    forms = (unicodedata.normalize(form, text) for form in ("NFC", "NFD") for text in texts)
    return tuple(dict.fromkeys((*texts, *forms)))


def _texts(name: str, value: object) -> tuple[str, ...]:
    several = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
    texts = []
    for each in several:
        if isinstance(each, bool) or not isinstance(each, (str, int)):
            raise MisusedError(f"The filter {name!r} takes text, not {each!r}.")
        texts.append(str(each).strip())
    return tuple(dict.fromkeys(text for text in texts if text))


def _checked(name: str, texts: tuple[str, ...], known_kinds: bool) -> tuple[Any, ...]:
    if name == "year":
        return tuple(dict.fromkeys(year for text in texts for year in _years(text)))
    if name == "language":
        return tuple(re.split(r"[-_]", text.lower())[0] for text in texts)
    if name == "kind":
        kinds = tuple(re.sub(r"[\s-]+", "_", text.lower()) for text in texts)
        return tuple(_one_of(KINDS, "kind", kind) for kind in kinds) if known_kinds else kinds
    if name == "status":
        if not texts or "any" in texts:
            return STATUSES
        return tuple(_one_of(STATUSES, "status", text.lower().replace("-", "_")) for text in texts)
    return texts


def _one_of(allowed: Sequence[str], name: str, value: str) -> str:
    if value not in allowed:
        raise MisusedError(f"There is no {name} {value!r}; it is one of {', '.join(allowed)}.")
    return value


def _years(text: str) -> range:
    found = re.fullmatch(r"([0-9]{4})(?:\s*[-–]\s*([0-9]{4}))?", text)
    if found is None:
        raise MisusedError(f"{text!r} is not a year; write 2024, or 2020-2024.")
    first = int(found[1])
    last = int(found[2] or first)
    if last < first or last - first > 200:
        raise MisusedError(f"{text!r} is not a range of years; write the earlier year first.")
    return range(first, last + 1)
