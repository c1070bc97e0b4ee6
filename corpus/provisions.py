"""Numbered provisions of laws and rules as headings: "Article 5", "Điều 12. Phạm vi", "2 kap. Ansvar", "§ 7".

Laws come without headings: a short paragraph of its own names and numbers what
follows. The word differs with the language and is found by what it does: it
stands before one number after another, where a sentence has ended and text
follows. A text's own headings are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from corpus.building import DraftSection
from corpus.documents import Block
from corpus.lines import ends_sentence, looks_like_title

FEWEST = 3
"""Provisions of one name, under one heading, that make a series; two where another name has a series."""

_LONGEST = 150
_MOSTLY = 0.8
_NUMBER = r"(?P<number>\d{1,4}(?:\.\w{1,5})*\s?[a-z]?|[IVXLC]{1,7})"
_FORMS = (
    re.compile(rf"(?P<word>[^\W\d_]{{2,15}}\.?|§)\s*{_NUMBER}(?P<rest>(?!\w).*)"),
    re.compile(rf"{_NUMBER}\.?\s*(?P<word>§|[^\W\d_]{{2,12}}\.)(?P<rest>(?!\w).*)"),
)
_TITLE = re.compile(r"[.:)\s–—-]*(?P<title>.*)")
_SENTENCE = re.compile(r"[.,;:!?…]$")


@dataclass(frozen=True, slots=True)
class _Head:
    """A block that may head others: ``word``: what its kind is called, casefolded; ``at``: its place."""

    at: int
    word: str
    number: str
    has_title: bool


@dataclass(frozen=True, slots=True)
class _Placed:
    block: Block
    page: int | None
    text: str


def headed(text: str, sections: Sequence[DraftSection]) -> list[DraftSection]:
    """Return the sections with provisions as headings, nested in the order in which their names first come.

    Args:
        text: the canonical text; it is not changed.
        sections: as a loader read them.
    """
    found: list[DraftSection] = []
    for path, run in groupby(sections, key=lambda section: section.heading_path):
        group = list(run)
        placed = [
            _Placed(block, section.page, text[block.start_char : block.end_char])
            for section in group
            for block in section.blocks
        ]
        levels, heads = _series(placed)
        found.extend(_sections(path, placed, levels, heads) if heads else group)
    return found


def _series(placed: Sequence[_Placed]) -> tuple[dict[str, int], dict[int, _Head]]:
    """Return the level of each name that makes a series, and its heads by their place."""
    heads = [head for at, each in enumerate(placed) if (head := _head(at, each)) is not None]
    by_word: dict[str, list[_Head]] = {}
    for head in heads:
        by_word.setdefault(head.word, []).append(head)
    places = {head.at for head in heads}
    fit = {word: each for word, each in by_word.items() if _is_series(each, placed, places)}
    if not any(len(each) >= FEWEST and _is_followed(each, placed, places) for each in fit.values()):
        return {}, {}
    levels = {word: level for level, word in enumerate(dict.fromkeys(h.word for h in heads if h.word in fit))}
    return levels, {head.at: head for each in fit.values() for head in each}


def _head(at: int, placed: _Placed) -> _Head | None:
    if placed.block.kind not in ("paragraph", "list_item") or len(placed.text) > _LONGEST:
        return None
    for form in _FORMS:
        match = form.fullmatch(placed.text)
        if match is None:
            continue
        title = _TITLE.fullmatch(match["rest"])
        said = title["title"] if title else ""
        if said and (_SENTENCE.search(said) or not (said[0].isupper() or not said[0].isalpha())):
            return None
        return _Head(at, match["word"].casefold(), match["number"], bool(said))
    return None


def _is_series(heads: Sequence[_Head], placed: Sequence[_Placed], places: Collection[int]) -> bool:
    """Tell whether heads count on, each behind a finished sentence and before something else.

    A list of contents has nothing between them, and "Page 3" stands within sentences.
    """
    n_counting = sum(one.number != other.number for one, other in pairwise(heads))
    n_fresh = sum(_is_finished(placed, head.at - 1, places) for head in heads)
    return (
        len(heads) > 1
        and n_counting >= _MOSTLY * (len(heads) - 1)
        and n_fresh >= _MOSTLY * len(heads)
        and _is_followed(heads, placed, {head.at for head in heads})
    )


def _is_followed(heads: Sequence[_Head], placed: Sequence[_Placed], places: Collection[int]) -> bool:
    """Tell whether something stands behind most heads that is not in ``places``."""
    n_followed = sum(head.at + 1 < len(placed) and head.at + 1 not in places for head in heads)
    return n_followed >= _MOSTLY * len(heads)


def _is_finished(placed: Sequence[_Placed], at: int, places: Collection[int]) -> bool:
    if at < 0 or at in places or placed[at].block.kind != "paragraph":
        return True
    text = placed[at].text
    return ends_sentence(text) or text.endswith(")") or looks_like_title(text)


def _sections(
    path: tuple[str, ...], placed: Sequence[_Placed], levels: dict[str, int], heads: dict[int, _Head]
) -> Iterator[DraftSection]:
    """Cut the blocks of one heading path into sections under their provisions."""
    open_heads: list[tuple[int, str]] = []
    section: DraftSection | None = None
    titled_at = -1
    for at, each in enumerate(placed):
        head = heads.get(at)
        block = each.block
        if head is not None:
            level = 2 * levels[head.word]
            open_heads = [(depth, title) for depth, title in open_heads if depth < level]
            open_heads.append((level, each.text))
            titled_at = -1 if head.has_title else at + 1
        elif at == titled_at and _is_title(placed, at, heads):
            open_heads.append((open_heads[-1][0] + 1, each.text))
            head = heads[at - 1]
        if head is not None:
            block = Block(block.start_char, block.end_char, "heading")
        full = (*path, *(title for _, title in open_heads))
        is_new = section is None or section.page != each.page or section.heading_path != full
        if section is None or head is not None or is_new:
            if section is not None:
                yield section
            section = DraftSection(each.page, full)
        section.blocks.append(block)
    if section is not None:
        yield section


def _is_title(placed: Sequence[_Placed], at: int, heads: dict[int, _Head]) -> bool:
    """Tell whether a short line behind "Article 5" is its title: it looks like one, and text follows."""
    text = placed[at].text
    follows = at + 1 < len(placed) and (at + 1 in heads or len(placed[at + 1].text) > len(text))
    return placed[at].block.kind == "paragraph" and looks_like_title(text) and follows
