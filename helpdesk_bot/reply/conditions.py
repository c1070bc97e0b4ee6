"""Under which conditions a practice worked, in its document's own words, where the document says so.

Two signs tell: a heading that announces it ("Transfer to other places"), and a
word of requirement in the sentence itself ("needs a", "provided that"). Both
lists stand in the message catalogues, so documents in other languages give
none; nothing is guessed from likeness alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from helpdesk_bot.citations import Evidence
from helpdesk_bot.phrase_matching import PhraseBook, phrase_book, words_of
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.reply.lines import is_label, line_text, reads_alone, with_label
from helpdesk_bot.reply.quoted import Said
from index.chunks import Candidate, FloatArray

KINDS = frozenset({"good_practice", "project"})
"""Kinds of documents that tell of something that was done somewhere."""

MOST_CHARS = 320
MOST_SENTENCES = 3
"""A quote is one sentence with at most two neighbours (docs: the answer's shape)."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """A sentence that tells of conditions: ``announced`` by its heading, or by its own words."""

    evidence: Evidence
    announced: bool
    worded: bool
    similarity: float


def conditions_quote(
    candidates: Sequence[Candidate], question_vector: FloatArray, said: Said
) -> Evidence | None:
    """Return what a document says it takes, ``None`` where it does not say.

    A sentence that both signs show goes before one that its heading shows, and
    that before one with its own words alone; among equals, the nearest to the
    question. Under an announcing heading its neighbours are quoted with it.
    Where this sentence was quoted already, nothing is added: the rest of its
    section is a remark on it.

    Args:
        candidates: all passages of the document.
        question_vector: ``(dim,)`` float32, unit norm.
        said: what was quoted already.
    """
    signs = [sign for candidate in candidates for sign in _signs(candidate, question_vector)]
    if not signs:
        return None
    best = max(signs, key=lambda sign: (sign.announced, sign.worded, sign.similarity))
    if said.holds(best.evidence):
        return None
    return _widened(best.evidence, said) if best.announced else best.evidence


def _signs(candidate: Candidate, question_vector: FloatArray) -> list[_Sign]:
    passage = candidate.passage
    if passage.language not in languages():
        return []
    announcing, wording = _books(passage.language)
    headings = [heading for heading in passage.heading_path if heading != candidate.document.title]
    announced = any(_holds(announcing, heading) for heading in headings)
    similarities = candidate.sentence_vectors @ question_vector
    found = []
    for position in range(len(passage.sentences)):
        evidence = with_label(Evidence(candidate, position, position, position, 0.0, 0.0))
        text = line_text(evidence)
        worded = _holds(wording, text)
        if (announced or worded) and reads_alone(text):
            found.append(_Sign(evidence, announced, worded, float(similarities[position])))
    return found


def _widened(evidence: Evidence, said: Said) -> Evidence:
    """Add the following sentences, then the preceding ones, as far as a quote may go."""
    while True:
        for wider in (_with_next(evidence), _with_previous(evidence)):
            fits = wider.last - wider.first < MOST_SENTENCES and len(wider.quote) <= MOST_CHARS
            if wider != evidence and fits and not said.holds(wider):
                evidence = wider
                break
        else:
            return evidence


def _with_next(evidence: Evidence) -> Evidence:
    """Add the next sentence; a label is nothing without what it labels."""
    last = evidence.last + 1
    while is_label(evidence.candidate, last):
        last += 1
    return replace(evidence, last=last) if last < len(evidence.candidate.passage.sentences) else evidence


def _with_previous(evidence: Evidence) -> Evidence:
    return with_label(replace(evidence, first=evidence.first - 1)) if evidence.first > 0 else evidence


@cache
def _books(language: str) -> tuple[PhraseBook, PhraseBook]:
    words = catalogue(language).conditions
    return phrase_book({"heading": words["headings"]}), phrase_book({"sentence": words["sentences"]})


def _holds(book: PhraseBook, text: str) -> bool:
    words = words_of(text)
    return any(book.longest(words, at)[0] for at in range(len(words)))
