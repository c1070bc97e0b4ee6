"""What the search needs of the catalogue: which passages the filters let through, and their documents."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import fields

from sqlalchemy import Connection, select

from corpus.errors import MisusedError
from corpus.filters import DocumentFilters, matches, needs_rows, where
from corpus.queries import CURRENT
from corpus.schema import document_versions, documents
from index.chunks import DocumentInfo, Filters
from index.errors import BadQuery
from index.schema import passages
from index.stored_vectors import batches


def allowed_passages(connection: Connection, filters: Filters) -> Set[str] | None:
    """Return the ids of the passages that the filters let through; ``None`` for no filter.

    The filters mean what they mean in a list of documents (`corpus.filters`),
    but for a kind that does not exist: no document is of it.

    Raises:
        BadQuery: a year that is none.
    """
    given = {field.name: values for field in fields(Filters) if (values := getattr(filters, field.name))}
    if not given:
        return None
    try:
        wanted = DocumentFilters.from_mapping(given, known_kinds=False)
    except MisusedError as error:
        raise BadQuery(str(error)) from error
    version_of_passage = (document_versions.c.document_id == passages.c.document_id) & (
        document_versions.c.version == passages.c.version
    )
    query = (
        select(passages.c.passage_id, passages.c.document_id)
        .join(documents, documents.c.document_id == passages.c.document_id)
        .join(document_versions, version_of_passage)
        .where(passages.c.in_force == 1, *where(wanted))
    )
    found = connection.execute(query)
    if not needs_rows(wanted):
        return {str(passage_id) for passage_id, _ in found}
    meeting = _meeting(connection, wanted)
    return {str(passage_id) for passage_id, document_id in found if document_id in meeting}


def _meeting(connection: Connection, wanted: DocumentFilters) -> Set[str]:
    """Return the ids of the documents whose theme, region and publisher meet the filters."""
    columns = document_versions.c
    query = (
        select(documents.c.document_id, columns.themes, columns.region, columns.publisher)
        .join(document_versions, CURRENT)
        .where(*where(wanted))
    )
    rows = connection.execute(query).mappings()
    return {row["document_id"] for row in rows if matches(row, wanted)}


def documents_of(connection: Connection, passage_ids: Sequence[str]) -> dict[str, str]:
    """Return the document id of each passage."""
    columns = passages.c
    return {
        str(passage_id): str(document_id)
        for batch in batches(list(passage_ids))
        for passage_id, document_id in connection.execute(
            select(columns.passage_id, columns.document_id).where(columns.passage_id.in_(batch))
        )
    }


_DESCRIBING = [document_versions.c[field.name] for field in fields(DocumentInfo) if field.name != "source"]
"""The columns of `DocumentInfo`: a version's text and sections are large, and not needed here."""


def document_infos(connection: Connection, document_ids: set[str]) -> dict[str, DocumentInfo]:
    """Read the current version's metadata of documents in force."""
    query = (
        select(*_DESCRIBING, documents.c.source)
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
