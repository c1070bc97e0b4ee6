"""Lists as documents write them, found again in the text of a passage.

A loader keeps what makes a list a list: the bullet or number before an item, the
sign between the cells of a row, the line that an item has to itself. Items of a
list stand on neighbouring lines and begin alike; lines that are merely short are
a list only behind a line that announces it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from helpdesk_bot.citations import MAX_QUOTE_CHARS, Evidence
from index.chunks import Candidate, Passage

Mark = Literal["bullet", "number", "row", "short"]

FEWEST_ITEMS: dict[Mark, int] = {"bullet": 2, "number": 2, "row": 3, "short": 3}
"""Fewer are no list; a table has a row of headings too."""

SHORT_CHARS = 90
"""A longer line without any mark is a sentence, or a part of one."""

MOST_SENTENCES = 3
"""Of an item that are quoted: a quote is a sentence with at most two neighbours."""

_BULLET = re.compile(r"\s*(?:[•●▪■◦○‣⁃∙·*✓✔►▶–—-]|o(?=\s))\s+")
_NUMBER = re.compile(r"\s*\(?(?P<number>\d{1,2}|[a-z])[.)]\s+")
_CELLS = " | "
_ENDINGS = (".", "!", "?", "…", "。", "！", "？")
_ANNOUNCING = (":", "：")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a passage with the sentences on it (positions, inclusive); ``mark``: what it begins with."""

    text: str
    first: int
    last: int
    mark: Mark | None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of a document: its items in order, each as it can be quoted."""

    items: tuple[Evidence, ...]

    def holds(self, piece: Evidence) -> bool:
        """Tell whether a quote stands in it, or a part of the quote."""
        return any(_meet(item, piece) for item in self.items)


def list_around(piece: Evidence, candidates: Sequence[Candidate]) -> Listing | None:
    """Return the list that a chosen sentence is an item of, or announces; ``None`` where there is none.

    Args:
        piece: the evidence; its ``best`` sentence counts.
        candidates: what was found: a list that runs over the edge of its passage goes on in the next one.
    """
    passage = piece.candidate.passage
    lines = _lines(passage)
    at = next((place for place, line in enumerate(lines) if line.first <= piece.best <= line.last), None)
    if at is None:
        return None
    for group in _groups(lines, is_headed=bool(passage.heading_path)):
        announced = group[0] == at + 1 and lines[at].text.rstrip().endswith(_ANNOUNCING)
        if at not in group and not announced:
            continue
        items = [_item(piece, piece.candidate, lines, group, place) for place in range(len(group))]
        mark = lines[group[0]].mark
        if mark is not None and group[-1] == len(lines) - 1:
            items += _continued(piece, candidates, mark, 1)
        if mark is not None and group[0] == 0:
            items = _continued(piece, candidates, mark, -1) + items
        return Listing(tuple(items))
    return None


def _groups(lines: Sequence[_Line], *, is_headed: bool) -> list[list[int]]:
    """Return the lists of a passage: for each the lines on which its items begin.

    ``is_headed``: whether the passage stands under a heading.
    """
    groups: list[list[int]] = []
    for at, line in enumerate(lines):
        group = groups[-1] if groups else None
        if line.mark is None:
            continue
        if group is not None and _goes_on(lines, group[-1], at):
            group.append(at)
        else:
            groups.append([at])
    return [group for group in groups if _is_list(lines, group, is_headed)]


def _goes_on(lines: Sequence[_Line], before: int, at: int) -> bool:
    """Tell whether a line is the item behind another one: of its kind and right below, or the next number."""
    one, other = lines[before], lines[at]
    if one.mark != other.mark or any(not line.text for line in lines[before + 1 : at]):
        return False
    if one.mark == "number":
        return _follows(one.number, other.number)
    return at == before + 1


def _follows(one: str, other: str) -> bool:
    if one.isdecimal() and other.isdecimal():
        return int(other) == int(one) + 1
    return not one.isdecimal() and not other.isdecimal() and ord(other) == ord(one) + 1


def _is_list(lines: Sequence[_Line], group: Sequence[int], is_headed: bool) -> bool:
    mark = lines[group[0]].mark
    if mark is None or len(group) < FEWEST_ITEMS[mark]:
        return False
    if mark != "short":
        return True
    if not group[0]:
        return is_headed
    before = lines[group[0] - 1].text
    return not before or before.rstrip().endswith(_ANNOUNCING)


def _item(
    piece: Evidence, candidate: Candidate, lines: Sequence[_Line], group: Sequence[int], place: int
) -> Evidence:
    """Return an item as it can be quoted: whole, or as much of its beginning as a quote may hold."""
    line = lines[group[place]]
    last = line.last
    if line.mark == "number" and place + 1 < len(group):
        last = lines[group[place + 1]].first - 1  # a numbered item may go on below its first line
    item = replace(piece, candidate=candidate, first=line.first, best=line.first, last=line.first)
    while item.last < min(last, line.first + MOST_SENTENCES - 1):
        longer = replace(item, last=item.last + 1)
        if longer.end_char - longer.start_char > MAX_QUOTE_CHARS:
            break
        item = longer
    return replace(item, best=piece.best) if _same(item, piece) and _within(item, piece.best) else item


def _continued(piece: Evidence, candidates: Sequence[Candidate], mark: Mark, step: int) -> list[Evidence]:
    """Return the items of a list that stand in the passage next to its own, where that was found too."""
    own = piece.candidate.passage
    for candidate in candidates:
        passage = candidate.passage
        beside = passage.document_id == own.document_id and passage.ordinal == own.ordinal + step
        if not beside or passage.version != own.version or passage.heading_path != own.heading_path:
            continue
        lines = _lines(passage)
        for group in _groups(lines, is_headed=bool(passage.heading_path)):
            at_edge = group[0] == 0 if step > 0 else group[-1] == len(lines) - 1
            if at_edge and lines[group[0]].mark == mark:
                return [_item(piece, candidate, lines, group, place) for place in range(len(group))]
    return []


def _lines(passage: Passage) -> list[_Line]:
    """Return the lines that hold sentences; one without text where a heading stands between them."""
    edges = [0, *(match.end() for match in re.finditer(r"\n+", passage.text)), len(passage.text)]
    starts = [start - passage.start_char for start, _ in passage.sentences]
    found: list[_Line] = []
    for start, end in pairwise(edges):
        text = passage.text[start:end].rstrip("\n")
        on_it = [position for position, first in enumerate(starts) if start <= first < end]
        if on_it:
            found.append(_line(text, on_it[0], on_it[-1]))
        elif text.strip() and not _runs_over(passage, start):
            found.append(_Line("", -1, -1, None))
    return found


def _runs_over(passage: Passage, offset: int) -> bool:
    """Tell whether a sentence that began on a line above goes on here."""
    place = passage.start_char + offset
    return any(start < place < end for start, end in passage.sentences)


def _line(text: str, first: int, last: int) -> _Line:
    if _CELLS in text:
        return _Line(text, first, last, "row")
    if _BULLET.match(text):
        return _Line(text, first, last, "bullet")
    numbered = _NUMBER.match(text)
    if numbered:
        return _Line(text, first, last, "number", numbered["number"])
    stripped = text.strip()
    is_short = (
        len(stripped) <= SHORT_CHARS and first == last and not stripped.endswith(_ENDINGS + _ANNOUNCING)
    )
    return _Line(text, first, last, "short" if is_short else None)


def _within(piece: Evidence, position: int) -> bool:
    return piece.first <= position <= piece.last


def _same(one: Evidence, other: Evidence) -> bool:
    return one.candidate.passage.passage_id == other.candidate.passage.passage_id


def _meet(one: Evidence, other: Evidence) -> bool:
    return _same(one, other) and one.first <= other.last and other.first <= one.last
