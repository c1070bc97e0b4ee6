"""Whether what was read anew says the same as the version in force."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, select

from corpus.documents import Document
from corpus.identity import is_url
from corpus.records import document_from
from corpus.schema import document_versions, documents


def says_the_same(
    connection: Connection, source_root: str, source: str, document: Document, content_sha256: str
) -> bool:
    """Tell whether the version in force was made of the same and holds the same.

    The same original read by newer loaders often gives the same document; a
    web page's bytes differ with every request, so for an address the document
    alone decides. Notes, which are about the reading, do not count. False
    where nothing is in force.
    """
    query = select(document_versions).where(
        documents.c.source_root == source_root,
        documents.c.source == source,
        documents.c.status == "in_force",
        document_versions.c.document_id == documents.c.document_id,
        document_versions.c.version == documents.c.current_version,
    )
    current = connection.execute(query).mappings().one_or_none()
    if current is None:
        return False
    same_original = current["content_sha256"] == content_sha256
    return (same_original or is_url(source)) and _bare(document_from(current)) == _bare(document)


def _bare(document: Document) -> Document:
    return replace(document, notes=())
