"""Lists as documents write them, found again in the text of passages, whole and in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from helpdesk_bot.citations import MAX_QUOTE_CHARS, Evidence
from helpdesk_bot.list_lines import (
    ANNOUNCING,
    FEWEST_ITEMS,
    Line,
    Mark,
    announcing,
    follows,
    groups_of,
    line_at,
    lines_of,
)
from index.chunks import Candidate, Passage

MOST_SENTENCES = 3
"""Of an item that are quoted: a quote is a sentence with at most two neighbours."""


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
    lines = lines_of(passage)
    at = line_at(lines, piece.best)
    if at is None:
        return None
    groups = groups_of(lines, is_headed=bool(passage.heading_path), torn=True)
    if lines[at].text.rstrip().endswith(ANNOUNCING):
        # An item of one list that announces another is asked for what it announces.
        if at == len(lines) - 1:
            return _listing(_begun_below(piece, candidates))
        groups = sorted(groups, key=lambda group: announcing(lines, group) != at)
    for group in groups:
        if at not in group and announcing(lines, group) != at:
            continue
        items = _items(piece, piece.candidate, lines, group)
        if group[-1] == len(lines) - 1:
            items += _continued(piece, piece.candidate, candidates, lines[group[-1]], 1)
        if group[0] == 0:
            items = _continued(piece, piece.candidate, candidates, lines[0], -1) + items
        return _listing(items, lines[group[0]].mark)
    return None


def _listing(items: Sequence[Evidence], mark: Mark | None = None) -> Listing | None:
    return Listing(tuple(items)) if len(items) >= FEWEST_ITEMS[mark or "short"] else None


def _begun_below(piece: Evidence, candidates: Sequence[Candidate]) -> list[Evidence]:
    """Return the items of the list that the last line of a passage announces; the next passage has them."""
    below = [each for each in candidates if _beside(piece.candidate.passage, each.passage, 1)]
    for candidate in below:
        lines = lines_of(candidate.passage)
        first = next((g for g in groups_of(lines, is_headed=False, torn=True) if g[0] == 0), [])
        if first and lines[0].mark != "short":
            goes_on = first[-1] == len(lines) - 1
            more = _continued(piece, candidate, candidates, lines[-1], 1) if goes_on else []
            return _items(piece, candidate, lines, first) + more
    return []


def _items(
    piece: Evidence, candidate: Candidate, lines: Sequence[Line], group: Sequence[int]
) -> list[Evidence]:
    """Return the items of a list in the document's order, or by their numbers if none lacks."""
    items = [_item(piece, candidate, lines, group, place) for place in range(len(group))]
    if lines[group[0]].mark != "number":
        return items
    known = [lines[at].number for at in group]
    order = sorted(range(len(group)), key=lambda place: (len(known[place]), known[place]))
    counted = [known[place] for place in order]
    whole = all(follows(one, other) for one, other in pairwise(counted))
    return [items[place] for place in order] if whole else items


def _item(
    piece: Evidence, candidate: Candidate, lines: Sequence[Line], group: Sequence[int], place: int
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


def _continued(
    piece: Evidence, own: Candidate, candidates: Sequence[Candidate], edge: Line, step: int
) -> list[Evidence]:
    """Return the items of a list that stand in the passages next to its own, where those were found too.

    ``edge``: the item at the end of its own passage, or at the beginning where ``step`` is -1.
    """
    for candidate in candidates:
        passage = candidate.passage
        if not _beside(own.passage, passage, step):
            continue
        lines = lines_of(passage)
        near, far = (0, len(lines) - 1) if step > 0 else (len(lines) - 1, 0)
        for group in groups_of(lines, is_headed=bool(passage.heading_path), torn=True):
            if near not in group or not _carries_on(edge, lines[near], step):
                continue
            items = _items(piece, candidate, lines, group)
            more = _continued(piece, candidate, candidates, lines[far], step) if far in group else []
            return items + more if step > 0 else more + items
    return []


def _beside(own: Passage, other: Passage, step: int) -> bool:
    """Tell whether a passage is the next one of the same section, or the one before."""
    same = other.document_id == own.document_id and other.version == own.version
    return same and other.ordinal == own.ordinal + step and other.heading_path == own.heading_path


def _carries_on(edge: Line, other: Line, step: int) -> bool:
    """Tell whether an item of another passage can be the next one, or the one before: alike, in order."""
    if edge.mark != other.mark:
        return False
    first, second = (edge, other) if step > 0 else (other, edge)
    return edge.mark != "number" or follows(first.number, second.number)


def _within(piece: Evidence, position: int) -> bool:
    return piece.first <= position <= piece.last


def _same(one: Evidence, other: Evidence) -> bool:
    return one.candidate.passage.passage_id == other.candidate.passage.passage_id


def _meet(one: Evidence, other: Evidence) -> bool:
    return _same(one, other) and one.first <= other.last and other.first <= one.last
