"""Which of two versions of a document is cited first: the newer one, unless the other is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.succession import is_past, is_to_come
from helpdesk_bot.citations import Evidence
from index.chunks import Candidate, DocumentInfo

REPEATED = 0.97
"""Cosine similarity of two sentences from which on they say the same, but for their numbers."""

_FIGURE = re.compile(r"\d+")


def figures_of(text: str) -> frozenset[str]:
    """Return the numbers of a text, in pieces: "5,000" and "5 000" are one, "5,000" and "6,000" are not."""
    return frozenset(_FIGURE.findall(text))


def replaces(newer: Candidate, older: Candidate) -> bool:
    """Tell whether the document of a passage takes another one's place, itself or through others."""
    return older.document.document_id in newer.replaces


def newest_first(pieces: Sequence[Evidence], question: str, day: str) -> tuple[Evidence, ...]:
    """Return the quotes with those of a replaced document behind the same rule of what replaced it.

    They stay where they are where the question names the replaced document by a
    number, a year for instance, that its title or date holds and the newer one's does not, and
    where the newer one does not hold yet or any more.

    Args:
        pieces: quotes in order.
        question: as it stands alone.
        day: ISO 8601, of the answer.
    """
    ordered = list(pieces)
    moved: list[Evidence] = []  # each moves once: documents may claim to replace one another
    at = 0
    while at < len(ordered):
        newer = next(
            (
                piece
                for piece in ordered[at + 1 :]
                if _takes_over(piece, ordered[at], question, day) and not any(piece is each for each in moved)
            ),
            None,
        )
        if newer is None:
            at += 1
        else:
            moved.append(newer)
            ordered = [piece for piece in ordered if piece is not newer]
            ordered.insert(at, newer)
    return tuple(ordered)


def _takes_over(newer: Evidence, older: Evidence, question: str, day: str) -> bool:
    new, old = newer.candidate.document, older.candidate.document
    if (
        not replaces(newer.candidate, older.candidate)
        or not is_in_force(new, day)
        or not _is_same_rule(newer, older)
    ):
        return False
    return not is_asked_for(old, new, question)


def is_asked_for(older: DocumentInfo, newer: DocumentInfo, question: str) -> bool:
    """Tell whether a question means a replaced document: by a number that its title or dates alone hold."""
    return bool(figures_of(question) & (_marks(older) - _marks(newer)))


def is_in_force(document: DocumentInfo, day: str) -> bool:
    """Tell whether a document holds on a day (ISO 8601); the last day of its validity is one of them."""
    return not is_to_come(document.valid_from, day) and not is_past(document.valid_until, day)


def _is_same_rule(newer: Evidence, older: Evidence) -> bool:
    """Tell whether two quotes say the same: what else a newer version tells takes no answer's place."""
    one = newer.candidate.sentence_vectors[newer.best]
    return float(one @ older.candidate.sentence_vectors[older.best]) > REPEATED


def _marks(document: DocumentInfo) -> frozenset[str]:
    """Return the numbers that tell a document from its other versions, in its title and its dates."""
    years = [day[:4] for day in (document.date, document.valid_from) if day]
    return figures_of(document.title) | frozenset(years)
