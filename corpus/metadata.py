"""What is known about a document: an override, front matter, sidecar, the file's own words, its folder.

The first of them that says something about a field wins. What a person wrote
(front matter, sidecar) is checked and refused with a clear message; what a
program left in a file is used where it makes sense and ignored otherwise.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from corpus import language
from corpus.documents import KINDS, Metadata
from corpus.errors import BrokenDocument
from corpus.hints import Hints
from corpus.text import one_line

_ALIASES = {
    "lang": "language",
    "author": "publisher",
    "organisation": "publisher",
    "organization": "publisher",
    "tags": "themes",
    "keywords": "themes",
    "license": "licence",
    "link": "url",
    "canonical": "url",
    "type": "kind",
}
_FIELDS = tuple(Metadata.__dataclass_fields__)
_DATES = ("date", "valid_from", "valid_until")
_ISO_DATE = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")
_PLACEHOLDERS = re.compile(
    r"^(untitled.*|unknown|(word )?document\d*|microsoft (word|powerpoint) - .*|powerpoint presentation|"
    r"presentation\d*|title|slide \d+|.*\.(docx?|pptx?|pdf|indd|odt|rtf|tex|html?|md|txt))$",
    re.IGNORECASE,
)
# Headings that open many documents and name none of them.
_GENERIC = frozenset(
    """
    introduction, summary, executive summary, abstract, overview, contents, table of contents, background
    foreword, preface, inledning, sammanfattning, bakgrund, förord, innehåll, giới thiệu, tóm tắt, mục lục
    tổng quan, lời nói đầu, bối cảnh, einleitung, zusammenfassung, vorwort, inhalt, résumé, sommaire
    avant-propos, resumen, introducción, índice, introduzione, sommario, wprowadzenie, streszczenie
    spis treści, indledning, indhold, resumé, innledning, sammendrag, johdanto, tiivistelmä, inleiding
    samenvatting, inhoud
    """.strip()
    .replace("\n    ", ", ")
    .split(", ")
)
_MAX_TITLE = 300
_MAX_THEMES = 20
_WORD = re.compile(r"[^\W\d_]{3,}")
_WEB_ADDRESS = re.compile(r"^https?://\S+$")


def merge(
    hints: Hints,
    *,
    front_matter: Mapping[str, Any] | None,
    file_metadata: Mapping[str, Any] | None,
    titles: Iterable[str],
    opening: str = "",
) -> tuple[Metadata, str | None, tuple[str, ...]]:
    """Merge what is known about a document.

    Args:
        hints: source, sidecar and folder.
        front_matter: what stands at the head of the file itself, checked strictly.
        file_metadata: properties a program wrote into the file, taken with a grain of salt.
        titles: further candidates for a title (first heading, first line), best first.
        opening: the text that the document opens with, "" where that tells nothing of its title.

    Returns:
        the metadata, whose ``language`` is what a person declared or ``und``;
        the language the file claims for itself, or None; notes.

    Raises:
        BrokenDocument: front matter or sidecar hold a value that cannot be.
    """
    notes: list[str] = []
    declared: dict[str, Any] = {}
    for where, values in (
        ("override", hints.override),
        ("front matter", front_matter),
        ("sidecar", hints.sidecar),
    ):
        for name, value in _checked(values, f"{where} of {hints.source}", notes).items():
            declared.setdefault(name, value)
    claims = _claimed(file_metadata or {})
    claimed_language = claims.pop("language", None)
    own_title = _own_title(titles)
    if own_title and "title" in claims and _is_strange(claims["title"], opening):
        del claims["title"]
    known = {**claims, **declared}
    if "kind" not in known:
        known["kind"] = kind_of_folder(hints.folder) or "document"
    if "title" not in known:
        known["title"] = own_title or _title_of_file(hints)
    return Metadata(**known), claimed_language, tuple(notes)


def check_fields(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return metadata that a person wrote, checked; empty fields are left out.

    Raises:
        BrokenDocument: a field is not known, or a value cannot be.
    """
    notes: list[str] = []
    found = _checked(values, where, notes)
    if notes:
        raise BrokenDocument(notes[0])
    return found


def kind_of_folder(folder: str | None) -> str | None:
    """Return the document kind that a folder's name tells (``good-practices/`` and the like)."""
    for part in reversed(PurePosixPath((folder or "").replace("\\", "/")).parts):
        name = re.sub(r"[\s-]+", "_", part.strip().lower())
        for form in (name, name.removesuffix("s"), "news" if name == "new" else name):
            if form in KINDS and form != "document":
                return form
    return None


def iso_date(value: Any) -> str | None:
    """Return a date as ISO 8601 (``2024``, ``2024-05`` or ``2024-05-01``), or None if it is none."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    if re.match(r"^\d{4}-\d{2}-\d{2}[T ]", text):
        text = text[:10]
    if not _ISO_DATE.match(text):
        return None
    try:
        dt.date.fromisoformat((text + "-01-01")[:10] if len(text) == 4 else (text + "-01")[:10])
    except ValueError:
        return None
    return text


def _checked(values: Mapping[str, Any] | None, where: str, notes: list[str]) -> dict[str, Any]:
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise BrokenDocument(f"{where}: expected fields such as `title: ...`, found {type(values).__name__}")
    found: dict[str, Any] = {}
    for raw_name, value in values.items():
        name = str(raw_name).strip().lower().replace("-", "_")
        name = _ALIASES.get(name, name)
        if name not in _FIELDS:
            notes.append(f"{where}: field {raw_name!r} is not known and was ignored")
            continue
        if value is None or value in ("", []):
            continue
        found[name] = _checked_value(name, value, where)
    return found


def _checked_value(name: str, value: Any, where: str) -> Any:
    if name == "kind":
        kind = re.sub(r"[\s-]+", "_", str(value).strip().lower())
        if kind not in KINDS:
            raise BrokenDocument(f"{where}: kind {value!r} is not known; write one of {', '.join(KINDS)}")
        return kind
    if name in _DATES:
        date = iso_date(value)
        if date is None:
            raise BrokenDocument(
                f"{where}: {name} {value!r} is not a date; write 2024, 2024-05 or 2024-05-01"
            )
        return date
    if name == "language":
        # YAML 1.1 reads the Norwegian code `no` as false.
        code = language.code_of("no" if value is False else str(value))
        if code is None:
            raise BrokenDocument(f"{where}: language {value!r} is not a language code; write sv, en, vi ...")
        return code
    if name == "themes":
        return _themes(value, where)
    if isinstance(value, Mapping | list | tuple | set):
        raise BrokenDocument(f"{where}: {name} must be one line of text, not a {type(value).__name__}")
    text = one_line(str(value))
    if name == "url" and not _WEB_ADDRESS.match(text):
        raise BrokenDocument(f"{where}: url {text!r} is not a web address; write https://...")
    return text


def _themes(value: Any, where: str) -> tuple[str, ...]:
    items: Sequence[Any] = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or any(isinstance(item, Mapping | list) for item in items):
        raise BrokenDocument(f"{where}: themes must be a list of words or one line separated by commas")
    themes = [one_line(str(item)) for item in items]
    return tuple(dict.fromkeys(theme for theme in themes if theme))


def _claimed(values: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: _claimed_value(name, value) for name, value in values.items() if value and name in _FIELDS}
    return {name: value for name, value in found.items() if value}


def _claimed_value(name: str, value: Any) -> Any:
    if name in _DATES:
        return iso_date(value)
    if name == "language":
        return language.code_of(str(value))
    if name == "themes":
        items = re.split("[,;]", value) if isinstance(value, str) else value
        return tuple(dict.fromkeys(filter(None, (one_line(str(item)) for item in items))))[:_MAX_THEMES]
    text = one_line(str(value))[:_MAX_TITLE]
    if (name == "title" and not _names_something(text)) or (name == "url" and not _WEB_ADDRESS.match(text)):
        return None
    return text


def _names_something(title: str) -> bool:
    return sum(map(str.isalpha, title)) >= 2 and not _PLACEHOLDERS.match(title)


def _is_strange(title: str, opening: str) -> bool:
    """Tell whether a program left a title that is another's: at most half of its words open the document.

    "Word Document", a template's title, or what the file was called once ("EAP cover Rev 9-22-14").
    """
    words, said = _WORD.findall(title.casefold()), set(_WORD.findall(opening.casefold()))
    return bool(words and said) and 2 * sum(word in said for word in words) <= len(words)


def _own_title(titles: Iterable[str]) -> str | None:
    for title in titles:
        line = one_line(title)
        plain = line.strip(" .:0123456789").casefold()
        if _names_something(line) and plain not in _GENERIC and len(line) <= _MAX_TITLE:
            return line
    return None


def _title_of_file(hints: Hints) -> str:
    name = hints.name
    while PurePosixPath(name).suffix and len(PurePosixPath(name).suffix) <= 6:
        name = PurePosixPath(name).stem
    return one_line(re.sub(r"[_\-]+", " ", name)) or hints.source
