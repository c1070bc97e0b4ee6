"""The catalogue: which documents there are, which version is in force, what each says.

Writing happens inside the caller's transaction (a document and its passages
are committed together); reading opens a short one of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Engine, Select, func, insert, select, update

from corpus.current_version import says_the_same
from corpus.documents import Document
from corpus.editions import edition, is_outdated
from corpus.errors import BrokenDocument, MisusedError
from corpus.filters import DocumentFilters, matches, needs_rows, where
from corpus.identity import KnownDocument, document_id
from corpus.queries import CURRENT, KNOWN, existing, joined, records, unknown, version_of, wanted
from corpus.records import (
    DocumentPage,
    DocumentRecord,
    document_from,
    record_from,
    values_from,
    version_from,
)
from corpus.schema import document_versions, documents

__all__ = ["Catalog", "DocumentFilters", "KnownDocument", "Stored", "document_id"]

MAX_PAGE = 1_000


class Stored(NamedTuple):
    """The outcome of `Catalog.store_version`; ``unchanged`` means that nothing new was written."""

    document_id: str
    version: int
    action: Literal["added", "updated", "unchanged"]


class Catalog:
    """The documents of one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # Writing, in the caller's transaction.

    def store_version(
        self,
        connection: Connection,
        source_root: str,
        source: str,
        fingerprint: str,
        document: Document,
        content_sha256: str,
    ) -> Stored:
        """Write a document as a new version and put it in force.

        The first version is 1. A document that was withdrawn gets a new
        version too. There is no new version where the fingerprint is that of
        the version in force and its loader is, too; nor where the same bytes,
        read by a newer loader, gave the same document; nor for a web page
        whose bytes differ and whose content does not (most pages carry a new
        token with every request).

        Args:
            connection: a write transaction (`corpus.storage.begin_write`).
            source_root: see `corpus.identity`.
            source: the name below that root.
            fingerprint: SHA-256 of bytes and sidecar (`corpus.sources.Content`).
            document: what the loader made of it.
            content_sha256: SHA-256 of the original (`corpus.originals.store`).

        Raises:
            BrokenDocument: the text cannot be stored (unpaired surrogates).
        """
        now = _now()
        values = values_from(document) | {"loader_edition": edition(document.media_type)}
        _check_storable(values, source)
        key = (documents.c.source_root == source_root) & (documents.c.source == source)
        row = connection.execute(KNOWN.where(key)).mappings().one_or_none()
        if row is None:
            new_id = document_id(source_root, source)
            connection.execute(
                insert(documents).values(
                    document_id=new_id,
                    source_root=source_root,
                    source=source,
                    status="in_force",
                    current_version=1,
                    fingerprint=fingerprint,
                    created_at=now,
                    updated_at=now,
                )
            )
            stored = Stored(new_id, 1, "added")
        else:
            version = row["current_version"]
            if row["status"] == "in_force":
                if row["fingerprint"] == fingerprint and row["loader_edition"] == edition(
                    document.media_type
                ):
                    return Stored(row["document_id"], version, "unchanged")
                if says_the_same(connection, source_root, source, document, content_sha256):
                    self._touch(connection, row["document_id"], fingerprint=fingerprint)
                    read = {name: values[name] for name in ("notes", "loader_edition")}
                    connection.execute(update(document_versions).where(version_of(row)).values(**read))
                    return Stored(row["document_id"], version, "unchanged")
            action: Literal["added", "updated"] = "updated" if row["status"] == "in_force" else "added"
            stored = Stored(row["document_id"], version + 1, action)
            self._touch(
                connection,
                stored.document_id,
                fingerprint=fingerprint,
                status="in_force",
                current_version=stored.version,
                updated_at=now,
            )
        connection.execute(
            insert(document_versions).values(
                document_id=stored.document_id,
                version=stored.version,
                content_sha256=content_sha256,
                ingested_at=now,
                **values,
            )
        )
        return stored

    def withdraw(self, connection: Connection, document_id: str) -> None:
        """Take a document out of force; its versions stay readable. Twice does no harm.

        Raises:
            UnknownDocument: there is none with this id.
        """
        if self._touch(connection, document_id, status="withdrawn", updated_at=_now()) == 0:
            raise unknown(document_id)

    # Comparing with the sources.

    def known_documents(self) -> list[KnownDocument]:
        """Return every document, withdrawn ones included, as comparing needs it, ordered by name."""
        return self._known(KNOWN)

    def known(self, source_root: str) -> dict[str, KnownDocument]:
        """Return the documents of one root by source, withdrawn ones included."""
        found = self._known(KNOWN.where(documents.c.source_root == source_root))
        return {document.source: document for document in found}

    # Reading.

    def current_documents(
        self, filters: DocumentFilters | None = None, *, limit: int = 100, offset: int = 0
    ) -> DocumentPage:
        """List documents in their current versions, ordered by source and then id.

        Args:
            filters: which documents; those in force if ``None``.
            limit: documents a page, 1..1,000.
            offset: documents to pass over, 0 or more.

        Raises:
            MisusedError: limit or offset out of range.
        """
        if not 1 <= limit <= MAX_PAGE or not 0 <= offset < 2**31:
            raise MisusedError(f"A page holds 1 to {MAX_PAGE} documents and starts at 0 or later.")
        with self.engine.connect() as connection:
            ids = self._matching(connection, filters or DocumentFilters())
            page = ids[offset : offset + limit]
            rows = connection.execute(records().where(CURRENT, documents.c.document_id.in_(page)))
            by_id = {row["document_id"]: row for row in rows.mappings()}
        found = tuple(record_from(by_id[each], [version_from(by_id[each])]) for each in page)
        return DocumentPage(found, len(ids), limit, offset)

    def matching_ids(self, filters: DocumentFilters) -> frozenset[str]:
        """Return the ids of the documents that meet the filters."""
        with self.engine.connect() as connection:
            return frozenset(self._matching(connection, filters))

    def get(self, document_id: str, version: int | None = None) -> DocumentRecord:
        """Return what is known of a document, in its current version or the one named.

        Raises:
            UnknownDocument: no such document or version.
        """
        with self.engine.connect() as connection:
            query = records().where(wanted(document_id, version))
            row = existing(connection.execute(query).mappings().one_or_none(), document_id, version)
            all_versions = (
                select(
                    document_versions.c.version,
                    document_versions.c.ingested_at,
                    document_versions.c.content_sha256,
                    document_versions.c.title,
                )
                .where(document_versions.c.document_id == document_id)
                .order_by(document_versions.c.version)
            )
            return record_from(
                row, [version_from(each) for each in connection.execute(all_versions).mappings()]
            )

    def text(self, document_id: str, version: int | None = None) -> str:
        """Return the canonical text that the offsets of citations count in.

        Raises:
            UnknownDocument: no such document or version.
        """
        query = select(document_versions.c.text).select_from(joined()).where(wanted(document_id, version))
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return str(existing(row, document_id, version)["text"])

    def document(self, document_id: str, version: int | None = None) -> Document:
        """Return a version as the loader made it, sections and all.

        Raises:
            UnknownDocument: no such document or version.
        """
        query = select(document_versions).select_from(joined()).where(wanted(document_id, version))
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return document_from(existing(row, document_id, version))

    def counts(self) -> dict[str, int]:
        """Count the documents that are ``in_force`` and ``withdrawn``, and all ``versions``."""
        with self.engine.connect() as connection:
            statuses = connection.execute(
                select(documents.c.status, func.count()).group_by(documents.c.status)
            )
            counted = {"in_force": 0, "withdrawn": 0} | {row[0]: int(row[1]) for row in statuses}
            versions = connection.execute(select(func.count()).select_from(document_versions)).scalar_one()
        return counted | {"versions": int(versions)}

    def _known(self, query: Select[Any]) -> list[KnownDocument]:
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(documents.c.source_root, documents.c.source)).all()
        return [
            KnownDocument(
                row.document_id,
                row.source_root,
                row.source,
                row.fingerprint,
                row.current_version,
                row.status,
                is_outdated(row.media_type, row.loader_edition),
            )
            for row in rows
        ]

    def _matching(self, connection: Connection, filters: DocumentFilters) -> list[str]:
        query = select(documents.c.document_id).select_from(joined()).where(CURRENT, *where(filters))
        query = query.order_by(documents.c.source, documents.c.document_id)
        if not needs_rows(filters):
            return list(connection.execute(query).scalars())
        columns = (document_versions.c.themes, document_versions.c.region, document_versions.c.publisher)
        rows = connection.execute(query.add_columns(*columns)).mappings()
        return [row["document_id"] for row in rows if matches(row, filters)]

    def _touch(self, connection: Connection, document_id: str, **values: object) -> int:
        changed = update(documents).where(documents.c.document_id == document_id).values(**values)
        return connection.execute(changed).rowcount


def _check_storable(values: dict[str, Any], source: str) -> None:
    for name in ("text", "title"):
        try:
            values[name].encode()
        except UnicodeEncodeError as error:
            raise BrokenDocument(f"The {name} of {source} holds half characters (surrogates).") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
