"""Running heads, running feet and page numbers: what a page carries besides its text.

Dropped only where it is safe: in the margin, repeated over pages, and, the
first time, only when the same words also stand elsewhere in the document or
the line is set like nothing else (`corpus.pdf_running_lines`).
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from dataclasses import dataclass

from corpus.pdf_pages import Line, Page
from corpus.pdf_running_lines import Place, running_lines

_MARGIN = 0.1  # of the page's height, above and below
_MIN_PAGES = 3
_EDGE_LINES = 3
_NUMBER = re.compile(
    r"^\W*(?:page|sida|sid|trang|seite|strona|side|sivu|pagina|página)?\W*(\d{1,4}|[ivxlc]{1,7})(?:\s*[/|]\s*\d{1,4})?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Numbering:
    """Which numbers stand on a page: ``per_sheet`` of them, counted on from page to page."""

    per_sheet: int
    offset: int

    def of(self, page: int) -> range:
        first = self.per_sheet * page + self.offset
        return range(first, first + self.per_sheet)


def without_furniture(pages: list[Page]) -> list[Page]:
    """Return the pages without what repeats in their margins."""
    edges = {page.number: _edge_lines(page) for page in pages}
    counts = Counter(_key(line.text) for lines in edges.values() for line in set(lines))
    repeats = Counter(line.text for lines in edges.values() for line in set(lines))
    body = " ".join(
        _letters(line.text) for page in pages for line in page.lines if line not in edges[page.number]
    )
    numbering = _numbering(pages, edges)
    running = running_lines(pages, edges)
    kept_once: set[str] = set()
    cleaned = []
    for page in pages:
        dropped = set()
        for line in edges[page.number]:
            key = _key(line.text)
            is_number = _is_page_number(line.text, page.number, numbering, len(pages))
            if is_number or Place(page.number, line) in running:
                dropped.add(line)
            elif counts[key] >= _MIN_PAGES or _is_running_foot(line.text, page.number, numbering):
                letters = _letters(line.text)
                if not letters and repeats[line.text] < _MIN_PAGES:
                    continue  # a number that is not this page's
                letters = letters or line.text
                if letters in kept_once or _is_said(letters, body):
                    dropped.add(line)
                elif counts[key] >= _MIN_PAGES:
                    kept_once.add(letters)
        lines = tuple(line for line in page.lines if line not in dropped)
        cleaned.append(dataclasses.replace(page, lines=lines))
    return cleaned


def _edge_lines(page: Page) -> list[Line]:
    if page.height is None:
        # Without coordinates only the order tells: the first and the last line.
        return list(dict.fromkeys([*page.lines[:1], *page.lines[-1:]]))
    low, high = _MARGIN * page.height, (1 - _MARGIN) * page.height
    placed = [line for line in page.lines if line.top is not None and line.bottom is not None]
    above = [line for line in placed if (line.bottom or 0.0) >= high]
    below = [line for line in placed if (line.top or 0.0) <= low]
    above.sort(key=lambda line: -(line.top or 0.0))
    below.sort(key=lambda line: line.bottom or 0.0)
    return [*above[:_EDGE_LINES], *below[:_EDGE_LINES]]


def _key(text: str) -> str:
    return re.sub(r"\d+", "#", text).casefold().strip()


def _letters(text: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", text.casefold()))


def _is_said(letters: str, body: str) -> bool:
    """Tell whether the body says the words of a line too: in one, or in two, such as title and heading."""
    words = letters.split()
    halves = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
    return letters in body or any(first in body and rest in body for first, rest in halves)


def _numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"(?:^|\s)(\d{1,4})(?=$|\s)", text.strip())]


def _numbering(pages: list[Page], edges: dict[int, list[Line]]) -> _Numbering | None:
    """Return how the pages are numbered where most agree: one number a page, or two on a sheet of two."""
    for per_sheet, fewest in ((1, 2), (2, 3)):
        offsets = Counter(
            offset
            for page in pages
            for offset in {
                n - per_sheet * page.number - place
                for line in edges[page.number]
                for n in _numbers(line.text)
                for place in range(per_sheet)
            }
        )
        offset, n_pages = offsets.most_common(1)[0] if offsets else (0, 0)
        if n_pages >= max(fewest, 0.5 * len(pages)):
            return _Numbering(per_sheet, offset)
    return None


def _is_page_number(text: str, number: int, numbering: _Numbering | None, n_pages: int) -> bool:
    match = _NUMBER.match(text)
    if not match or n_pages < 2:
        return False
    printed = match.group(1)
    if printed.isdigit():
        return numbering is not None and int(printed) in numbering.of(number)
    return len(text.strip()) <= 7  # a Roman number of the front matter


def _is_running_foot(text: str, number: int, numbering: _Numbering | None) -> bool:
    """Tell whether a margin line carries the page's own number beside some words."""
    return numbering is not None and not set(numbering.of(number)).isdisjoint(_numbers(text))
