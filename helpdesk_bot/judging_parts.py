"""The parts of a question, each searched and judged by itself, and their evidence put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from helpdesk_bot.answerability import Calibration
from helpdesk_bot.answers import Depth
from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.citations import MAX_CITATIONS, Evidence
from helpdesk_bot.compared_sides import naming
from helpdesk_bot.extractive import choose
from helpdesk_bot.judging import Instruments, judge
from helpdesk_bot.question_parts import QuestionPart
from helpdesk_bot.reading import ReadExcerpt
from index.retrieval import Retrieval

PART_CONFIDENCE = 0.5
"""From here on a part is answered while another one is not.

More likely than not: to say "this the documents answer, and that they do not"
claims more than a quote that can be checked, for which ``min_confidence`` is enough."""


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """A part with what was found for it; ``confidence`` 0..1, the evidence's best piece first."""

    part: QuestionPart
    retrieval: Retrieval
    evidence: tuple[Evidence, ...] = ()
    read: tuple[ReadExcerpt, ...] = ()
    confidence: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)
    is_answered: bool = False


def judge_each(
    asked: Sequence[QuestionPart],
    language: str,
    retrieve: Callable[[str], Retrieval],
    instruments: Instruments,
    calibration: Calibration,
    depth: Depth,
    min_confidence: float,
) -> tuple[JudgedPart, ...]:
    """Search and judge the parts of a question.

    All parts are answered where each reaches ``min_confidence``, as a question
    of one part is; else those that reach `PART_CONFIDENCE` too, and beside them
    each side of a comparison that a quote names in full.

    Args:
        asked: the parts, in order.
        language: of the question.
        retrieve: searches a text.
        instruments: what to judge with.
        calibration: turns signals into a probability.
        depth: how many sentences are looked at closely.
        min_confidence: 0..1, what an answer needs.
    """
    judged = [
        _judge(part, language, retrieve(part.stand_alone), instruments, calibration, depth) for part in asked
    ]
    every = all(part.evidence and part.confidence >= min_confidence for part in judged)
    needed = min_confidence if every else max(min_confidence, PART_CONFIDENCE)
    judged = [replace(part, is_answered=bool(part.evidence) and part.confidence >= needed) for part in judged]
    if not any(part.is_answered for part in judged):
        return tuple(judged)
    return tuple(part if part.is_answered else _named(part, language, min_confidence) for part in judged)


def _named(part: JudgedPart, language: str, least: float) -> JudgedPart:
    """Return a side of a comparison with the quotes that name it, and as answered.

    That the documents say nothing of it would not be true, however little a
    question for it alone finds.
    """
    pieces = naming(part.evidence, part.part.text, language) if part.part.is_compared else ()
    if not pieces:
        return part
    return replace(part, evidence=pieces, confidence=max(part.confidence, least), is_answered=True)


def _judge(
    part: QuestionPart,
    language: str,
    retrieval: Retrieval,
    instruments: Instruments,
    calibration: Calibration,
    depth: Depth,
) -> JudgedPart:
    judged = judge(part.named, language, asks_for(part.text, language), retrieval, instruments, depth)
    if not judged.sentences:
        return JudgedPart(part, retrieval)
    return JudgedPart(
        part,
        retrieval,
        choose(judged.sentences, instruments.weights, was_read=bool(judged.read)),
        judged.read,
        calibration.probability(judged.features),
        judged.features,
    )


def evidence_of(judged: Sequence[JudgedPart]) -> tuple[Evidence, ...]:
    """Return the evidence of the answered parts: the best piece of each, then the second ones, and so on.

    A piece that another part's piece holds is shown once; of one that only
    overlaps, the chosen sentence alone is kept.
    """
    answered = [part.evidence for part in judged if part.is_answered]
    kept: list[Evidence] = []
    for place in range(max(map(len, answered), default=0)):
        for pieces in answered:
            if place < len(pieces) and len(kept) < MAX_CITATIONS:
                kept += _beside(pieces[place], kept)
    return tuple(kept)


def _beside(piece: Evidence, kept: Sequence[Evidence]) -> list[Evidence]:
    met = [other for other in kept if _same_passage(piece, other) and _meet(piece, other)]
    if not met:
        return [piece]
    alone = replace(piece, first=piece.best, last=piece.best)
    return [] if any(_meet(alone, other) for other in met) else [alone]


def _same_passage(one: Evidence, other: Evidence) -> bool:
    return one.candidate.passage.passage_id == other.candidate.passage.passage_id


def _meet(one: Evidence, other: Evidence) -> bool:
    return one.first <= other.last and other.first <= one.last


def with_found(whole: Retrieval, judged: Sequence[JudgedPart]) -> Retrieval:
    """Return what was found for the whole question, followed by what only its parts found.

    Ranks go on counting; what one of them found is not rejected any more.
    """
    known = {candidate.passage.passage_id for candidate in whole.candidates}
    candidates = list(whole.candidates)
    for part in judged:
        for candidate in part.retrieval.candidates:
            if candidate.passage.passage_id not in known:
                known.add(candidate.passage.passage_id)
                candidates.append(replace(candidate, rank=len(candidates) + 1))
    rejected = tuple(item for item in whole.rejected if item[0] not in known)
    return replace(whole, candidates=tuple(candidates), rejected=rejected)
