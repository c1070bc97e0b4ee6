"""The evidence as the question wants it shown: a list whole, and no more than is needed otherwise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.citations import MAX_CITATIONS, MAX_QUOTED_CHARS, Evidence, cite
from helpdesk_bot.compared_sides import in_place
from helpdesk_bot.draft import Draft
from helpdesk_bot.extractive import Words
from helpdesk_bot.headed_lists import lists_headed
from helpdesk_bot.judging_parts import JudgedPart, evidence_of
from helpdesk_bot.listings import Listing, list_around
from helpdesk_bot.question_shapes import asks_for_several
from helpdesk_bot.reading import ReadExcerpt
from helpdesk_bot.successors import with_successor
from helpdesk_bot.surplus import likeliest, needed
from helpdesk_bot.switches import Switch
from helpdesk_bot.table_cells import cell_asked
from helpdesk_bot.torn_quotes import announces, headings_of, is_only_a_head, leads_nowhere, untorn
from helpdesk_bot.understanding import Understanding
from helpdesk_bot.versions import newest_first
from index.lexical import tokens
from index.retrieval import Retrieval

HEADED = 0.15
"""Of the weight of a question's words: a list below a heading that holds so much is what is asked for."""


def arranged(draft: Draft, switched_off: Collection[Switch] = ()) -> Draft:
    """Return the draft with its evidence, and the citations made of it, as the question wants them.

    A question for several things whose evidence holds an item of a list gets the
    list, in order, or the one that stands under a heading for what is asked for; any
    other one keeps all its evidence. A question for one thing keeps what it needs
    (`surplus`), and the list that its best sentence announces; the row of a table
    that it names comes first. What replaced a document is quoted before it, or beside it
    (`successors`) where it says something else.
    A question for resources of a kind keeps a quote of each.
    Each part of a question, or side of a comparison, keeps what it needs itself.
    Quotes that a list tears, and those about another side, are mended whatever is off.

    Args:
        draft: judged.
        switched_off: `lists` and `surplus` are done here.
    """
    understanding, found = draft.understanding, draft.retrieval
    if understanding is None or found is None or not draft.evidence:
        return draft
    if draft.asked_parts:
        return _each_part(draft, understanding.question_language, switched_off)
    if draft.kinds:
        return _with(draft, _whole(draft.evidence))
    draft = _of_one_part(draft, understanding, found, switched_off)
    shown = with_successor(draft.evidence, found.candidates, understanding.stand_alone, draft.day)
    return draft if shown == draft.evidence else _with(draft, shown)


def _of_one_part(
    draft: Draft, understanding: Understanding, found: Retrieval, switched_off: Collection[Switch]
) -> Draft:
    several = asks_for_several(understanding.stand_alone, understanding.stand_alone_language)
    draft = replace(draft, evidence=newest_first(draft.evidence, understanding.stand_alone, draft.day))
    pieces = draft.evidence
    if "surplus" not in switched_off:
        pieces = needed(pieces, draft.read, understanding.asks_for)
    if "lists" in switched_off:
        return _with(draft, _whole(draft.evidence if several else pieces))
    if several:
        chosen = _list_in(draft.evidence, draft.read, found, understanding.stand_alone_language)
        if chosen is None:
            return _with(draft, _whole(draft.evidence))
        headed, best, listing = chosen
        # Below a heading that asks for it the list is the answer; of another one the reader may be wrong.
        return _with_list(draft, best, listing, others=() if headed else pieces)
    words = Words(understanding.stand_alone_language, found.word_weights)
    cell = cell_asked(pieces, words, understanding.stand_alone)
    if cell is not None and not cell.is_held_by(pieces[0]):
        beside = [piece for piece in pieces if not Listing((cell.row,)).holds(piece)]
        return _with(draft, (cell.row, *_whole(beside)) if beside else (cell.row,))
    best = likeliest(pieces, draft.read)
    announced = list_around(best, found.candidates) if announces(best) else None
    if announced is not None:
        at = pieces.index(best)
        return _with_list(draft, best, announced, pieces[:at], pieces[at + 1 :])
    return _with(draft, _whole(pieces))


def _with(draft: Draft, pieces: tuple[Evidence, ...]) -> Draft:
    return replace(draft, evidence=pieces, citations=cite(pieces))


def _whole(pieces: Sequence[Evidence]) -> tuple[Evidence, ...]:
    whole = tuple(untorn(piece) for piece in pieces)
    return tuple(p for p in whole if not is_only_a_head(p) and not leads_nowhere(p)) or whole


def _list_in(
    evidence: Sequence[Evidence], read: Sequence[ReadExcerpt], found: Retrieval, language: str
) -> tuple[float, Evidence, Listing] | None:
    """Return the list that answers, with the quote that stands in it or announces it.

    That is the one whose headings speak most of what is asked for, in the
    question's language, with how much they do; where none do, the one around
    the likeliest quote, with 0.
    """
    words = Words(language, found.word_weights)
    best = likeliest(evidence, read)
    chosen: list[tuple[float, Evidence, Listing]] = []
    for piece in (best, *(piece for piece in evidence if piece is not best)):
        listing = list_around(piece, found.candidates)
        # What the whole document is about tells none of its lists from the others.
        title = set(tokens(piece.candidate.document.title, language))
        headed = words.coverage(set(tokens(headings_of(piece), language)) - title)
        headed = headed if piece.candidate.passage.language == language else 0.0
        if listing is not None and (piece is best or headed >= HEADED):
            chosen.append((headed if headed >= HEADED else 0.0, piece, listing))
    if not any(headed for headed, _, _ in chosen):
        chosen += _under_a_heading(best, found, words)
    return max(chosen, key=lambda each: each[0]) if chosen else None


def _under_a_heading(best: Evidence, found: Retrieval, words: Words) -> list[tuple[float, Evidence, Listing]]:
    """Return the lists of the best quote's document that stand under a heading for what is asked for."""
    headed = lists_headed(found.candidates, best.candidate.document.document_id, words)
    made = [(each, list_around(each.piece, found.candidates)) for each in headed]
    return [(each.of_question, each.piece, listing) for each, listing in made if listing is not None]


def _with_list(
    draft: Draft,
    best: Evidence,
    listing: Listing,
    first: Sequence[Evidence] = (),
    others: Sequence[Evidence] = (),
) -> Draft:
    """Return the draft with a list whole, and what leads to it before it.

    ``first`` and ``others``: quotes that stay before it and behind it.
    """
    before = [lead for piece in draft.evidence for lead in _lead(piece, listing)]
    if not listing.holds(best):  # the sentence that announces the list
        before = [untorn(best), *before]
    before = [*_beside(first, listing, before), *before]
    items = _fitting(listing, draft.evidence, before)
    shown = (*before, *items, *_beside(others, listing, before))
    return replace(draft, evidence=shown, citations=cite(shown), list_goes_on=len(items) < len(listing.items))


def _beside(pieces: Sequence[Evidence], listing: Listing, shown: Sequence[Evidence]) -> list[Evidence]:
    """Return the quotes that neither the list nor what is shown holds."""
    known = Listing((*listing.items, *shown))
    return [piece for piece in _whole(pieces) if not known.holds(piece)]


def _lead(piece: Evidence, listing: Listing) -> tuple[Evidence, ...]:
    """Return what of a quote stands before the list that it runs into, as a quote of its own."""
    held = [item.first for item in listing.items if Listing((item,)).holds(piece)]
    if not held or piece.first >= min(held):
        return ()
    last = min(held) - 1
    return (replace(piece, last=last, best=min(piece.best, last)),)


def _fitting(
    listing: Listing, chosen: Sequence[Evidence], before: Sequence[Evidence]
) -> tuple[Evidence, ...]:
    """Return the first items that an answer may quote behind what leads to them, and those that were chosen.

    They keep their order. What is chosen counts first: it answers.
    """
    wanted = {
        place for place, item in enumerate(listing.items) if any(Listing((item,)).holds(c) for c in chosen)
    }
    kept: set[int] = set()
    quoted = sum(piece.end_char - piece.start_char for piece in before)
    for place in sorted(range(len(listing.items)), key=lambda place: (place not in wanted, place)):
        item = listing.items[place]
        length = item.end_char - item.start_char
        if len(before) + len(kept) == MAX_CITATIONS or quoted + length > MAX_QUOTED_CHARS:
            break
        kept.add(place)
        quoted += length
    return tuple(listing.items[place] for place in sorted(kept))


def _each_part(draft: Draft, language: str, switched_off: Collection[Switch]) -> Draft:
    """Return the draft with what each answered part of its question needs, and no more."""
    if not any(part.is_answered for part in draft.asked_parts):
        return draft
    compared = [part.part.text for part in draft.asked_parts if part.part.is_compared]
    parts = tuple(
        _lighter(part, language, [thing for thing in compared if thing != part.part.text], switched_off)
        for part in draft.asked_parts
    )
    return replace(_with(draft, evidence_of(parts)), asked_parts=parts)


def _lighter(
    part: JudgedPart, language: str, others: Sequence[str], switched_off: Collection[Switch]
) -> JudgedPart:
    if not part.is_answered:
        return part
    pieces = part.evidence
    if part.part.is_compared:
        pieces = in_place(pieces, part.part.text, others, language)
    if "surplus" not in switched_off:
        pieces = needed(pieces, part.read, asks_for(part.part.text, language))
    return replace(part, evidence=_whole(pieces))
