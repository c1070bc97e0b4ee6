"""Which documents do not hold on a day, and what holds in their place."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, RowMapping, select

from corpus.queries import CURRENT
from corpus.schema import document_versions, documents


@dataclass(frozen=True, slots=True)
class Succession:
    """How the documents of the catalogue stand to one another on a day. All are ids.

    ``not_in_force``: their last day has passed (``valid_until``), their first is still to come
    (``valid_from``), or another one replaces them whose first day has come. ``heirs``: of those that
    are replaced, to the document that holds in their place; a replaced document whose successors
    hold no longer either, and have none, has no heir. ``replaces``: of a document, to all whose
    place it takes, those that they replaced among them.
    """

    not_in_force: frozenset[str]
    heirs: Mapping[str, str]
    replaces: Mapping[str, frozenset[str]]


NOTHING_REPLACED = Succession(frozenset(), {}, {})


def succession(connection: Connection, today: date | None = None) -> Succession:
    """Return how the documents in the catalogue stand to one another. Reads a row of each document.

    ``supersedes`` names a source below the same root, from there or from the
    newer document's own folder, or an address. A year or a month stands for all its days.

    Args:
        connection: to the database.
        today: the day; default: the present one, where this machine is.
    """
    rows = _rows(connection)
    day = (today or date.today()).isoformat()
    past = {row["document_id"] for row in rows if is_past(row["valid_until"], day)}
    to_come = {row["document_id"] for row in rows if is_to_come(row["valid_from"], day)}
    successors = _successors([row for row in rows if row["status"] == "in_force"])
    started = {old: [new for new in found if new not in to_come] for old, found in successors.items()}
    gone = frozenset(past | to_come | {old for old, found in started.items() if found})
    heirs = {old: heir for old in started if (heir := _heir(old, started, gone)) is not None}
    return Succession(gone, heirs, _replaced(successors))


def is_past(last: str | None, day: str) -> bool:
    """Tell whether a last day of validity (ISO 8601; a year or month: all its days) lies before a day."""
    return last is not None and day[: len(last)] > last


def is_to_come(first: str | None, day: str) -> bool:
    """Tell whether a first day of validity lies behind a day."""
    return first is not None and day[: len(first)] < first


def _rows(connection: Connection) -> list[RowMapping]:
    of_documents = (
        documents.c.document_id,
        documents.c.source_root,
        documents.c.source,
        documents.c.status,
    )
    of_versions = (
        document_versions.c.supersedes,
        document_versions.c.url,
        document_versions.c.valid_from,
        document_versions.c.valid_until,
    )
    query = select(*of_documents, *of_versions).join(document_versions, CURRENT)
    ordered = query.order_by(documents.c.source, documents.c.document_id)
    return list(connection.execute(ordered).mappings())


def _successors(rows: Iterable[RowMapping]) -> dict[str, list[str]]:
    """Map each document that others name as replaced to those, the latest to begin last."""
    in_order = sorted(rows, key=lambda row: row["valid_from"] or "")
    by_name = {(row["source_root"], row["source"]): str(row["document_id"]) for row in in_order}
    by_url = {row["url"]: str(row["document_id"]) for row in in_order if row["url"]}
    found: dict[str, list[str]] = defaultdict(list)
    for row in in_order:
        if not row["supersedes"]:
            continue
        old = _named(row, by_name) or by_url.get(row["supersedes"])
        if old is not None and old != row["document_id"]:
            found[old].append(str(row["document_id"]))
    return dict(found)


def _named(row: RowMapping, by_name: Mapping[tuple[str, str], str]) -> str | None:
    """Return the id of the document that a row's ``supersedes`` names, below the same root."""
    root, name = row["source_root"], row["supersedes"]
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(row["source"]), name))
    return by_name.get((root, name)) or by_name.get((root, beside))


def _heir(old: str, successors: Mapping[str, list[str]], gone: Set[str]) -> str | None:
    """Return what holds in a document's place: of the nearest that do, the latest to begin."""
    return next((each for each in _following(old, successors) if each not in gone), None)


def _replaced(successors: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for old in successors:
        for new in _following(old, successors):
            found[new].add(old)
    return {new: frozenset(olds) for new, olds in found.items()}


def _following(old: str, successors: Mapping[str, list[str]]) -> Iterator[str]:
    """Give what replaces a document, then what replaces that, each once; never the document itself."""
    seen, nearest = {old}, [old]
    while nearest:
        following = [new for each in nearest for new in reversed(successors.get(each, []))]
        nearest = [new for new in dict.fromkeys(following) if new not in seen]
        seen.update(nearest)
        yield from nearest
