"""How far the lines of a page reach: the right edge of the column that each stands in.

A line that reaches its edge is full, and its sentence goes on below. On a page
set in columns the page's own edge would call every line of a left column
short, and cut its sentences where a line begins with a capital or a number.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.pdf_pages import Line

_MIN_LINES = 4
_COLUMN_LINES = 6  # lines on both sides of a gutter
_CROSSING_SHARE = 0.1  # of the lines beside a column, that may reach into it (a table, a picture's caption)
_TEXT_CHARACTERS = 20  # in the usual line of a column; less is a column of a table
_SAME = 3.0  # points between beginnings that are one
_FULL_SHARE = 0.9  # of the lines end at the edge or before it


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a line stands, in points from the page's lower left."""

    left: float
    right: float
    bottom: float
    top: float
    n_characters: int


class RightEdges:
    """The right edges of a page and of the columns in it.

    Args:
        lines: all lines of the page.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        boxes = [box for line in lines if (box := _box(line))]
        self._page = _edge([line.right for line in lines if line.right is not None])
        self._starts = _starts(boxes)
        self._columns: dict[int, float | None] = {}
        for column in range(len(self._starts) + 1) if self._starts else ():
            self._columns[column] = _edge([box.right for box in boxes if self._column(box) == column])

    def of(self, line: Line) -> float | None:
        """Return the right edge for a line, in points; ``None`` where it is not known."""
        box = _box(line)
        column = self._column(box) if box and self._starts else None
        return self._page if column is None else (self._columns[column] or self._page)

    def in_column(self, line: Line) -> bool:
        """Tell whether the page has columns and the line stands in one of them."""
        box = _box(line)
        return box is not None and bool(self._starts) and self._column(box) is not None

    def are_neighbours(self, line: Line, after: Line) -> bool:
        """Tell whether the second line stands in the column to the right of the first line's."""
        first, second = _box(line), _box(after)
        if not first or not second or not self._starts:
            return False
        left, right = self._column(first), self._column(second)
        return left is not None and right == left + 1

    def _column(self, box: _Box) -> int | None:
        """Return the number of a line's column; ``None`` for one that reaches over several."""
        column = sum(1 for start in self._starts if start - _SAME <= box.left)
        if column < len(self._starts) and box.right > self._starts[column]:
            return None
        return column


def _starts(boxes: Sequence[_Box]) -> list[float]:
    """Return where the columns after the first begin, from the left; empty on a page without columns."""
    found: list[float] = []
    lefts = Counter(round(box.left) for box in boxes)
    for start in sorted(lefts):
        n_near = sum(lefts[left] for left in range(start - int(_SAME), start + int(_SAME) + 1))
        if n_near < _COLUMN_LINES or (found and start - found[-1] <= _SAME):
            continue
        inside = [box for box in boxes if abs(box.left - start) <= _SAME]
        if len(inside) < _COLUMN_LINES or _usual_length(inside) < _TEXT_CHARACTERS:
            continue
        low, high = min(box.bottom for box in inside), max(box.top for box in inside)
        beside = [box for box in boxes if box.left < start - _SAME and box.top > low and box.bottom < high]
        clear = [box for box in beside if box.right <= start]
        crossing = len(beside) - len(clear)
        if len(clear) < _COLUMN_LINES or _usual_length(clear) < _TEXT_CHARACTERS:
            continue
        if crossing <= _CROSSING_SHARE * len(beside):
            found.append(float(start))
    return found


def _usual_length(boxes: Sequence[_Box]) -> float:
    return statistics.median(box.n_characters for box in boxes)


def _edge(rights: Sequence[float]) -> float | None:
    edges = sorted(rights)
    return edges[math.ceil(_FULL_SHARE * (len(edges) - 1))] if len(edges) >= _MIN_LINES else None


def _box(line: Line) -> _Box | None:
    if line.left is None or line.right is None or line.bottom is None or line.top is None:
        return None
    return _Box(line.left, line.right, line.bottom, line.top, len(line.text))
