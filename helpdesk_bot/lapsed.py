"""Which quotes are of documents that do not hold today, and what holds in their place: said beside each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Engine, RowMapping, select

from corpus.queries import CURRENT
from corpus.schema import document_versions, documents
from corpus.succession import Succession, succession


@dataclass(frozen=True, slots=True)
class Lapse:
    """What became of a quoted document since, or on this day.

    ``withdrawn``: it is no longer among the documents; ``changed``: its present version does not say
    the quote any more; ``replaced``: another document does not let it hold; ``not_in_force``: it ran
    out, or has yet to begin. ``successor``: the id of the document that holds in its place, if one
    does, and ``title`` what that is called.
    """

    change: Literal["withdrawn", "changed", "replaced", "not_in_force"]
    successor: str | None = None
    title: str | None = None


def lapsed(
    engine: Engine, citations: Iterable[Mapping[str, Any]], today: date | None = None
) -> dict[str, Lapse]:
    """Return what became of the documents of citations, by citation id; of those alone that lapsed.

    Args:
        engine: the database.
        citations: of an answer, as JSON.
        today: the day; default: the present one.
    """
    cited = list(citations)
    if not cited:
        return {}
    with engine.connect() as connection:
        known = succession(connection, today)
        lapses = {each["citation_id"]: _of_citation(connection, each, known) for each in cited}
    return {citation_id: lapse for citation_id, lapse in lapses.items() if lapse is not None}


def lapse_of(connection: Connection, document_id: str, known: Succession) -> Lapse | None:
    """Return why a document does not hold, ``None`` where it does.

    Args:
        connection: to the database.
        document_id: of a document that is in the catalogue.
        known: how documents stand to one another on the day.
    """
    if document_id not in known.not_in_force:
        return None
    heir = known.heirs.get(document_id)
    row = _now(connection, heir) if heir else None
    return Lapse("not_in_force") if row is None else Lapse("replaced", heir, str(row["title"]))


def _of_citation(connection: Connection, citation: Mapping[str, Any], known: Succession) -> Lapse | None:
    document_id, version = citation["document"]["document_id"], citation["document"]["version"]
    now = _now(connection, document_id)
    if now is None or now["status"] != "in_force":
        return Lapse("withdrawn")
    if now["current_version"] != version and not _still_says(connection, document_id, citation["quote"]):
        return Lapse("changed")
    return lapse_of(connection, document_id, known)


def _now(connection: Connection, document_id: str) -> RowMapping | None:
    columns = (documents.c.status, documents.c.current_version, document_versions.c.title)
    query = select(*columns).join(document_versions, CURRENT).where(documents.c.document_id == document_id)
    return connection.execute(query).mappings().one_or_none()


def _still_says(connection: Connection, document_id: str, quote: str) -> bool:
    query = select(document_versions.c.text).join(documents, CURRENT)
    text = connection.scalar(query.where(documents.c.document_id == document_id))
    return quote in str(text)
