"""The few words of a quote that answer, where they can be told: a number, a name, a date."""

from __future__ import annotations

from helpdesk_bot.answers import Citation, ShortAnswer
from helpdesk_bot.draft import Draft
from helpdesk_bot.expected_kinds import mentions, most_specific, nearest_mention
from helpdesk_bot.reading import ReadExcerpt
from helpdesk_bot.understanding import Understanding

CLEARLY_AHEAD = 0.5
"""Of the reader's log odds for its words against none, where a quote in another language than the question
holds several things of the asked kind. Chosen on the starter suite: no right answer there lies below."""


def short_answer(draft: Draft) -> ShortAnswer | None:
    """Return the words that answer: what the reader points at, else the mention of what is asked for.

    None where the quote is in another language than the question, several
    words of it could be meant and the reader is not clearly for its own; none
    to a comparison, which has no answer in few words.
    """
    understanding = draft.understanding
    compares = any(part.part.is_compared and part.is_answered for part in draft.asked_parts)
    if understanding is None or not draft.citations or compares:
        return None
    found = _read_answer(draft)
    if found is None:
        return _mentioned_answer(draft.citations[0], understanding)
    excerpt, citation, span = found
    if excerpt.reading.span < CLEARLY_AHEAD and _could_be_another(citation, understanding):
        return None
    return ShortAnswer(citation.quote[span[0] : span[1]], citation.citation_id, *span)


def _read_answer(draft: Draft) -> tuple[ReadExcerpt, Citation, tuple[int, int]] | None:
    """Return the words that the reader finds likelier than there being none, from the likeliest excerpt."""
    for piece in sorted(draft.read, key=lambda piece: -piece.reading.answers):
        start, end = piece.span
        if piece.reading.answers <= 0 or piece.reading.span <= 0 or start == end:
            continue
        for citation in draft.citations:
            if citation.passage_id != piece.passage.passage_id:
                continue
            if citation.start_char <= start and end <= citation.end_char:
                offset = citation.start_char
                return piece, citation, (start - offset, end - offset)
    return None


def _could_be_another(citation: Citation, understanding: Understanding) -> bool:
    """Tell whether a quote in another language than the question holds several things of the asked kind."""
    wanted = most_specific(understanding.asks_for)
    if wanted is None or citation.language == understanding.question_language:
        return False
    return (
        len({citation.quote[start:end] for start, end in mentions(wanted, citation.quote, citation.language)})
        > 1
    )


def _mentioned_answer(first: Citation, understanding: Understanding) -> ShortAnswer | None:
    """Return what is asked for out of the first quote, where it can be told which mention it is."""
    wanted = most_specific(understanding.asks_for)
    if wanted is None:
        return None
    found = mentions(wanted, first.quote, first.language)
    span = found[0] if len(found) == 1 else None
    if len(found) > 1 and understanding.question_language == first.language:
        span = nearest_mention(found, first.quote, understanding.stand_alone, first.language)
    return ShortAnswer(first.quote[span[0] : span[1]], first.citation_id, *span) if span else None
