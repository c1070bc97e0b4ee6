"""From the lines of pages to headings, paragraphs and list items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from corpus import lines as reading
from corpus import pdf_outline
from corpus.pdf_columns import RightEdges
from corpus.pdf_numbered_titles import title_sizes
from corpus.pdf_outline import Entry
from corpus.pdf_pages import Line, Page

_LEADERS = re.compile(r"(?:\s?[.․…·_]){4,}\s*")
_HEADING_RATIO = 1.12  # of the body's size
_MAX_HEADING_CHARACTERS = 200
_MAX_HEADING_LINES = 4
_MAX_LEVELS = 4
_GAP = 1.45  # of the usual distance between lines: more begins a paragraph
_SOLID = 1.35  # of the type's size: from line to line of one block of text
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(slots=True)
class Piece:
    """A block before it has its place in the text; ``entry`` only enters an outline heading."""

    page: int
    kind: Literal["heading", "paragraph", "list_item", "entry"]
    text: str
    level: int = 0


def read_layout(pages: list[Page], entries: list[Entry]) -> list[Piece]:
    """Return the blocks of a document in reading order.

    Args:
        pages: their lines, running heads already gone.
        entries: the outline; without one, type size tells the headings.
    """
    style = _Style(pages)
    by_page: dict[int, list[Entry]] = {}
    for entry in entries:
        by_page.setdefault(entry.page, []).append(entry)
    words = Counter(word.casefold() for page in pages for word in _WORD.findall(page.text))
    pieces: list[Piece] = []
    for page in pages:
        marks = _outline_marks(page, by_page.get(page.number, []))
        if not entries:
            marks = style.headings(page)
        of_page = list(_page_pieces(page, marks, style, words))
        if pieces and of_page and _runs_over(pieces[-1], of_page[0]):
            pieces[-1].text = _join(pieces[-1].text, of_page.pop(0).text, words, hyphenated=False)
        pieces.extend(of_page)
    return pieces


@dataclass(frozen=True, slots=True)
class _Mark:
    """A heading on some lines of a page (``span`` is empty where the page does not show it)."""

    span: range
    level: int
    title: str | None = None


class _Style:
    """What is usual in a document: the size of its type, the distance of its lines."""

    def __init__(self, pages: list[Page]) -> None:
        sizes: Counter[float] = Counter()
        gaps: Counter[float] = Counter()
        for page in pages:
            for line in page.lines:
                if line.size:
                    sizes[line.size] += len(line.text)
            for line, after in pairwise(page.lines):
                gap = _drop(line, after)
                if gap is not None and 0 < gap < 60 and line.size == after.size:
                    gaps[round(gap * 2) / 2] += 1
        self.body_size = sizes.most_common(1)[0][0] if sizes else None
        self.gap = gaps.most_common(1)[0][0] if gaps else None
        self.levels: dict[float, int] = {}
        if self.body_size:
            least = _HEADING_RATIO * self.body_size
            numbered = title_sizes(pages, self.body_size, below=least)
            larger = sorted((size for size in sizes if size >= least or size in numbered), reverse=True)
            if sum(sizes[size] for size in larger) <= 0.3 * sum(sizes.values()):
                distinct: list[float] = []
                for size in larger:
                    if not distinct or size < 0.96 * distinct[-1]:
                        distinct.append(size)
                    self.levels[size] = min(len(distinct), _MAX_LEVELS)

    def headings(self, page: Page) -> list[_Mark]:
        """Return the headings of a page, told by type size, or by bold type on a line of its own."""
        marks: list[_Mark] = []
        position = 0
        while position < len(page.lines):
            line = page.lines[position]
            level = self.levels.get(line.size or 0.0)
            end = position + 1
            if level is not None:
                while end < len(page.lines) and page.lines[end].size == line.size:
                    end += 1
                if end - position > _MAX_HEADING_LINES:
                    solid = _solid_end(page.lines, position, end)
                    if solid - position > _MAX_HEADING_LINES:  # a lead or a quote in large type
                        position = solid
                        continue
                    end = position + _MAX_HEADING_LINES
            elif self._is_bold_heading(page, position):
                level = min(max(self.levels.values(), default=0) + 1, _MAX_LEVELS + 1)
            text = " ".join(item.text for item in page.lines[position:end])
            is_text = any(map(str.isalpha, text)) and not reading.bullet(text) and not _LEADERS.search(text)
            if level is not None and is_text and len(text) <= _MAX_HEADING_CHARACTERS:
                marks.append(_Mark(range(position, end), level))
            position = end
        return marks

    def _is_bold_heading(self, page: Page, position: int) -> bool:
        line = page.lines[position]
        if not line.bold or not reading.looks_like_title(line.text) or position + 1 >= len(page.lines):
            return False
        after = page.lines[position + 1]
        before = page.lines[position - 1] if position else None
        apart = before is None or reading.ends_sentence(before.text) or self.is_gap(before, line)
        return (
            apart and not after.bold and line.size is not None and line.size >= 0.95 * (self.body_size or 0.0)
        )

    def is_gap(self, before: Line, after: Line) -> bool:
        """Tell whether more white than usual lies between two lines."""
        gap = _drop(before, after)
        return gap is not None and self.gap is not None and gap > _GAP * self.gap


def _solid_end(lines: Sequence[Line], start: int, stop: int) -> int:
    """Return where lines of one size end that are set as one block: below each other, without white."""
    end = start + 1
    while end < stop:
        drop = _drop(lines[end - 1], lines[end])
        if drop is None or not 0 < drop <= _SOLID * (lines[start].size or 0.0):
            break
        end += 1
    return end


def _drop(before: Line, after: Line) -> float | None:
    if before.bottom is None or after.bottom is None:
        return None
    return before.bottom - after.bottom


def _outline_marks(page: Page, entries: list[Entry]) -> list[_Mark]:
    marks: list[_Mark] = []
    taken: set[int] = set()
    for entry in entries:
        span = pdf_outline.find(entry, page.lines, taken)
        if span is not None:
            taken.update(span)
            marks.append(_Mark(span, entry.level))
        else:
            marks.append(_Mark(_place(entry, page), entry.level, entry.title))
    return sorted(marks, key=lambda mark: mark.span.start)


def _place(entry: Entry, page: Page) -> range:
    """Return an empty range at the first line below where an outline entry points."""
    if entry.top is not None:
        for position, line in enumerate(page.lines):
            if line.top is not None and line.bottom is not None and line.bottom < entry.top:
                return range(position, position)
    return range(0)


def _page_pieces(page: Page, marks: list[_Mark], style: _Style, words: Counter[str]) -> Iterator[Piece]:
    right = RightEdges(page.lines)
    position = 0
    for mark in [*marks, _Mark(range(len(page.lines), len(page.lines)), 0)]:
        yield from _blocks(page, page.lines[position : mark.span.start], style, right, words)
        position = max(position, mark.span.stop)
        if mark.title is not None:
            yield Piece(page.number, "entry", mark.title, mark.level)
        elif mark.level:
            text = " ".join(line.text for line in page.lines[mark.span.start : mark.span.stop])
            yield Piece(page.number, "heading", text, mark.level)


def _blocks(
    page: Page, lines: tuple[Line, ...], style: _Style, right: RightEdges, words: Counter[str]
) -> Iterator[Piece]:
    piece: Piece | None = None
    first: Line | None = None
    last: Line | None = None
    width = reading.wrap_width([line.text for line in page.lines])
    for line in lines:
        if piece and first and last and _goes_on(first, last, line, style, right, width):
            piece.text = _join(piece.text, line.text, words, hyphenated=last.hyphenated)
        else:
            if piece:
                yield _finished(piece)
            is_item = reading.bullet(line.text) or reading.numbered(line.text)
            piece, first = Piece(page.number, "list_item" if is_item else "paragraph", line.text), line
        last = line
    if piece:
        yield _finished(piece)


def _goes_on(
    first: Line, last: Line, line: Line, style: _Style, edges: RightEdges, width: int | None
) -> bool:
    """Tell whether a line belongs to the paragraph or item that began with ``first``."""
    before, text = last.text, line.text
    if last.hyphenated:
        return True
    if _LEADERS.search(before) or reading.bullet(text):
        return False
    if _LEADERS.search(text) and reading.section_depth(text):  # the next line of a table of contents
        return False
    if None in (first.left, last.left, last.right, line.left, style.gap, edges.of(last)):
        return reading.continues(before, text, width)
    return _goes_on_by_place(first, last, line, style.gap or 0.0, edges)


def _goes_on_by_place(first: Line, last: Line, line: Line, gap: float, edges: RightEdges) -> bool:
    first_left, left, last_left = first.left or 0.0, line.left or 0.0, last.left or 0.0
    size, line_size = last.size or 0.0, line.size or 0.0
    drop = _drop(last, line) or 0.0
    ended, lower = reading.ends_sentence(last.text), reading.starts_lower(line.text)
    is_item = reading.bullet(first.text) or reading.numbered(first.text)
    if abs(size - line_size) > 0.25 * max(size, line_size) or drop > max(_GAP * gap, 1.6 * size):
        return False
    if reading.bare_marker(last.text):
        return True
    right = edges.of(last) or 0.0
    full = (last.right or 0.0) >= right - 0.15 * max(right - first_left, 1.0)
    # Words are long beside a column; on a whole page this would join the rows of tables.
    full = full or (not ended and edges.in_column(last) and _has_no_room_for(line, last, right))
    if reading.numbered(line.text) and (ended or not full):
        return False
    if drop < -2 * size:  # a new column: only an unfinished sentence goes on in it
        return not ended and (lower or (full and not is_item and edges.are_neighbours(last, line)))
    if abs(drop) < 0.3 * size:  # beside, not below: a cell or a piece of the same line
        return True
    if is_item:
        hanging = left > first_left + 0.5 * size
        if hanging and (last is first or abs(left - last_left) < 0.5 * size):
            return full or not ended
        if not hanging and last is not first:
            return full and not ended
    elif left - last_left > 0.8 * size and ended:  # the first line of a paragraph is indented
        return False
    return full or (lower and not ended)


def _has_no_room_for(line: Line, last: Line, right: float) -> bool:
    """Tell whether the first word of a line would have gone over the edge behind the line above it."""
    width = (last.right or 0.0) - (last.left or 0.0)
    word = line.text.split(maxsplit=1)[0]
    return (last.right or 0.0) + (len(word) + 1) * width / max(len(last.text), 1) > right


def _join(before: str, after: str, words: Counter[str], *, hyphenated: bool) -> str:
    """Join two lines, mending a word that was split between them."""
    tail = re.search(r"([^\W\d_]+)([-‐]?)$", before)
    head = re.match(r"[^\W\d_]+", after)
    if not tail or not head or not (hyphenated or tail.group(2)):
        return before + after if hyphenated else f"{before} {after}"
    if not hyphenated and not after[0].islower():
        return before + after
    left, right = tail.group(1).casefold(), head.group().casefold()
    stem = before[: tail.end(1)]
    # As a whole elsewhere, or in pieces that are no words: it was split. Two
    # words of their own ("run-time") keep their hyphen.
    if words[left + right] or not (words[left] > 1 and words[right] > 1):
        return stem + after
    return f"{stem}-{after}"


def _finished(piece: Piece) -> Piece:
    piece.text = _LEADERS.sub(" … ", piece.text).strip()
    return piece


def _runs_over(before: Piece, after: Piece) -> bool:
    """Tell whether a sentence goes on from one page to the next."""
    return (
        before.kind in ("paragraph", "list_item")
        and after.kind == "paragraph"
        and not reading.ends_sentence(before.text)
        and reading.starts_lower(after.text)
    )
