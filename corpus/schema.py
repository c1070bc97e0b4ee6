"""Tables of the document catalogue. Upper rooms add theirs to the same metadata."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

documents = Table(
    "documents",
    metadata,
    Column("document_id", String(32), primary_key=True),
    Column("source_root", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("status", String(16), nullable=False),  # in_force | withdrawn
    Column("current_version", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of bytes and sidecar
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    UniqueConstraint("source_root", "source"),
)

document_versions = Table(
    "document_versions",
    metadata,
    Column("document_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content_sha256", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("publisher", Text),
    Column("date", String(10)),
    Column("language", String(8), nullable=False),
    Column("themes", JSON, nullable=False),
    Column("region", Text),
    Column("url", Text),
    Column("licence", Text),
    Column("valid_from", String(10)),
    Column("valid_until", String(10)),
    Column("supersedes", Text),
    Column("media_type", String(128), nullable=False),
    Column("text", Text, nullable=False),
    Column("sections", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("ingested_at", String(32), nullable=False),
    Column("loader_edition", Integer),  # what read it (`corpus.editions`); null where that is not known
    ForeignKeyConstraint(["document_id"], ["documents.document_id"]),
    Index("ix_document_versions_content_sha256", "content_sha256"),
)
