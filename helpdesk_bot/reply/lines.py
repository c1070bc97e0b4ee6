"""The line under a resource: the quote that tells what the document has to do with the question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from helpdesk_bot.citations import Evidence, one_line
from helpdesk_bot.phrase_matching import PhraseBook, phrase_book, words_of
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.reply.quoted import Said
from index.chunks import Candidate, FloatArray

MOST_CHARS = 300
"""A longer sentence is no line."""

LEAST_BYTES = 40
"""A shorter one says nothing by itself. In UTF-8 a character of Chinese counts as three letters do."""

LABEL_CHARS = 32
"""A shorter sentence right before another on its line is its label ("Staff. Someone who listens.")."""

_ENDS = re.compile(r"[.!…。！։۔।॥][\"'”’»›)\]」』）]*$")
_ASKS = re.compile(r"[?？؟;][\"'”’»›)\]」』）]*$")
_CELLS = re.compile(r"\s\|\s")
_MARKS = " \t•–-*▪◦·"
_NUMBERED = re.compile(r"^\(?(?:\d{1,2}|[a-z])[.)]\s+")
_LEANING = ("pronouns", "persons", "possessives", "links")


@dataclass(frozen=True, slots=True)
class LineWeights:
    """How a line is judged, in units of cosine similarity.

    The score of a sentence is its similarity to the question, and added to it
    ``centrality`` times its similarity to the document as a whole, ``length``
    for one of `full_bytes` (less for a shorter one) and ``opening`` in the
    first passages, where a document says what it is. Taken off are ``unended``
    without a full stop (a heading, a page's foot) and ``leaning`` where it
    begins with a pronoun or an "and". By eye on the starter documents: by the
    question alone, the nearest sentence is often a remark that only its
    neighbours explain.
    """

    centrality: float = 0.5
    length: float = 0.03
    full_bytes: int = 120
    opening: float = 0.02
    opening_passages: int = 2
    unended: float = 0.03
    leaning: float = 0.03


def nearest_line(
    passages: Sequence[Candidate], question_vector: FloatArray, said: Said, least: float
) -> Evidence | None:
    """Return the sentence of a document that serves best as the line on it, of those not quoted yet.

    Args:
        passages: all passages of one document.
        question_vector: ``(dim,)`` float32, unit norm.
        said: what was quoted already.
        least: similarity to the question that it needs; below, our own words serve better.
    """
    weights = LineWeights()
    best: tuple[float, Evidence] | None = None
    for base, similarity, evidence in _by_vectors(passages, question_vector, weights.centrality):
        if best is not None and base + weights.length + weights.opening <= best[0]:
            break
        if similarity < least or not reads_alone(line_text(evidence)) or said.holds(evidence):
            continue
        score = base + _form(evidence, weights)
        if best is None or score > best[0]:
            best = (score, evidence)
    return best[1] if best else None


def _by_vectors(
    passages: Sequence[Candidate], question_vector: FloatArray, centrality: float
) -> list[tuple[float, float, Evidence]]:
    """Return the sentences with score and similarity as far as vectors tell them, the best first."""
    stored = [candidate.sentence_vectors for candidate in passages if candidate.sentence_vectors.size]
    if not stored:
        return []
    centre = np.concatenate(stored).mean(axis=0)
    centre = centre / np.linalg.norm(centre)
    found = []
    for candidate in passages:
        similarities = candidate.sentence_vectors @ question_vector
        bases = similarities + centrality * (candidate.sentence_vectors @ centre)
        for position in range(len(candidate.passage.sentences)):
            evidence = with_label(Evidence(candidate, position, position, position, 0.0, 0.0))
            found.append((float(bases[position]), float(similarities[position]), evidence))
    return sorted(found, key=lambda item: (-item[0], item[2].candidate.passage.ordinal, item[2].best))


def _form(evidence: Evidence, weights: LineWeights) -> float:
    """Return what a sentence gains and loses by its place and form."""
    passage = evidence.candidate.passage
    text = line_text(evidence)
    score = weights.length * min(1.0, len(text.encode()) / weights.full_bytes)
    score += weights.opening * (passage.ordinal < weights.opening_passages)
    score -= weights.unended * (_ENDS.search(text) is None)
    return score - weights.leaning * _leans(text, passage.language)


def reads_alone(text: str) -> bool:
    """Tell whether a quote on one line is a sentence: no label, question, row of a table or half of one."""
    return (
        len(text.encode()) >= LEAST_BYTES
        and len(text) <= MOST_CHARS
        and not _ASKS.search(text)
        and not _CELLS.search(text)
        and not text[:1].islower()
    )


def line_text(evidence: Evidence) -> str:
    """Return a quote for display, each item of a list on a line of its own."""
    passage = evidence.candidate.passage
    items: list[str] = []
    for position in range(evidence.first, evidence.last + 1):
        start, end = passage.sentences[position]
        sentence = one_line(passage.text[start - passage.start_char : end - passage.start_char])
        if not items or _opens_item(evidence.candidate, position):
            items.append(sentence)
        else:
            items[-1] = f"{items[-1]} {sentence}"
    return "\n".join(items)


def with_label(evidence: Evidence) -> Evidence:
    """Return a quote with the label before it, if it has one on its line."""
    if evidence.first > 0 and is_label(evidence.candidate, evidence.first - 1):
        return replace(evidence, first=evidence.first - 1)
    return evidence


def is_label(candidate: Candidate, position: int) -> bool:
    """Tell whether a sentence is the label of the one that follows on its line."""
    passage = candidate.passage
    if position + 1 >= len(passage.sentences):
        return False
    start, end = passage.sentences[position]
    following = passage.sentences[position + 1][0]
    between = passage.text[end - passage.start_char : following - passage.start_char]
    opens_line = not _before(candidate, position).strip(_MARKS)
    return opens_line and end - start <= LABEL_CHARS and "\n" not in between


def _before(candidate: Candidate, position: int) -> str:
    """Return what stands before a sentence on its line."""
    passage = candidate.passage
    return passage.text[: passage.sentences[position][0] - passage.start_char].rpartition("\n")[2]


def _opens_item(candidate: Candidate, position: int) -> bool:
    """Tell whether a sentence begins an item of a list: a mark or a number stands before it on its line."""
    passage = candidate.passage
    before = _before(candidate, position)
    text = passage.text[passage.sentences[position][0] - passage.start_char :]
    marked = before.strip() or text[:1] in _MARKS or _NUMBERED.match(text)
    return bool(marked) and not before.strip(_MARKS)


def _leans(text: str, language: str) -> bool:
    """Tell whether a sentence begins with a word that points to the one before it."""
    if language not in languages():
        return False
    words = words_of(text)
    return bool(words) and bool(_leaning_book(language).longest(words, 0)[0])


@cache
def _leaning_book(language: str) -> PhraseBook:
    lists = catalogue(language).follow_up
    return phrase_book({name: lists.get(name, ()) for name in _LEANING})
