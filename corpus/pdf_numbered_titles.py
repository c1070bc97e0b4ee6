"""Type hardly larger than the body's, in which a document sets its numbered titles and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from corpus import lines as reading
from corpus.pdf_pages import Line, Page

_LARGER = 1.03  # of the body's size; less is the same type, measured otherwise
_MOST_LINES = 3
_FEWEST = 2  # one is no habit


def title_sizes(pages: Sequence[Page], body: float, *, below: float) -> frozenset[float]:
    """Return the sizes from 1.03 times the body's, and less than ``below``, that only numbered titles have.

    Sizes are in points.
    """
    titles: dict[float, list[bool]] = {}
    for page in pages:
        for size, lines in _runs(page.lines):
            if _LARGER * body <= size < below:
                titles.setdefault(size, []).append(_is_numbered_title(lines))
    return frozenset(size for size, are in titles.items() if len(are) >= _FEWEST and all(are))


def _runs(lines: Sequence[Line]) -> Iterator[tuple[float, list[Line]]]:
    for size, run in groupby(lines, key=lambda line: line.size):
        if size:
            yield size, list(run)


def _is_numbered_title(lines: Sequence[Line]) -> bool:
    text = " ".join(line.text for line in lines)
    return len(lines) <= _MOST_LINES and reading.section_depth(text) > 0 and reading.looks_like_title(text)
