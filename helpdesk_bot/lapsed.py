"""Which documents do not hold today, and what takes their place: said beside every quote of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Engine, select

from corpus.catalog import Catalog
from corpus.queries import CURRENT
from corpus.schema import document_versions, documents
from index.document_metadata import not_in_force


def lapsed(engine: Engine, document_ids: Iterable[str], today: date | None = None) -> dict[str, str | None]:
    """Return, by id, those of some documents that do not hold today.

    Args:
        engine: the database.
        document_ids: of documents that are cited.
        today: the day; default: the present one.

    Returns:
        the title of the document that takes its place, ``None`` where there is none: it ran out, or
        has yet to begin.
    """
    wanted = set(document_ids)
    if not wanted:
        return {}
    replaced = Catalog(engine).superseded()
    with engine.connect() as connection:
        behind = wanted & not_in_force(connection, replaced, today or date.today())
        newer = {replaced[one] for one in behind if one in replaced}
        query = select(documents.c.document_id, document_versions.c.title).where(
            CURRENT, documents.c.document_id.in_(sorted(newer))
        )
        titles = {row.document_id: str(row.title) for row in connection.execute(query)} if newer else {}
    return {one: titles.get(replaced.get(one, "")) for one in sorted(behind)}
