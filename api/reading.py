"""A document version as routes and pages show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from api.errors import BadRange, DocumentUnknown
from corpus.documents import Document
from corpus.errors import UnknownDocument
from corpus.records import DocumentRecord, metadata_values

if TYPE_CHECKING:  # see api.service
    from helpdesk_bot.helpdesk import Helpdesk

MAX_VERSION = 2**31 - 1
MAX_OFFSET = 2**31 - 1
"""What every database stores as an integer."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a document's text that is shown in one way.

    ``page`` stands at the first segment of a page; ``language`` where it is
    not the document's own; ``first`` marks the first segment of the quote.
    """

    text: str
    quoted: bool = False
    first: bool = False
    heading: bool = False
    page: int | None = None
    language: str | None = None


def record_of(helpdesk: Helpdesk, document_id: str, version: int | None) -> DocumentRecord:
    """Return what is known of a document version (default: the newest).

    Raises:
        DocumentUnknown: no such document or version.
    """
    try:
        return helpdesk.catalog.get(document_id, version)
    except UnknownDocument as error:
        raise DocumentUnknown(str(error)) from error


def document_json(record: DocumentRecord) -> dict[str, Any]:
    """Return a document as JSON; where it lies on the server's disk is nobody's business."""
    place = {
        "document_id": record.document_id,
        "source": record.source,
        "status": record.status,
        "version": record.version,
        "current_version": record.current_version,
    }
    content = {
        "media_type": record.media_type,
        "content_sha256": record.content_sha256,
        "n_chars": record.n_chars,
        "notes": list(record.notes),
        "ingested_at": record.ingested_at,
    }
    return place | metadata_values(record.metadata) | content


def highlighted(
    document: Document, start: int | None, end: int | None
) -> tuple[int | None, tuple[Segment, ...]]:
    """Cut a document's text into segments, with a span marked as the quote.

    Args:
        document: the document version.
        start: first code point of the quote; ``None`` for no quote.
        end: behind its last code point.

    Returns:
        the page that the quote begins on, and the segments, which give the
        text back when joined.

    Raises:
        BadRange: the span does not lie in the text.
    """
    if (start is None) != (end is None):
        raise BadRange("Give both start and end of the passage, or neither.")
    first, last = start or 0, end or 0
    if not 0 <= first <= last <= len(document.text) or (start is not None and first == last):
        raise BadRange(
            f"The passage {first} to {last} is not within the {len(document.text)} characters of this text."
        )
    segments = tuple(_cut(document, first, last))
    page = next((s.page for s in document.sections if s.start_char <= first < s.end_char), None)
    return (page if last > first else None), segments


def _cut(document: Document, first: int, last: int) -> Iterator[Segment]:
    page_shown: int | None = None
    quote_begun = False
    for start, end, heading, page, language in _runs(document):
        inner = {point for point in (first, last) if start < point < end}
        points = sorted({start, end} | inner)
        for here, there in pairwise(points):
            quoted = first <= here and there <= last and last > first
            yield Segment(
                text=document.text[here:there],
                quoted=quoted,
                first=quoted and not quote_begun,
                heading=heading,
                page=page if page != page_shown else None,
                language=language if language not in (document.metadata.language, "und") else None,
            )
            quote_begun = quote_begun or quoted
            page_shown = page if page is not None else page_shown


def _runs(document: Document) -> Iterator[tuple[int, int, bool, int | None, str]]:
    """Give the whole text as runs of (start, end, is a heading, page, language), in order."""
    at = 0
    for section in document.sections:
        if at < section.start_char:
            yield at, section.start_char, False, None, "und"
            at = section.start_char
        for block in section.blocks:
            if block.kind != "heading" or block.start_char < at:
                continue
            if at < block.start_char:
                yield at, block.start_char, False, section.page, section.language
            yield block.start_char, block.end_char, True, section.page, section.language
            at = block.end_char
        if at < section.end_char:
            yield at, section.end_char, False, section.page, section.language
            at = section.end_char
    if at < len(document.text):
        yield at, len(document.text), False, None, "und"
