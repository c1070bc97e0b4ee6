"""Questions that ask for resources of a kind: "Which good practices help older people?".

Read as words, the kind finds whatever speaks of good practices; read as what it is, it
finds the documents that are one. So these are looked at alone first, and where one of them
answers, each is quoted once. Where none does, all documents are searched as for any question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.citations import Evidence
from helpdesk_bot.extractive import Scored
from helpdesk_bot.phrase_matching import PhraseBook, phrase_book, words_of
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.reply.lines import nearest_line
from helpdesk_bot.reply.quoted import Said
from index.retrieval import Retrieval

MOST = 5
"""Resources that make up an answer."""

OPENING = 4
"""Before so many words of a question stands what it asks for: "Can you show me which *reports* ..."."""


def kinds_asked(question: str, language: str) -> frozenset[str]:
    """Return the kinds of resources that a question asks for; none where it asks for a number or a time.

    Args:
        question: NFC.
        language: its two-letter code; of one without a catalogue nothing is told.
    """
    if language not in languages() or asks_for(question, language):
        return frozenset()
    words = words_of(question)
    for at in range(min(len(words), OPENING + 1)):
        length, kinds = _book(language).longest(words, at)
        if length:
            return kinds
    return frozenset()


def a_line_of_each(sentences: Sequence[Scored], found: Retrieval, margin: float) -> tuple[Evidence, ...]:
    """Return a quote of each resource, the one nearest to the question first.

    Args:
        sentences: as judged, the best first; the best one of a document is what that scores.
        found: with the passages of the resources.
        margin: how far below the first a resource may score.

    Returns:
        of each document the line that says best what it has to do with the question, else its best sentence.
    """
    best: dict[str, Scored] = {}
    for sentence in sentences:
        best.setdefault(sentence.candidate.document.document_id, sentence)
    lines: list[Evidence] = []
    for document_id, sentence in best.items():
        if sentence.score < sentences[0].score - margin or len(lines) == MOST:
            break
        passages = [each for each in found.candidates if each.document.document_id == document_id]
        line = nearest_line(passages, found.query_vector, Said(), -1.0)
        at = sentence.position
        lines.append(line or Evidence(sentence.candidate, at, at, at, sentence.score, 1.0))
        lines[-1] = replace(lines[-1], score=sentence.score, support=1.0)
    return tuple(lines)


@cache
def _book(language: str) -> PhraseBook:
    return phrase_book(catalogue(language).kinds_asked)
