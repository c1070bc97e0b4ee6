"""Quotes that begin or end inside a list, and what the list around a quote stands under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from helpdesk_bot.citations import Evidence, one_line
from helpdesk_bot.list_lines import ANNOUNCING, Line, announcing, groups_of, heading_over, line_at, lines_of


def announces(piece: Evidence) -> bool:
    """Tell whether the chosen sentence of a quote stands on the line that announces a list."""
    lines, groups = _read(piece)
    at = line_at(lines, piece.best)
    return at is not None and any(announcing(lines, group) == at for group in groups)


def headings_of(piece: Evidence) -> str:
    """Return what the list around a quote stands under: its heading, and the line above."""
    lines, groups = _read(piece)
    at = line_at(lines, piece.best)
    around = [group for group in groups if at in (*group, announcing(lines, group))]
    above = [lines[group[0] - 1].text for group in around if group[0]]
    first = min((lines[group[0]].first for group in around), default=piece.best)
    return " ".join((heading_over(piece.candidate.passage, first), *above))


def untorn(piece: Evidence) -> Evidence:
    """Return a quote without the beginning or the end of a list that its best sentence stands outside of.

    A quote takes neighbours along, and they may be the first row of a table, the
    last item of a list, or the line that announces one. Of a quote out of a list
    the items stay and the line that announces them.
    """
    lines, groups = _read(piece)
    at = line_at(lines, piece.best)
    own = next((group for group in groups if at is not None and _within_list(lines, group, at)), None)
    strange = [line for group in groups if group is not own for line in lines[group[0] : group[-1] + 1]]
    torn = {place for line in strange for place in range(line.first, line.last + 1) if line.first >= 0}
    if own is not None:
        lead = announcing(lines, own)
        head = lines[own[0] if lead is None else lead].first
        torn |= {
            place
            for place in range(piece.first, piece.last + 1)
            if not head <= place <= max(lines[own[-1]].last, piece.best)
        }
    first, last = piece.first, piece.last
    while first < piece.best and first in torn:
        first += 1
    ends = {lines[at].last for at in (announcing(lines, group) for group in groups) if at is not None}
    while last > piece.best and (last in torn or last in ends):
        last -= 1
    return replace(piece, first=first, last=last)


def is_only_a_head(piece: Evidence) -> bool:
    """Tell whether a quote is a title, or the first row of a table: alone they say nothing."""
    quote = one_line(piece.quote).casefold()
    if quote in (piece.candidate.document.title.casefold(), *map(str.casefold, _headings(piece))):
        return True
    lines, groups = _read(piece)
    heads = [lines[group[0]] for group in groups if lines[group[0]].mark == "row"]
    return any(head.first <= piece.first and piece.last <= head.last for head in heads)


def leads_nowhere(piece: Evidence) -> bool:
    """Tell whether a quote is no more than the announcement of what its passage does not hold any more."""
    passage = piece.candidate.passage
    is_last = piece.last == len(passage.sentences) - 1
    return is_last and piece.first == piece.last and piece.quote.rstrip().endswith(ANNOUNCING)


def _headings(piece: Evidence) -> tuple[str, ...]:
    return piece.candidate.passage.heading_path


def _read(piece: Evidence) -> tuple[list[Line], list[list[int]]]:
    """Return the lines of a quote's passage, and its lists."""
    lines = lines_of(piece.candidate.passage)
    return lines, groups_of(lines, is_headed=bool(_headings(piece)))


def _within_list(lines: Sequence[Line], group: Sequence[int], at: int) -> bool:
    """Tell whether a line is of a list: what announces it is, and what stands below its last number."""
    if at == group[0] - 1:
        return announcing(lines, group) == at
    return group[0] <= at and (at <= group[-1] or lines[group[0]].mark == "number")
