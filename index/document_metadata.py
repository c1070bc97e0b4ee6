"""What the search needs of the catalogue: which passages the filters let through, and their documents."""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy import Connection, select

from corpus.schema import document_versions, documents
from index.chunks import DocumentInfo, Filters
from index.schema import passages

_COLUMNS = {
    "kind": document_versions.c.kind,
    "language": document_versions.c.language,
    "region": document_versions.c.region,
    "publisher": document_versions.c.publisher,
    "source": documents.c.source,
    "theme": None,  # lists and prefixes are compared in Python: the same on every database
    "year": None,
}


def allowed_passages(connection: Connection, filters: Filters) -> Set[str] | None:
    """Return the ids of the passages that the filters let through; ``None`` for no filter."""
    wanted = {name: values for name in _COLUMNS if (values := getattr(filters, name))}
    if not wanted:
        return None
    query = (
        select(passages.c.passage_id, document_versions.c.themes, document_versions.c.date)
        .join(documents, documents.c.document_id == passages.c.document_id)
        .join(
            document_versions,
            (document_versions.c.document_id == passages.c.document_id)
            & (document_versions.c.version == passages.c.version),
        )
        .where(passages.c.in_force == 1)
    )
    for name, values in wanted.items():
        column = _COLUMNS[name]
        if column is not None:
            query = query.where(column.in_(values))
    return {
        str(passage_id)
        for passage_id, themes, date in connection.execute(query)
        if (not filters.theme or set(filters.theme) & set(themes))
        and (not filters.year or str(date or "")[:4] in filters.year)
    }


def document_infos(connection: Connection, document_ids: set[str]) -> dict[str, DocumentInfo]:
    """Read the current version's metadata of documents in force."""
    query = (
        select(document_versions, documents.c.source)
        .join(
            documents,
            (documents.c.document_id == document_versions.c.document_id)
            & (documents.c.current_version == document_versions.c.version),
        )
        .where(documents.c.document_id.in_(sorted(document_ids)) & (documents.c.status == "in_force"))
    )
    return {
        row.document_id: DocumentInfo(
            document_id=row.document_id,
            version=row.version,
            title=row.title,
            kind=row.kind,
            publisher=row.publisher,
            date=row.date,
            language=row.language,
            themes=tuple(row.themes),
            region=row.region,
            url=row.url,
            source=row.source,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            supersedes=row.supersedes,
            licence=row.licence,
        )
        for row in connection.execute(query)
    }
