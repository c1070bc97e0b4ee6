"""A question that could mean several things, and what it could mean, taken from the documents.

"When did the regulation enter into force?" names no regulation. Where documents
on different subjects answer such a question about equally well and differently,
each is one meaning, and the asker is asked back. A question that names what it
is about is never asked back, nor one that a single document answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk_bot.citations import Evidence
from helpdesk_bot.expected_kinds import mentions, most_specific
from helpdesk_bot.marking import mark
from helpdesk_bot.phrases import catalogue
from helpdesk_bot.versions import replaces

MOST_MEANINGS = 4
"""Meanings that are offered; more is a list of the documents, not a question back."""

COMPOUNDING = frozenset({"da", "de", "fi", "nb", "nl", "sv"})
LONGEST_ENDING = 5
"""Letters; in these languages what is longer behind a stem is another word."""

_SAME_TEXT = 0.97
"""Cosine similarity of two sentences from which on they say the same (as in `extractive.choose`)."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a question could mean: what it would be about, and the evidence that would answer."""

    subject: str
    evidence: Evidence


def meanings_of(
    question: str, language: str, asks_for: Sequence[str], evidence: Sequence[Evidence], *, is_sure: bool
) -> tuple[Meaning, ...]:
    """Return what a question could mean; none where it means one thing.

    Args:
        question: as it stands alone.
        language: of the question; without a catalogue nothing tells what it names.
        asks_for: see `understanding.asks_for`.
        evidence: the quotes that would be shown, the best first; they are all about equally good.
        is_sure: whether they probably answer. Without that only a quote that
            holds the kind of thing that is asked for is a meaning.

    Returns:
        2 to `MOST_MEANINGS` meanings of different documents, or none.
    """
    if not names_nothing(question, language):
        return ()
    wanted = most_specific(tuple(asks_for))
    if wanted is None and not is_sure:
        return ()
    chosen: list[Evidence] = []
    for piece in evidence:
        if len(chosen) == MOST_MEANINGS:
            break
        if wanted is not None and not _values(wanted, piece):
            continue
        if not any(_alike(piece, other, wanted) for other in chosen):
            chosen.append(piece)
    if len(chosen) < 2:
        return ()
    return tuple(Meaning(piece.candidate.document.title, piece) for piece in chosen)


def names_nothing(question: str, language: str) -> bool:
    """Tell whether a question says in no word of its own what it is about ("Who is the lead partner?")."""
    marked = mark(question, language)
    if not any(marked.lists) or marked.own() or marked.things or marked.has("definitions"):
        return False
    return not any(_is_compound(word.folded, language) for word in marked.words)


def _is_compound(word: str, language: str) -> bool:
    """Tell whether a word only begins as a listed one does: "arbetsmiljö" is no form of "arbete"."""
    if language not in COMPOUNDING:
        return False
    listed = catalogue(language).follow_up["generic"]
    stems = [entry[:-1] for entry in listed if entry.endswith("*") and word.startswith(entry[:-1])]
    return bool(stems) and len(word) - max(map(len, stems)) > LONGEST_ENDING and word not in listed


def _alike(one: Evidence, other: Evidence, wanted: str | None) -> bool:
    """Tell whether two pieces are of one subject, or say the same."""
    first, second = one.candidate, other.candidate
    if first.document.document_id == second.document.document_id:
        return True
    if first.document.title.casefold() == second.document.title.casefold():
        return True
    if replaces(first, second) or replaces(second, first):
        return True
    if wanted is not None and _values(wanted, one) == _values(wanted, other):
        return True
    return float(first.sentence_vectors[one.best] @ second.sentence_vectors[other.best]) > _SAME_TEXT


def _values(kind: str, piece: Evidence) -> frozenset[str]:
    """Return what a quote mentions of a kind, as it is written."""
    spans = mentions(kind, piece.quote, piece.candidate.passage.language)
    return frozenset(" ".join(piece.quote[start:end].split()).casefold() for start, end in spans)
