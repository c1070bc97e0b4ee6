"""What the catalogue gives out, and how a document is written to and read from a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import RowMapping

from corpus.documents import Block, Document, Metadata, Section


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One version of a document; ``version`` is 1-based, ``ingested_at`` ISO 8601 in UTC."""

    version: int
    ingested_at: str
    content_sha256: str
    title: str


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A version of a document as the catalogue knows it, without its text.

    ``version`` is the one described here, ``current_version`` the newest one;
    ``status`` is ``in_force`` or ``withdrawn``; times are ISO 8601 in UTC.
    ``versions`` lists all versions, oldest first (in listings only this one).
    """

    document_id: str
    source_root: str
    source: str
    status: str
    version: int
    current_version: int
    metadata: Metadata
    media_type: str
    content_sha256: str
    n_chars: int
    notes: tuple[str, ...]
    ingested_at: str
    created_at: str
    updated_at: str
    versions: tuple[VersionInfo, ...]


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A page of a listing: its documents, and how many there are over all pages."""

    documents: tuple[DocumentRecord, ...]
    total: int
    limit: int
    offset: int


def record_from(row: RowMapping, versions: Sequence[VersionInfo]) -> DocumentRecord:
    """Build a record from a joined row of ``documents`` and ``document_versions``."""
    return DocumentRecord(
        document_id=row["document_id"],
        source_root=row["source_root"],
        source=row["source"],
        status=row["status"],
        version=row["version"],
        current_version=row["current_version"],
        metadata=metadata_from(row),
        media_type=row["media_type"],
        content_sha256=row["content_sha256"],
        n_chars=row["n_chars"],
        notes=tuple(row["notes"]),
        ingested_at=row["ingested_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        versions=tuple(versions),
    )


def version_from(row: RowMapping) -> VersionInfo:
    """Build the short description of a version."""
    return VersionInfo(row["version"], row["ingested_at"], row["content_sha256"], row["title"])


def metadata_from(row: RowMapping) -> Metadata:
    """Build the metadata of a version from its row."""
    values = {field.name: row[field.name] for field in fields(Metadata)}
    return Metadata(**values | {"themes": tuple(row["themes"])})


def metadata_values(metadata: Metadata) -> dict[str, Any]:
    """Return metadata by the names of its columns, which are those that the API shows."""
    return asdict(metadata) | {"themes": list(metadata.themes)}


def document_from(row: RowMapping) -> Document:
    """Rebuild the document of a version, equal to the one that was stored."""
    sections = tuple(
        Section(start, end, page, tuple(path), language, tuple(Block(*block) for block in blocks))
        for start, end, page, path, language, blocks in row["sections"]
    )
    return Document(row["text"], sections, metadata_from(row), row["media_type"], tuple(row["notes"]))


def values_from(document: Document) -> dict[str, Any]:
    """Return the columns of ``document_versions`` that a document fills."""
    return metadata_values(document.metadata) | {
        "media_type": document.media_type,
        "text": document.text,
        "sections": [
            [
                section.start_char,
                section.end_char,
                section.page,
                list(section.heading_path),
                section.language,
                [[block.start_char, block.end_char, block.kind] for block in section.blocks],
            ]
            for section in document.sections
        ],
        "notes": list(document.notes),
    }
