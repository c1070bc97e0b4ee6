"""The values that loaders produce and every room above reads.

A document is one canonical text (NFC, line feeds as line ends) and a flat, ordered
list of sections over it. Offsets are code points of that text, half open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

KINDS = ("policy_brief", "report", "good_practice", "project", "webinar", "news", "document")
"""The closed list of document kinds; ``document`` is what nothing else was said of."""

BlockKind = Literal["heading", "paragraph", "list_item", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or table: text that is read as a unit.

    ``start_char``/``end_char`` are offsets in the document's text; a block
    neither starts nor ends with white space.
    """

    start_char: int
    end_char: int
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Section:
    """A run of blocks under one heading path, on one page or slide.

    ``page`` is 1-based (slides count as pages) and ``None`` where the format
    has none. ``heading_path`` runs from the outermost heading to the nearest.
    ``language`` is a two-letter code, ``und`` where it could not be told.
    """

    start_char: int
    end_char: int
    page: int | None
    heading_path: tuple[str, ...]
    language: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a document; dates are ISO 8601 (``2024`` and ``2024-05`` are valid)."""

    title: str
    kind: str = "document"
    publisher: str | None = None
    date: str | None = None
    language: str = "und"
    themes: tuple[str, ...] = ()
    region: str | None = None
    url: str | None = None
    licence: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    supersedes: str | None = None  # the `source` of the document that this one replaces


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed document: its canonical text, its sections, its metadata.

    ``notes`` say what the loader had to mend (for example that a second PDF
    extractor was used); they are shown in reports, never an error.
    """

    text: str
    sections: tuple[Section, ...]
    metadata: Metadata
    media_type: str
    notes: tuple[str, ...] = field(default=())
