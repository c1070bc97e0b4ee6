"""Bold lines as headings, in texts that have no others: how many who write do without styles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from corpus.building import DraftSection
from corpus.documents import Block
from corpus.lines import looks_like_title

_MOST_HEADINGS = 1
"""With more of its own than a title, a text says itself what heads what."""


def headed(text: str, sections: Sequence[DraftSection], bold: Collection[int]) -> list[DraftSection]:
    """Return the sections with bold lines as headings of what follows them.

    Args:
        text: the canonical text; it is not changed.
        sections: as a loader read them.
        bold: where the paragraphs begin that are bold from end to end.
    """
    blocks = [block for section in sections for block in section.blocks]
    n_headings = sum(block.kind == "heading" for block in blocks)
    if n_headings > _MOST_HEADINGS:
        return list(sections)
    labels = {
        block.start_char
        for block, after in pairwise(blocks)
        if block.start_char in bold
        and after.start_char not in bold
        and after.kind != "heading"
        and looks_like_title(text[block.start_char : block.end_char].removesuffix(":"))
    }
    found: list[DraftSection] = []
    label = ""
    for section in sections:
        for at, block in enumerate(section.blocks):
            is_label = block.start_char in labels
            label = text[block.start_char : block.end_char] if is_label else label
            if at == 0 or is_label:
                path = (*section.heading_path, label) if label else section.heading_path
                found.append(DraftSection(section.page, path))
            kind = "heading" if is_label else block.kind
            found[-1].blocks.append(Block(block.start_char, block.end_char, kind))
    return [section for section in found if section.blocks]
