"""Lists of contents: titles with their pages, in whose words every question is found, and that answer none.

They are told by what they do, in any language and with or without leaders:
line after line ends in the number of a page, the numbers grow, and the titles
stand again elsewhere in the document, each on a line of its own. That keeps
lists of fees, scores or years, which end in numbers too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from index.units import Unit

_ENTRY = re.compile(r"(?P<title>.*?\w.*?)(?P<leaders>\s*(?:…|\.{2,}|(?:\s\.){2,}))?\s+(?P<page>\d{1,4})")
_NUMBERING = re.compile(r"\d+(?:[.)]\w+)*[.)]?\s+")
_LONGEST_TITLE = 250
_FEWEST = 4
_GAP = 2
"""So many units between two entries may be something else: a running head, a title without a page."""

_GROWING = 0.75
"""Share of the page numbers that grow or stay: behind the chapters come the figures, from page one on."""

_FOUND_AGAIN = 0.3
"""Share of the titles that stand again on a line of their own. In a PDF many are broken or set otherwise."""


class _Entry(NamedTuple):
    at: int
    title: str
    page: int
    has_leaders: bool


def around_contents_lists(text: str, units: Sequence[Unit]) -> list[list[Unit]]:
    """Return the stretches of units before, between and after lists of contents and the heading above each.

    Args:
        text: of the document.
        units: of it, in reading order.
    """
    entries = [
        entry
        for at, unit in enumerate(units)
        if unit.kind != "table" and (entry := _entry(text[unit.start_char : unit.end_char], at))
    ]
    stretches: list[list[Unit]] = []
    begin = 0
    lines = {_plain(line) for line in text.splitlines()} if len(entries) >= _FEWEST else set()
    for whole in _runs(entries):
        run = _between_titles(whole, lines)
        if len(run) >= _FEWEST and _grows(run):
            first = run[0].at
            is_headed = first > begin and units[first - 1].kind == "heading"
            stretches.append(list(units[begin : first - is_headed]))
            begin = run[-1].at + 1
    stretches.append(list(units[begin:]))
    return [stretch for stretch in stretches if stretch]


def _entry(text: str, at: int) -> _Entry | None:
    match = _ENTRY.fullmatch(" ".join(text.split())) if len(text) <= _LONGEST_TITLE else None
    if match is None:
        return None
    return _Entry(at, _plain(match["title"]), int(match["page"]), bool(match["leaders"]))


def _runs(entries: Sequence[_Entry]) -> list[list[_Entry]]:
    runs: list[list[_Entry]] = []
    for entry in entries:
        if runs and entry.at - runs[-1][-1].at <= _GAP + 1:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return runs


def _grows(run: Sequence[_Entry]) -> bool:
    growing = sum(one.page <= two.page for one, two in pairwise(run))
    return growing >= _GROWING * (len(run) - 1) and run[0].page < max(entry.page for entry in run)


def _between_titles(run: Sequence[_Entry], lines: Collection[str]) -> Sequence[_Entry]:
    """Return a run from its first title that stands elsewhere to the last entry; nothing if too few do.

    "Definition 1" right behind a list of contents is none of its entries.
    """
    found = [at for at, entry in enumerate(run) if entry.title in lines]
    if not found or len(found) < _FOUND_AGAIN * (len(run) - found[0]):
        return ()
    end = max(at for at, entry in enumerate(run) if at == found[-1] or entry.has_leaders)
    while end + 1 < len(run) and run[end + 1].page >= run[end].page:
        end += 1
    return run[found[0] : end + 1]


def _plain(line: str) -> str:
    """Return a title as it is compared: without case, its number, and leaders."""
    plain = " ".join(line.split()).casefold()
    return _NUMBERING.sub("", plain, count=1) if plain[:1].isdigit() else plain
