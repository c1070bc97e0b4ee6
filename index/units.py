"""The indivisible parts that passages are packed from: blocks, or pieces of blocks that are too long."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.documents import Block, BlockKind, Document, Section
from index import tokens
from index.sentences import pieces, sentence_spans

Span = tuple[int, int]

WHOLE_ITEM = 1.5
"""A list item of up to this many times the limit stays whole: it describes one thing."""

_LONGEST_SENTENCE_CHARS = 600
"""A quote may have 700 characters; longer sentences are cut at clauses, so that they can be quoted."""

_BULLET = re.compile(r"(?:[•●▪■◦○‣⁃∙·*✓✔►▶–—-]|o(?=\s))\s+")
_COLONS = ":："


@dataclass(frozen=True, slots=True)
class Unit:
    """A block or a piece of one, with where it stands and what can be quoted of it alone.

    ``size`` is that of `index.tokens.size`.
    """

    start_char: int
    end_char: int
    kind: BlockKind
    page: int | None
    heading_path: tuple[str, ...]
    language: str
    size: int
    sentences: tuple[Span, ...]
    announces: bool = False
    """Whether it ends in a colon, and what it announces follows."""


def read_units(document: Document, max_tokens: int) -> list[Unit]:
    """Return the units of a document in reading order; together they hold every visible character.

    Text that a loader left outside of its blocks counts as a paragraph of the section around it.
    """
    units: list[Unit] = []
    cursor = 0
    section: Section | None = None
    for section in document.sections:
        for block in section.blocks:
            units.extend(_stray(document, section, cursor, block.start_char, max_tokens))
            units.extend(_from_block(document.text, section, block, max_tokens))
            cursor = block.end_char
    rest = section or Section(0, len(document.text), None, (), document.metadata.language, ())
    units.extend(_stray(document, rest, cursor, len(document.text), max_tokens))
    return units


def _stray(document: Document, section: Section, start: int, end: int, max_tokens: int) -> Iterator[Unit]:
    piece = document.text[start:end]
    if piece.strip():
        start += len(piece) - len(piece.lstrip())
        block = Block(start, start + len(piece.strip()), "paragraph")
        yield from _from_block(document.text, section, block, max_tokens)


def _from_block(text: str, section: Section, block: Block, max_tokens: int) -> Iterator[Unit]:
    spans = quotable_spans(text, block, section.language)
    whole = text[block.start_char : block.end_char]
    size = tokens.size(whole)
    limit = int(max_tokens * WHOLE_ITEM) if block.kind == "list_item" else max_tokens
    groups = [spans]
    if size > limit:
        groups = _balanced(text, _fitting(text, spans, max_tokens), max_tokens)
    for number, group in enumerate(groups):
        # The outer edges are the block's own: a list marker is no part of the sentence after it.
        start = block.start_char if number == 0 else group[0][0]
        end = block.end_char if number == len(groups) - 1 else group[-1][1]
        yield Unit(
            start_char=start,
            end_char=end,
            kind=block.kind,
            page=section.page,
            heading_path=section.heading_path,
            language=section.language,
            size=size if len(groups) == 1 else tokens.size(text[start:end]),
            sentences=tuple(group),
            announces=text[end - 1] in _COLONS,
        )


def quotable_spans(text: str, block: Block, language: str) -> list[Span]:
    """Return what can be quoted alone: sentences, list items without their bullet, table rows."""
    start, end = block.start_char, block.end_char
    if block.kind == "table":
        rows = re.finditer(r"[^\n]*\S[^\n]*", text[start:end])
        spans = [(start + row.start(), start + row.end()) for row in rows]
    else:
        if block.kind == "list_item" and (marker := _BULLET.match(text, start, end)):
            start = marker.end()
        spans = list(sentence_spans(text, start, end, language))
    return [
        piece
        for first, last in spans
        for piece in (
            pieces(text, first, last, _LONGEST_SENTENCE_CHARS)
            if last - first > _LONGEST_SENTENCE_CHARS
            else [(first, last)]
        )
    ] or [(block.start_char, block.end_char)]


def _fitting(text: str, spans: Sequence[Span], max_tokens: int) -> list[Span]:
    """Cut the spans that alone have more tokens than allowed."""
    fitting: list[Span] = []
    for start, end in spans:
        if end - start > 1 and tokens.size(text[start:end]) > max_tokens:
            halves = pieces(text, start, end, math.ceil((end - start) / 2))
            fitting.extend(_fitting(text, halves, max_tokens))
        else:
            fitting.append((start, end))
    return fitting


def _balanced(text: str, spans: Sequence[Span], max_tokens: int) -> list[list[Span]]:
    """Group sentences into as few pieces as fit, of about the same size."""
    sizes = [tokens.size(text[start:end]) + 1 for start, end in spans]  # +1: the space between
    rest = sum(sizes)
    groups: list[list[Span]] = [[]]
    filled = 0
    for span, size in zip(spans, sizes, strict=True):
        target = (filled + rest) / math.ceil((filled + rest) / max_tokens)
        if groups[-1] and (filled + size > max_tokens or filled + size / 2 > target):
            groups.append([])
            filled = 0
        groups[-1].append(span)
        filled += size
        rest -= size
    return groups
