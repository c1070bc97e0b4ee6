"""What became of a case, in words, and how bad that is.

The order of badness is that of a helpdesk for the public: an answer where the
documents say nothing misleads, so it is worst; then an answer from the wrong
document; then a question left without the answer that the documents do give;
then evidence that is nearly right. An error stands between the answers that
mislead and those that are missing: nothing was said, and something is broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evals.summary import Score

Grade = Literal["wrong", "error", "partly", "right", "unjudged"]

GRADES: dict[Grade, str] = {
    "wrong": "wrong",
    "error": "error",
    "partly": "partly right",
    "right": "right",
    "unjudged": "not judged",
}
"""Every grade, the worst first, with its name for readers."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a case. ``badness``: 0 (right) to 100; cases are shown by it, the highest first."""

    grade: Grade
    text: str
    badness: int


def verdict_of(kind: str, score: Score) -> Verdict:
    """Return the verdict on a line of ``scores.jsonl``.

    Args:
        kind: ``answers`` or ``retrieval``.
        score: the case's measures and facts.
    """
    if score.error:
        return Verdict("error", "error: there is nothing to score", 85)
    if kind == "retrieval":
        return _ranking_verdict(score)
    verdict = _answer_verdict(score)
    measures = score.measures
    if measures.get("span_validity") == 0:
        verdict = Verdict("wrong", f"{verdict.text}; a quote is not verbatim", max(verdict.badness, 75))
    if measures.get("answer_language_accuracy") == 0:
        grade: Grade = "partly" if verdict.grade == "right" else verdict.grade
        text = f"{verdict.text}; in another language than the question"
        verdict = Verdict(grade, text, max(verdict.badness + 5, 35))
    return verdict


def wrongness(score: Score, grade: Grade) -> float:
    """Return how to order cases of equal badness, 0..1: surely wrong comes first, surely right last.

    A wrong answer is worse the surer it was, a wrong refusal the less sure; of
    what is right, the other way round. A ranking: the lower its nDCG@10.
    """
    facts, measures = score.facts, score.measures
    if (gain := measures.get("nDCG@10")) is not None:
        return 1 - float(gain)
    confidence = facts.get("confidence")
    if confidence is None:
        return 0.5
    return float(1 - confidence if bool(facts.get("abstained")) != (grade == "right") else confidence)


def _answer_verdict(score: Score) -> Verdict:
    facts = score.facts
    if facts.get("unanswerable"):
        if facts.get("abstained"):
            return Verdict("right", "gave no answer, and the documents have none", 0)
        return Verdict("wrong", "should have refused: the documents do not say", 100)
    if facts.get("abstained"):
        return _refusal_verdict(score)
    return _evidence_verdict(score.measures)


def _refusal_verdict(score: Score) -> Verdict:
    outcome = next(iter(score.slices.get("outcome", ())), "")
    deed = {"clarification": "asked back", "blocked": "blocked"}.get(outcome.partition("_")[0], "refused")
    if score.measures.get("quote_hit"):
        return Verdict("wrong", f"{deed} although the documents say, with the right passage shown", 65)
    return Verdict("wrong", f"{deed} although the documents say", 70)


def _evidence_verdict(measures: Mapping[str, float | None]) -> Verdict:
    first, somewhere, quote = (
        measures.get(name) for name in ("document_hit", "document_hit_any", "quote_hit")
    )
    if first is None and quote is None:
        return _short_answer_verdict(measures)
    if quote is None:
        if first:
            return Verdict("right", "right document first", 0)
        if somewhere:
            return Verdict("partly", "right document cited, but not first", 40)
        return Verdict("wrong", "wrong document", 90)
    if quote:
        if first or first is None:
            text = "quote found" if first is None else "right document first, quote found"
            return Verdict("right", text, 0)
        return Verdict("partly", "quote found, but another document comes first", 20)
    if first:
        return Verdict("partly", "right document first, quote not found", 45)
    if somewhere:
        return Verdict("partly", "right document cited, but not first; quote not found", 55)
    return Verdict("wrong", "quote not found" if first is None else "wrong document", 90)


def _short_answer_verdict(measures: Mapping[str, float | None]) -> Verdict:
    overlap = measures.get("token_f1")
    if measures.get("exact_match"):
        return Verdict("right", "short answer as expected", 0)
    if overlap is None:
        return Verdict("unjudged", "the key does not tell what is right", 10)
    if overlap > 0:
        return Verdict("partly", "short answer overlaps with an expected one", 50)
    return Verdict("wrong", "short answer is not an expected one", 80)


def _ranking_verdict(score: Score) -> Verdict:
    reciprocal_rank = score.measures.get("MRR@10")
    if reciprocal_rank is None:
        return Verdict("unjudged", "no relevant document is known", 10)
    if reciprocal_rank == 0:
        return Verdict("wrong", "no relevant document among the first ten", 90)
    rank = round(1 / reciprocal_rank)
    if rank == 1:
        return Verdict("right", "a relevant document stands first", 0)
    return Verdict("partly", "a relevant document stands among the first ten, but not first", 30 + rank)
