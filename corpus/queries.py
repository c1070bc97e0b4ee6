"""The queries behind the catalogue, and what an id that leads nowhere means."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, RowMapping, Select, and_, func, select

from corpus.errors import UnknownDocument
from corpus.schema import document_versions, documents

CURRENT = (documents.c.document_id == document_versions.c.document_id) & (
    documents.c.current_version == document_versions.c.version
)


KNOWN = select(documents, document_versions.c.media_type, document_versions.c.loader_edition).where(CURRENT)
"""What comparing with the sources needs."""


def records() -> Select[Any]:
    """Select what a record needs; of the text only its length."""
    described = [
        column for column in document_versions.c if column.name not in ("document_id", "text", "sections")
    ]
    n_chars = func.length(document_versions.c.text).label("n_chars")
    return select(documents, *described, n_chars).select_from(joined())


def joined() -> FromClause:
    """Documents with all their versions."""
    return documents.join(document_versions, documents.c.document_id == document_versions.c.document_id)


def wanted(document_id: str, version: int | None) -> ColumnElement[bool]:
    """Choose one version of a document; the current one if ``None``."""
    number = documents.c.current_version if version is None else version
    return (documents.c.document_id == document_id) & (document_versions.c.version == number)


def version_of(row: RowMapping) -> ColumnElement[bool]:
    """Choose the current version of a row of ``documents``."""
    version: ColumnElement[bool] = document_versions.c.version == row["current_version"]
    return and_(document_versions.c.document_id == row["document_id"], version)


def existing(row: RowMapping | None, document_id: str, version: int | None) -> RowMapping:
    """Return the row, or raise `UnknownDocument` where there is none."""
    if row is None:
        raise unknown(document_id, version)
    return row


def unknown(document_id: str, version: int | None = None) -> UnknownDocument:
    """Return the error for an id (or version) that leads nowhere."""
    which = f"version {version} of document" if version is not None else "document"
    return UnknownDocument(f"There is no {which} {document_id[:80]!r}; list the documents to see their ids.")
