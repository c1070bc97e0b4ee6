"""Running heads and feet that two pages suffice to notice.

One line, in one place, on two pages, apart from the text and set like no
heading. Titles, labels ("Annex 1", "Annex 2") and the heads of tables recur
too: they are larger, say nothing but a name and a number, or stand close to
what they belong to, and stay.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from corpus.pdf_pages import Line, Page

_OUTER = 0.065  # of the page's height: what lies wholly in it, body text does not reach
_SHIFT = 4.0  # points between the places of one line on two pages
_LARGER = 0.5  # points over the body's size
_SMALLER = 0.7
_LABEL_WORDS = 2
_REACH = 2  # pages apart: left and right pages may have heads of their own
_DIGITS = re.compile(r"\d+")
_BEFORE = re.compile(
    r"[\W_]*(?:page|sida|sid|trang|seite|strona|side|sivu|pagina|página)?[\W_]*", re.IGNORECASE
)
_BEHIND = re.compile(r"[\W_]*(?:[^\W\d_]{1,4})?[\W_]*\d{0,4}[\W_]*")  # "of 2", "/2", "(2)"


class Place(NamedTuple):
    """A line of a page, by the page's number (1-based)."""

    page: int
    line: Line


def running_lines(pages: Sequence[Page], edges: Mapping[int, Sequence[Line]]) -> frozenset[Place]:
    """Return the lines that are furniture.

    The first of them stays where it says what stands nowhere else: a number
    besides the page's own (a date, a reference), or, on a line that carries no
    page number, words (who published it).

    Args:
        pages: all pages; one without coordinates has no such lines.
        edges: by page number, the lines near its upper and lower edge.
    """
    body_size = _body_size(pages, edges)
    placed = [page for page in pages if page.height is not None]
    found: dict[Place, str] = {}
    for at, one in enumerate(placed):
        for other in placed[at + 1 : at + 1 + _REACH]:
            found |= _shared(one, other, edges, body_size)
    rest = [line.text for page in pages for line in page.lines if Place(page.number, line) not in found]
    numbers = set(_DIGITS.findall("\n".join(rest)))
    words = "\n".join(map(_words, rest))
    kept: set[str] = set()
    furniture = set()
    for place, said in sorted(found.items(), key=lambda each: each[0].page):
        known = numbers.issuperset(_DIGITS.findall(said)) and (
            said != place.line.text or _words(said) in words
        )
        if known or said in kept:
            furniture.add(place)
        else:
            kept.add(said)
    return frozenset(furniture)


def _shared(
    one: Page, other: Page, edges: Mapping[int, Sequence[Line]], body_size: float
) -> dict[Place, str]:
    """Return the lines that two pages share in their margins, and what they say besides the page's number."""
    pairs = []
    for line in edges[one.number]:
        for twin in edges[other.number]:
            words = _common_words(line.text, twin.text, other.number - one.number)
            if words is None or not _same_place(line, twin):
                continue
            numbered = words != line.text
            if _set_like_furniture(line, one, body_size, numbered=numbered) and _set_like_furniture(
                twin, other, body_size, numbered=numbered
            ):
                pairs.append((line, twin, words))
    # What belongs to the text is text, and brings the line that is next to it nearer to the text.
    while True:
        first = _apart(one, [line for line, _, _ in pairs], body_size)
        second = _apart(other, [twin for _, twin, _ in pairs], body_size)
        left = [(line, twin, words) for line, twin, words in pairs if line in first and twin in second]
        if len(left) == len(pairs):
            break
        pairs = left
    found: dict[Place, str] = {}
    for line, twin, words in pairs:
        found |= {Place(one.number, line): words, Place(other.number, twin): words}
    return found


def _common_words(text: str, other: str, pages_apart: int) -> str | None:
    """Return what two lines both say, their page numbers left out; ``None`` where they differ otherwise."""
    if text == other:
        return text if re.search(r"[^\W\d_]{2}", text) else None
    for number, words in _without_number(text):
        for twin, others in _without_number(other):
            # A left page's number may stand before the words, a right page's behind them.
            if twin - number == pages_apart and words == others and len(words.split()) > _LABEL_WORDS:
                return words
    return None


def _without_number(text: str) -> Iterator[tuple[int, str]]:
    """Give each number that begins or ends a line, a total behind it or not, and the words beside it."""
    for match in _DIGITS.finditer(text):
        before, behind = text[: match.start()], text[match.end() :]
        if len(match.group()) > 4:
            continue
        if _BEHIND.fullmatch(behind):
            yield int(match.group()), _words(before)
        elif _BEFORE.fullmatch(before):
            yield int(match.group()), _words(behind)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _same_place(line: Line, twin: Line) -> bool:
    return (
        abs((line.top or 0.0) - (twin.top or 0.0)) <= _SHIFT
        and abs((line.bottom or 0.0) - (twin.bottom or 0.0)) <= _SHIFT
    )


def _apart(page: Page, shared: Sequence[Line], body_size: float) -> list[Line]:
    """Return those of the shared lines that have a blank of a line or more between them and the text."""
    text = [
        line
        for line in page.lines
        if re.search(r"[^\W\d_]", line.text) and not any(_level(line, each) for each in shared)
    ]
    if not text:
        return []  # all that the page says
    return [
        line
        for line in shared
        if all(
            (each.top or 0.0) <= (line.bottom or 0.0) - body_size
            or (each.bottom or 0.0) >= (line.top or 0.0) + body_size
            for each in text
        )
    ]


def _level(line: Line, other: Line) -> bool:
    return (line.bottom or 0.0) < (other.top or 0.0) and (other.bottom or 0.0) < (line.top or 0.0)


def _set_like_furniture(line: Line, page: Page, body_size: float, *, numbered: bool) -> bool:
    size = line.size or body_size
    height = page.height or 0.0
    outer = (line.bottom or 0.0) >= (1 - _OUTER) * height or (line.top or 0.0) <= _OUTER * height
    plain = not line.bold and (numbered or size <= body_size - _SMALLER)
    return size <= body_size + _LARGER and (outer or plain)


def _body_size(pages: Sequence[Page], edges: Mapping[int, Sequence[Line]]) -> float:
    """Return the size in points that most lines of the text are set in."""
    inner = [line for page in pages for line in page.lines if line not in edges[page.number]]
    lines = inner or [line for page in pages for line in page.lines]
    sizes = [line.size for line in lines if line.size]
    return statistics.median(sizes) if sizes else 10.0
