"""The few words of a quote that answer, where they can be told: a number, a name, a date."""

from __future__ import annotations

import re
from collections.abc import Iterable

from helpdesk_bot.answers import Citation, ShortAnswer
from helpdesk_bot.asked_kinds import asks_why
from helpdesk_bot.draft import Draft
from helpdesk_bot.expected_kinds import mentions, most_specific, nearest_mention
from helpdesk_bot.extractive import Words
from helpdesk_bot.listings import list_around
from helpdesk_bot.marking import mark
from helpdesk_bot.phrase_matching import words_of
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.place_names import without_marks
from helpdesk_bot.question_shapes import asks_for_several
from helpdesk_bot.reading import LENIENCE, ReadExcerpt
from helpdesk_bot.references import references
from helpdesk_bot.table_cells import cell_asked
from helpdesk_bot.understanding import Understanding
from helpdesk_bot.versions import is_in_force, replaces

CLEARLY_AHEAD = 0.5
"""Of the reader's log odds for its words against none, where a quote in another language than the question
holds several things of the asked kind. Chosen on the starter suite: no right answer there lies below."""

_BETWEEN = (", ", "، ", "、", "; ")
_ENDS = " \t\n.,;:!?…。、，；：،؛؟"

_WILL_DO = {"number": ("share", "money"), "share": ("number",), "time": ("number",)}
"""A kind that is asked for, and what else answers it: "how many" by a share, "when" by "within 30 days"."""

_FIGURE_OF_A_LIST = re.compile(r"\(?\d{1,2}[.)]")

_BRACKETS = (("(", ")"), ("[", "]"), ("（", "）"))

_ENDING_WORD = re.compile(r"(?<!\w)\w{1,25}$")
_BEGINNING_WORD = re.compile(r"\w{1,25}(?!\w)")
"""Longer ones are whole sentences of a script that sets no spaces."""

Span = tuple[int, int]
"""Half-open, in code points of a quote."""


def short_answer(draft: Draft) -> ShortAnswer | None:
    """Return the words that answer: the cell that is asked for, what the reader points at, else a mention.

    None where they only repeat the question ("What is X?": "X"), unless it has things to choose from.
    None where the quote is in another language than the question, several
    words of it could be meant and the reader is not clearly for its own, and where the words are not of the
    kind that is asked for. None to the question why, to a comparison or several parts, and to a question
    for several things where the words are one of them. Words of a document that is not in force count where
    it is cited first.
    """
    understanding = draft.understanding
    if understanding is None or not draft.citations or not _asks_for_one(draft):
        return None
    found = _found(draft, understanding)
    return None if found is not None and _repeats(found.text, understanding) else found


def _found(draft: Draft, understanding: Understanding) -> ShortAnswer | None:
    if asks_why(understanding.stand_alone, understanding.stand_alone_language):
        return None
    cell = _cell_answer(draft, understanding)
    if cell is not None:
        return cell
    read = _read_answer(draft)
    if read is None and _asks_for_several(understanding):
        return None
    if read is None:
        return _mentioned_answer(draft.citations[0], understanding)
    excerpt, citation, span = read
    if citation is not draft.citations[0] and _tells_one(draft.citations[0], understanding):
        return _mentioned_answer(draft.citations[0], understanding)
    if _asks_for_several(understanding) and (_is_listed(draft, citation) or not _counts_up(citation, span)):
        return None
    if any(first < span[0] and span[1] <= last for first, last in references(citation.quote)):
        return None  # the number of an article, whose text follows
    if excerpt.reading.span < CLEARLY_AHEAD and _could_be_another(citation, understanding):
        return None
    if not _is_of_kind(_whole(span, citation, understanding), citation, draft, understanding):
        return None
    return _answer(citation, _whole(_whole_words(span, citation.quote), citation, understanding))


def _repeats(text: str, understanding: Understanding) -> bool:
    asked = mark(understanding.stand_alone, understanding.stand_alone_language)
    if any("joints" in lists or "links" in lists for lists in asked.lists[1:]):
        return False  # "... or ...": one of them answers
    said = {without_marks(word.text.casefold()) for word in words_of(text)}
    return said <= {without_marks(word.text.casefold()) for word in asked.words}


def _asks_for_one(draft: Draft) -> bool:
    """Tell whether one part of a question is answered, and none that compares."""
    answered = [part for part in draft.asked_parts if part.is_answered]
    return len(answered) < 2 and not any(part.part.is_compared for part in answered)


def _asks_for_several(understanding: Understanding) -> bool:
    return asks_for_several(understanding.stand_alone, understanding.stand_alone_language)


def _is_listed(draft: Draft, citation: Citation) -> bool:
    """Tell whether a quote is one item of several: the others are asked for as well."""
    return any(
        list_around(piece, ()) is not None
        for piece in draft.evidence
        if piece.candidate.passage.passage_id == citation.passage_id
        and piece.first <= piece.best <= piece.last
        and piece.start_char == citation.start_char
    )


def _counts_up(citation: Citation, span: Span) -> bool:
    """Tell whether words of a quote are several things: "Helsinki and Amsterdam"."""
    words = f" {' '.join(citation.quote[span[0] : span[1]].casefold().split())} "
    joining = catalogue(citation.language).clauses.joining if citation.language in languages() else ()
    return any(sign in words.rstrip() for sign in _BETWEEN) or any(f" {word} " in words for word in joining)


def _cell_answer(draft: Draft, understanding: Understanding) -> ShortAnswer | None:
    """Return the cell of a quoted table that a question names, if it is of the asked kind."""
    if draft.retrieval is None or _asks_for_several(understanding):
        return None
    words = Words(understanding.stand_alone_language, draft.retrieval.word_weights)
    cell = cell_asked(draft.evidence, words, understanding.stand_alone)
    if cell is None:
        return None
    for citation in draft.citations:
        same = citation.passage_id == cell.row.candidate.passage.passage_id
        if same and citation.start_char <= cell.start_char and cell.end_char <= citation.end_char:
            span = cell.start_char - citation.start_char, cell.end_char - citation.start_char
            wanted = most_specific(understanding.asks_for)
            text = citation.quote[span[0] : span[1]]
            if wanted is None or mentions(wanted, text, citation.language):
                return _answer(citation, span)
    return None


def _read_answer(draft: Draft) -> tuple[ReadExcerpt, Citation, Span] | None:
    """Return the words that the reader finds likelier than there being none, from the likeliest excerpt."""
    first = draft.citations[0].document.document_id
    past = {piece.passage.document_id for piece in draft.read if _is_past(piece, draft)} - {first}
    usable = [piece for piece in draft.read if piece.passage.document_id not in past]
    for piece in sorted(usable, key=lambda piece: -piece.reading.answers):
        start, end = _in_one_sentence(piece)
        if start == end or not _is_found(piece, (start, end), draft):
            continue
        for citation in draft.citations:
            if citation.passage_id != piece.passage.passage_id:
                continue
            if citation.start_char <= start and end <= citation.end_char:
                offset = citation.start_char
                return piece, citation, (start - offset, end - offset)
    return None


def _is_found(piece: ReadExcerpt, span: Span, draft: Draft) -> bool:
    """Tell whether the reader finds its words to answer; of the asked kind they do where it is in doubt.

    ``span``: in characters of the document.
    """
    if piece.reading.answers > 0 and piece.reading.span > 0:
        return True
    wanted = most_specific(draft.understanding.asks_for) if draft.understanding else None
    if wanted is None or piece.reading.answers + LENIENCE <= 0:
        return False
    offset, passage = piece.passage.start_char, piece.passage
    return _mentioned((wanted,), passage.text, passage.language, (span[0] - offset, span[1] - offset))


def _is_past(piece: ReadExcerpt, draft: Draft) -> bool:
    """Tell whether a document is not in force, or another one that was read and is takes its place."""
    own, day = piece.best.candidate, draft.day
    others = (other.best.candidate for other in draft.read)
    return not is_in_force(own.document, day) or any(
        replaces(other, own) and is_in_force(other.document, day) for other in others
    )


def _in_one_sentence(piece: ReadExcerpt) -> Span:
    """Return the reader's words, in characters of the document, to the end of their first sentence."""
    start, end = piece.span
    ends = (until for first, until in piece.passage.sentences if first <= start < until)
    return start, min(end, next(ends, end))


def _could_be_another(citation: Citation, understanding: Understanding) -> bool:
    """Tell whether a quote in another language than the question holds several things of the asked kind."""
    wanted = most_specific(understanding.asks_for)
    if wanted is None or citation.language == understanding.question_language:
        return False
    return (
        len({citation.quote[start:end] for start, end in mentions(wanted, citation.quote, citation.language)})
        > 1
    )


def _tells_one(first: Citation, understanding: Understanding) -> bool:
    """Tell whether the first quote holds one thing of the asked kind: no other quote's goes before that."""
    wanted = most_specific(understanding.asks_for)
    return wanted is not None and len(mentions(wanted, first.quote, first.language)) == 1


def _mentioned_answer(first: Citation, understanding: Understanding) -> ShortAnswer | None:
    """Return what is asked for out of the first quote, where it can be told which mention it is."""
    wanted = most_specific(understanding.asks_for)
    if wanted is None:
        return None
    found = mentions(wanted, first.quote, first.language)
    span = found[0] if len(found) == 1 else None
    if len(found) > 1 and understanding.question_language == first.language:
        span = nearest_mention(found, first.quote, understanding.stand_alone, first.language)
    return _answer(first, span) if span else None


def _whole(span: Span, citation: Citation, understanding: Understanding) -> Span:
    """Return the words with the rest of an amount, or of what is asked for: 53,000 of "53,000 euros"."""
    wanted = most_specific(understanding.asks_for)
    start, end = span
    for kind in ("money", wanted or "money"):
        for first, last in mentions(kind, citation.quote, citation.language):
            if first < end and start < last:
                start, end = min(start, first), max(end, last)
    return start, end


def _is_of_kind(span: Span, citation: Citation, draft: Draft, understanding: Understanding) -> bool:
    """Tell whether words are of a kind that is asked for: "nearly all" is no number.

    Whatever a question asks for will do: "hur många ... i priset" asks for a number, whatever a prize is.
    One of several parts asks for something else, perhaps; but neither an amount nor a contact is other words.
    Of a follow-up that is read with the question before it ("Since when?") the words have to be of any kind
    asked for: they may answer the one before.
    """
    asked = understanding.asks_for
    wanted = most_specific(asked)
    if wanted is None or (len(draft.asked_parts) > 1 and wanted not in ("money", "contact")):
        return True
    will_do = {kind for each in asked for kind in (each, *_WILL_DO.get(each, ()))}
    return _mentioned(will_do, citation.quote, citation.language, span)


def _mentioned(kinds: Iterable[str], text: str, language: str, span: Span) -> bool:
    """Tell whether words of a text are, or share a character with, a mention of a kind.

    By themselves they count too ("trettio" of "trettiotal"), but for the figure of an item of a list, and
    for that of a part of a law ("9" of "Article 9").
    """
    if any(first <= span[0] and span[1] <= last for first, last in references(text)):
        return False
    words = text[span[0] : span[1]].strip()
    return any(
        any(first < span[1] and span[0] < last for first, last in mentions(kind, text, language))
        or (not _FIGURE_OF_A_LIST.fullmatch(words) and bool(mentions(kind, words, language)))
        for kind in kinds
    )


def _whole_words(span: Span, text: str) -> Span:
    """Return the words with the rest of a word that begins or ends them: of "trettiotal" not "trettio"."""
    start, end = span
    before, behind = _ENDING_WORD.search(text, 0, start), _BEGINNING_WORD.match(text, end)
    if before and _BEGINNING_WORD.match(text, start):
        start = before.start()
    if behind and _ENDING_WORD.search(text, 0, end):
        end = behind.end()
    return start, end


def _with_brackets(span: Span, text: str) -> Span:
    """Return the words with the other half of a bracket in them: of "(ESF) fund" not "ESF) fund"."""
    start, end = span
    for opening, closing in _BRACKETS:
        depth = lowest = 0
        for sign in text[start:end]:
            depth += (sign == opening) - (sign == closing)
            lowest = min(lowest, depth)
        before, behind = text.rfind(opening, 0, start), text.find(closing, end)
        if lowest < 0 <= before and closing not in text[before:start]:
            start = before
        if depth > lowest and behind >= 0 and opening not in text[end:behind]:
            end = behind + 1
    return start, end


def _answer(citation: Citation, span: Span) -> ShortAnswer | None:
    start, end = _with_brackets(span, citation.quote)
    end = start + len(citation.quote[start:end].rstrip(_ENDS))
    return ShortAnswer(citation.quote[start:end], citation.citation_id, start, end) if start < end else None
