"""Cuts a document into passages along its own structure.

Blocks (headings, paragraphs, list items, tables) are packed in reading order,
never apart from their heading; only what is too long is cut, at sentences or
table rows. Together the passages hold every visible character exactly once,
except lists of contents (`index.contents_lists`) and notes to machines (`index.around_machine_notes`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from corpus.documents import Document
from index import tokens
from index.around_machine_notes import around_machine_notes
from index.chunks import Passage
from index.contents_lists import around_contents_lists
from index.packing import pack
from index.units import Unit, read_units

MAX_TOKENS = 256
"""Half of what the bundled model reads at once, so that context fits and a passage has one subject."""

_SEPARATOR = " — "
_NEARLY_ALL = 0.75


def chunk(
    document: Document, document_id: str, version: int, *, max_tokens: int = MAX_TOKENS
) -> tuple[Passage, ...]:
    """Cut one document version into passages.

    Args:
        document: what a loader gave.
        document_id: whose passages these are.
        version: which version of it.
        max_tokens: the size (`index.tokens.size`: tokens of English density) that a passage is
            filled to. A list item of up to 1.5 times that stays whole, and a tiny rest or a
            heading may come on top.

    Returns:
        The passages in reading order, ordinals from 0. None for a document without text.

    Raises:
        ValueError: ``max_tokens`` is too small to hold a sentence (under 32).
    """
    if max_tokens < 32:
        raise ValueError(f"max_tokens is {max_tokens}; passages under 32 tokens would cut most sentences.")
    units = read_units(document, max_tokens)
    stretches = [
        stretch
        for shown in around_machine_notes(document.text, units)
        for stretch in around_contents_lists(document.text, shown)
    ]
    groups = [group for stretch in stretches for group in pack(stretch, max_tokens)]
    return tuple(
        _passage(document, document_id, version, ordinal, group) for ordinal, group in enumerate(groups)
    )


def embedding_input(
    passage: Passage, *, heading_context: bool = True
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return what the embedder sees of a passage, and where its sentences stand in that.

    The context comes first, on a line of its own (unless ``heading_context`` is off, to measure
    what it is good for); the spans are those of ``passage.sentences``, in the same order.
    """
    before = f"{passage.context}\n" if passage.context and heading_context else ""
    shift = len(before) - passage.start_char
    return before + passage.text, tuple((start + shift, end + shift) for start, end in passage.sentences)


def _passage(
    document: Document, document_id: str, version: int, ordinal: int, units: Sequence[Unit]
) -> Passage:
    start, end = units[0].start_char, units[-1].end_char
    text = document.text[start:end]
    path = _heading_path(units)
    language = next((u.language for u in units if u.language != "und"), document.metadata.language)
    return Passage(
        passage_id=_passage_id(document_id, version, start, end),
        document_id=document_id,
        version=version,
        ordinal=ordinal,
        start_char=start,
        end_char=end,
        page=units[0].page,
        heading_path=path,
        language=language,
        text=text,
        context=_context(document, path, units),
        n_tokens=tokens.count(text),
        sentences=_sentences(units),
    )


def _passage_id(document_id: str, version: int, start: int, end: int) -> str:
    key = f"{document_id}|{version}|{start}|{end}"
    return hashlib.sha256(key.encode("utf-8")).hexdigest()[:24]


def _heading_path(units: Sequence[Unit]) -> tuple[str, ...]:
    """Return the path of nearly all of the passage, else the headings that all of it stands under."""
    sizes: Counter[tuple[str, ...]] = Counter()
    for unit in units:
        sizes[unit.heading_path] += unit.size
    path, size = sizes.most_common(1)[0]
    if size >= _NEARLY_ALL * sizes.total():
        return path
    shortest = min(sizes, key=len)
    for depth, heading in enumerate(shortest):
        if any(other[depth] != heading for other in sizes):
            return shortest[:depth]
    return shortest


def _context(document: Document, path: tuple[str, ...], units: Sequence[Unit]) -> str:
    """Join title, region and headings, leaving out what the passage itself shows and repetitions.

    The region, since a domestic text seldom names its own country, and those who ask about it do.
    """
    shown = {document.text[u.start_char : u.end_char] for u in units if u.kind == "heading"}
    parts: list[str] = []
    for part in (document.metadata.title, document.metadata.region, *path):
        if part and part not in shown and part not in parts:
            parts.append(part)
    return _SEPARATOR.join(parts)


def _sentences(units: Sequence[Unit]) -> tuple[tuple[int, int], ...]:
    """Collect what can be quoted; a heading is no answer, unless there is nothing else."""
    spans = [span for unit in units if unit.kind != "heading" for span in unit.sentences]
    return tuple(spans or [span for unit in units for span in unit.sentences])
