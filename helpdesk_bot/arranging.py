"""The evidence as the question wants it shown: a list whole, and no more than is needed otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from helpdesk_bot.citations import MAX_CITATIONS, MAX_QUOTED_CHARS, Evidence, cite
from helpdesk_bot.draft import Draft
from helpdesk_bot.listings import Listing, list_around
from helpdesk_bot.question_shapes import asks_for_several
from helpdesk_bot.surplus import likeliest, needed


def arranged(draft: Draft) -> Draft:
    """Return the draft with its evidence, and the citations made of it, as the question wants them.

    A question for several things whose likeliest evidence is an item of a list gets
    the list, in order; any other one keeps all its evidence. A question for one
    thing keeps what it needs (`surplus`). The parts of a question, or the sides of a
    comparison, were judged one by one and stay as they are.
    """
    understanding, found = draft.understanding, draft.retrieval
    if understanding is None or found is None or draft.asked_parts or not draft.evidence:
        return draft
    pieces = needed(draft.evidence, draft.read, understanding.asks_for)
    if not asks_for_several(understanding.stand_alone, understanding.stand_alone_language):
        return replace(draft, evidence=pieces, citations=cite(pieces))
    best = likeliest(draft.evidence, draft.read)
    listing = list_around(best, found.candidates)
    if listing is None:
        return draft
    items = _fitting(listing, draft.evidence)
    before = [lead for piece in draft.evidence for lead in _lead(piece, listing)]
    if not listing.holds(best):  # the sentence that announces the list
        before = [best, *before]
    others = [piece for piece in pieces if piece is not best and not listing.holds(piece)]
    shown = (*before, *items, *others)
    return replace(draft, evidence=shown, citations=cite(shown), list_goes_on=len(items) < len(listing.items))


def _lead(piece: Evidence, listing: Listing) -> tuple[Evidence, ...]:
    """Return what of a quote stands before the list that it runs into, as a quote of its own."""
    held = [item.first for item in listing.items if Listing((item,)).holds(piece)]
    if not held or piece.first >= min(held):
        return ()
    last = min(held) - 1
    return (replace(piece, last=last, best=min(piece.best, last)),)


def _fitting(listing: Listing, chosen: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the first items that an answer may quote, and those that were chosen, in order."""
    wanted = {
        place for place, item in enumerate(listing.items) if any(Listing((item,)).holds(c) for c in chosen)
    }
    kept: set[int] = set()
    quoted = 0
    for place in sorted(range(len(listing.items)), key=lambda place: (place not in wanted, place)):
        item = listing.items[place]
        length = item.end_char - item.start_char
        if len(kept) == MAX_CITATIONS or quoted + length > MAX_QUOTED_CHARS:
            break
        kept.add(place)
        quoted += length
    return tuple(listing.items[place] for place in sorted(kept))
