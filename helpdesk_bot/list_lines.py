"""The lines of a passage, and which of them are a list.

A loader keeps what makes a list a list: the bullet or number before an item, the
sign between the cells of a row, the line that an item has to itself. Items of a
list stand on neighbouring lines and begin alike; lines that are merely short are
a list only behind a line that announces it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from index.chunks import Passage

Mark = Literal["bullet", "number", "row", "short"]

FEWEST_ITEMS: dict[Mark, int] = {"bullet": 2, "number": 2, "row": 3, "short": 3}
"""Fewer are no list; a table has a row of headings too."""

SHORT_CHARS = 90
"""A longer line without any mark is a sentence, or a part of one."""

_BULLET = re.compile(r"\s*(?:[•●▪■◦○‣⁃∙·*✓✔►▶–—-]|o(?=\s))\s+")
_NUMBER = re.compile(r"\s*\(?(?P<number>\d{1,2}|[^\W\d_])[.)]\s+")
CELLS = " | "
"""What parts the cells of a row."""
_ENDINGS = (".", "!", "?", "…", "。", "！", "？")
ANNOUNCING = (":", "：")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a passage with the sentences on it (positions, inclusive); ``mark``: what it begins with."""

    text: str
    first: int
    last: int
    mark: Mark | None
    number: str = ""


def lines_of(passage: Passage) -> list[Line]:
    """Return the lines that hold sentences; one without text where a heading stands between them."""
    edges = [0, *(match.end() for match in re.finditer(r"\n+", passage.text)), len(passage.text)]
    starts = [start - passage.start_char for start, _ in passage.sentences]
    found: list[Line] = []
    for start, end in pairwise(edges):
        text = passage.text[start:end].rstrip("\n")
        on_it = [position for position, first in enumerate(starts) if start <= first < end]
        if on_it:
            found.append(_line(text, on_it[0], on_it[-1]))
        elif text.strip() and not _runs_over(passage, start):
            found.append(Line("", -1, -1, None))
    return found


def heading_over(passage: Passage, position: int) -> str:
    """Return the heading that a sentence stands under: the nearest one above it, else the passage's own.

    Short sections share a passage, and their headings stand in its text.
    """
    spans = [(start - passage.start_char, end - passage.start_char) for start, end in passage.sentences]
    end = passage.text.rfind("\n", 0, spans[position][0] + 1)
    while end > 0:
        start = passage.text.rfind("\n", 0, end) + 1
        is_said = any(first < end and start < last for first, last in spans)
        if passage.text[start:end].strip() and not is_said:
            return passage.text[start:end].strip()
        end = start - 1
    return passage.heading_path[-1] if passage.heading_path else ""


def line_at(lines: Sequence[Line], position: int) -> int | None:
    """Return the place of the line that holds a sentence."""
    return next((at for at, line in enumerate(lines) if line.first <= position <= line.last), None)


def groups_of(lines: Sequence[Line], *, is_headed: bool, torn: bool = False) -> list[list[int]]:
    """Return the lists of a passage: for each the lines on which its items begin.

    Args:
        lines: of the passage.
        is_headed: whether the passage stands under a heading.
        torn: with a lone item at an edge of the passage too; the list may go on behind it.
    """
    groups: list[list[int]] = []
    for at, line in enumerate(lines):
        group = groups[-1] if groups else None
        if line.mark is None:
            continue
        if group is not None and _goes_on(lines, group, at):
            group.append(at)
        else:
            groups.append([at])
    edges = {0, len(lines) - 1} if torn else set()
    return [
        group
        for group in groups
        if _is_list(lines, group, is_headed) or (lines[group[0]].mark != "short" and edges & set(group))
    ]


def announcing(lines: Sequence[Line], group: Sequence[int]) -> int | None:
    """Return the place of the line that announces a list: it ends in a colon, or goes on in the items."""
    at = group[0] - 1
    text = lines[at].text.rstrip() if at >= 0 else ""
    goes_on = lines[group[0]].mark in ("bullet", "number") and not text.endswith(_ENDINGS)
    return at if text and (text.endswith(ANNOUNCING) or goes_on) else None


def follows(one: str, other: str) -> bool:
    """Tell whether a number, or a letter, is the next one."""
    if one.isdecimal() and other.isdecimal():
        return int(other) == int(one) + 1
    return not one.isdecimal() and not other.isdecimal() and ord(other) == ord(one) + 1


def _goes_on(lines: Sequence[Line], group: Sequence[int], at: int) -> bool:
    """Tell whether a line is the next item: of its kind and right below, or of the next number.

    Right below may stand any number that the list has not had: two columns of a slide are one text.
    """
    before = group[-1]
    one, other = lines[before], lines[at]
    if one.mark != other.mark or any(not line.text for line in lines[before + 1 : at]):
        return False
    if one.mark == "number" and follows(one.number, other.number):
        return True
    is_new = one.mark != "number" or (
        one.number.isdecimal() == other.number.isdecimal()
        and other.number not in {lines[place].number for place in group}
    )
    return at == before + 1 and is_new


def _is_list(lines: Sequence[Line], group: Sequence[int], is_headed: bool) -> bool:
    mark = lines[group[0]].mark
    if mark is None or len(group) < FEWEST_ITEMS[mark]:
        return False
    if mark != "short":
        return True
    if not group[0]:
        return is_headed
    before = lines[group[0] - 1].text
    return not before or before.rstrip().endswith(ANNOUNCING)


def _runs_over(passage: Passage, offset: int) -> bool:
    """Tell whether a sentence that began on a line above goes on here."""
    place = passage.start_char + offset
    return any(start < place < end for start, end in passage.sentences)


def _line(text: str, first: int, last: int) -> Line:
    if CELLS in text:
        return Line(text, first, last, "row")
    if _BULLET.match(text):
        return Line(text, first, last, "bullet")
    numbered = _NUMBER.match(text)
    if numbered and not numbered["number"].isupper():
        return Line(text, first, last, "number", numbered["number"])
    stripped = text.strip()
    is_short = len(stripped) <= SHORT_CHARS and first == last and not stripped.endswith(_ENDINGS + ANNOUNCING)
    return Line(text, first, last, "short" if is_short else None)
