"""How likely it is that the evidence answers the question: a calibrated probability.

A logistic model over a handful of signals. Its numbers lie in
``calibration.json`` with their provenance; `evals.fitting.answerability`
makes that file from development data that no suite of ours is made of.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from helpdesk_bot.expected_kinds import mentions, most_specific
from helpdesk_bot.extractive import Scored, Words
from helpdesk_bot.names_asked import stands_in
from helpdesk_bot.place_names import without_marks
from helpdesk_bot.places_asked import is_of, is_of_others, places_in
from helpdesk_bot.reading import ReadExcerpt
from index.chunks import Candidate, FloatArray
from index.lexical import tokens
from index.retrieval import Retrieval

MISS_RATES = {"number": 0.15, "share": 0.15, "time": 0.2, "money": 0.2, "contact": 0.3}
"""How often nothing of the kind that is asked for stands where the answer is, and yet it is the answer.

Counted by ``python -m evals.fitting.kinds`` over the development questions, too few of which ask for
money and contacts. Of 55 questions of eight sets that ask for money by these words nine have a key
answer without any beside it (0.18); contacts get a cautious rate."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted numbers: ``weights`` by feature name, ``intercept``, and where they come from.

    ``reading``: the numbers for questions where the trained reader read.
    """

    weights: Mapping[str, float]
    intercept: float
    provenance: Mapping[str, object]
    reading: Calibration | None = None

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the probability, 0..1, that the evidence answers."""
        if self.reading is not None and "reader_answers" in features:
            return self.reading.probability(features)
        logit = self.intercept + sum(
            weight * features.get(name, 0.0) for name, weight in self.weights.items()
        )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def calibration() -> Calibration:
    """Return the calibration that ships with this version."""
    values = json.loads(resources.files("helpdesk_bot").joinpath("calibration.json").read_text("utf-8"))
    read, where = values["reading"], values["provenance"]
    reading = Calibration(read["weights"], read["intercept"], where)
    return Calibration(values["weights"], values["intercept"], where, reading)


@cache
def similarity_only() -> Calibration:
    """Return what stands in where the calibration is switched off: the similarity and nothing else.

    A logistic curve over the cosine similarity of the best sentence's passage,
    fitted on the same questions as the calibration: whatever ``min_confidence``
    is, it acts as one threshold on that similarity, as in the usual pipeline.
    """
    values = json.loads(resources.files("helpdesk_bot").joinpath("calibration.json").read_text("utf-8"))
    alone = values["similarity_only"]
    return Calibration(alone["weights"], alone["intercept"], values["provenance"])


def features(
    retrieval: Retrieval,
    read: tuple[Scored, ...],
    all_sentences: tuple[Scored, ...],
    words: Words,
    asked: tuple[str, ...],
    asks_for: tuple[str, ...],
    nameless_vector: FloatArray | None,
    excerpts: Sequence[ReadExcerpt] = (),
    places: Mapping[str, str] = MappingProxyType({}),
    first: Scored | None = None,
    question: str = "",
) -> dict[str, float]:
    """Return the signals of answerability.

    Args:
        retrieval: what was found.
        read: its sentences that were read closely, the best first.
        all_sentences: all of its sentences.
        words: the question's words and their rarity.
        asked: see `names_asked.question_names`.
        asks_for: see `understanding.asks_for`.
        nameless_vector: ``(dim,)`` of the question without its names, see `names_asked.without_names`;
            ``None`` where it has none.
        excerpts: what the trained reader read; none where it did not read.
        places: see `places_asked.places_in`.
        first: the sentence that is quoted first, once it was read; default: the best.
        question: as it was searched.

    Returns:
        Similarities are cosines less 0.8, shares and yes/no are 0..1.
        ``dense``: of the best sentence's passage; ``lead``: that, less the
        mean of the candidates'. ``pooled`` and ``alone``: of the best
        sentence. ``nameless``: its pooled one to the question without its
        names (the right project and the wrong attribute: what is left of the
        question is far off). ``likeness``: pooled, nameless and alone together.
        ``gap``: how far the best sentence's score stands above the next
        three; ``stands_out``: its pooled similarity above that of all
        sentences. ``coverage``: share (by rarity) of the question's words in
        the best passage and its headings, where question and passage share a
        language, ``sentence_coverage`` in the sentence; ``cross_coverage``
        where they do not; ``same_language``. ``kind_absent``: see `_kind_absent`;
        ``kind_missing``: what that says, see `_kind_missing`. ``missing_names``:
        share of the question's numbers and names that the best passage does not
        hold, whatever they end in; a country is held where the document is of it or speaks of it.
        ``other_country``: 1 where it does neither and is of another one.
        ``reader_answers``,
        ``reader_span``, ``reader_relevance``: the highest of the excerpts'
        logits, within -8..8. ``length``: see `_length`.
    """
    if not read:
        return {}
    best, next_best = read[0], read[1:4]
    passage = best.candidate.passage
    nameless = _nameless(best, nameless_vector)
    alone = best.alone if best.alone is not None else best.pooled
    same = float(passage.language == words.language)
    absent = _kind_absent(asks_for, first or best, excerpts)
    dense = [item.dense for item in retrieval.candidates if item.dense is not None]
    top = best.candidate.dense if best.candidate.dense is not None else 0.8
    coverage = words.coverage(
        set(tokens(passage.text, passage.language)) | set(tokens(passage.context, passage.language))
    )
    return {
        "dense": top - 0.8,
        "lead": top - sum(dense) / len(dense) if dense else 0.0,
        "pooled": best.pooled - 0.8,
        "nameless": nameless - 0.8,
        "likeness": best.pooled + nameless + alone - 2.4,
        "alone": alone - 0.8,
        "gap": best.score - sum(item.score for item in next_best) / len(next_best) if next_best else 0.0,
        "stands_out": best.pooled - sum(item.pooled for item in all_sentences) / len(all_sentences),
        "coverage": coverage * same,
        "sentence_coverage": best.coverage * same,
        "same_language": same,
        "cross_coverage": coverage * (1.0 - same),
        "kind_absent": absent,
        "kind_missing": _kind_missing(asks_for, all_sentences) * absent,
        "missing_names": _missing_share(asked, best.candidate, places),
        "other_country": _other_country(best.candidate, places),
        "length": _length(question),
        **_reader_signals(excerpts),
    }


def _length(question: str) -> float:
    """Return how long a question is, -1.1..1.2: the logarithm of its characters over 60.

    A short one lies near to everything, and of a long one the trained reader is stricter.
    """
    return math.log(min(200, max(20, len(question))) / 60)


def _reader_signals(excerpts: Sequence[ReadExcerpt]) -> dict[str, float]:
    if not excerpts:
        return {}
    readings = [excerpt.reading for excerpt in excerpts]
    return {
        "reader_answers": _bounded(max(reading.answers for reading in readings)),
        "reader_span": _bounded(max(reading.span for reading in readings)),
        "reader_relevance": _bounded(max(reading.relevance for reading in readings)),
    }


def _bounded(logit: float) -> float:
    return max(-8.0, min(8.0, logit))


def _kind_absent(asks_for: tuple[str, ...], first: Scored, excerpts: Sequence[ReadExcerpt]) -> float:
    """Return 1 where the kind of thing that is asked for is not found where the answer should be, else 0.

    That is in the sentence that is quoted first or its neighbours, and, where
    the trained reader read, among the words it points at in the excerpt that
    likeliest answers: the right project tells many numbers, and the one that
    is asked for may not be among them.
    """
    wanted = most_specific(asks_for)
    if wanted is None:
        return 0.0
    return float(not (_holds_nearby(wanted, first) and _is_pointed_at(wanted, excerpts)))


def _kind_missing(asks_for: tuple[str, ...], everything: Sequence[Scored]) -> float:
    """Return what it says that the kind is absent: a log likelihood ratio, 0 or less.

    How often it is absent from an answer (`MISS_RATES`) over how often the
    sentences found here lack it anyway.
    """
    wanted = most_specific(asks_for)
    if wanted is None:
        return 0.0
    share = sum(not item.holds_kind for item in everything) / len(everything)
    return math.log(MISS_RATES[wanted] / max(share, MISS_RATES[wanted]))


def _is_pointed_at(kind: str, excerpts: Sequence[ReadExcerpt]) -> bool:
    """Tell whether the reader's likeliest words hold something of a kind; true where it did not read."""
    if not excerpts:
        return True
    likeliest = max(excerpts, key=lambda piece: piece.reading.answers)
    passage, (start, end) = likeliest.passage, likeliest.span
    offset = passage.sentences[likeliest.first][0]
    until = passage.sentences[likeliest.last][1]
    text = passage.text[offset - passage.start_char : until - passage.start_char]
    return any(
        first + offset < end and start < last + offset
        for first, last in mentions(kind, text, passage.language)
    )


def _holds_nearby(kind: str, item: Scored) -> bool:
    passage = item.candidate.passage
    start = passage.sentences[max(0, item.position - 1)][0]
    end = passage.sentences[min(len(passage.sentences) - 1, item.position + 1)][1]
    text = passage.text[start - passage.start_char : end - passage.start_char]
    return bool(mentions(kind, text, passage.language))


def _nameless(best: Scored, vector: FloatArray | None) -> float:
    return best.pooled if vector is None else float(best.candidate.sentence_vectors[best.position] @ vector)


def _missing_share(asked: tuple[str, ...], best: Candidate, places: Mapping[str, str]) -> float:
    if not asked:
        return 0.0
    passage, told = best.passage, _told(best)
    held = without_marks(told.casefold())
    words = set(re.findall(r"\w+", held))
    missing = [name for name in asked if not stands_in(without_marks(name), held, words)]
    spoken_of = set(places_in(told, passage.language).values()) if places.keys() & missing else set()
    return sum(
        name not in places
        or not (places[name] in spoken_of or is_of(best.document, frozenset((places[name],))))
        for name in missing
    ) / len(asked)


def _other_country(best: Candidate, places: Mapping[str, str]) -> float:
    """Return 1 where the best passage is of other countries than those asked about, and speaks of none."""
    asked = frozenset(places.values())
    if not asked or not is_of_others(best.document, asked):
        return 0.0
    return float(asked.isdisjoint(places_in(_told(best), best.passage.language).values()))


def _told(best: Candidate) -> str:
    return f"{best.passage.context} {best.passage.text} {best.document.title}"
