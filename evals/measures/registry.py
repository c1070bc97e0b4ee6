"""Every measure of an answer suite by name; a new measure is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evals.measures import abstention, calibration, latency
from evals.measures.answer_language import answer_language_accuracy
from evals.measures.document_hit import document_hit, document_hit_any
from evals.measures.observation import Observation
from evals.measures.quote_hit import quote_hit, quote_hit_first
from evals.measures.quote_limits import quote_limits
from evals.measures.short_answer import exact_match, token_f1
from evals.measures.spans import span_validity
from evals.significance import Statistic


@dataclass(frozen=True, slots=True)
class CaseMeasure:
    """A value for each case; the figure is its mean. ``proportion``: values are 0 or 1."""

    score: Callable[[Observation], float | None]
    proportion: bool


@dataclass(frozen=True, slots=True)
class SetMeasure:
    """A statistic of many cases at once, of the facts named (see `FACTS`)."""

    facts: tuple[str, ...]
    statistic: Statistic


CASE_MEASURES = {
    "document_hit": CaseMeasure(document_hit, True),
    "document_hit_any": CaseMeasure(document_hit_any, True),
    "quote_hit": CaseMeasure(quote_hit, True),
    "quote_hit_first": CaseMeasure(quote_hit_first, True),
    "exact_match": CaseMeasure(exact_match, True),
    "token_f1": CaseMeasure(token_f1, False),
    "abstention_precision": CaseMeasure(abstention.abstention_precision, True),
    "abstention_recall": CaseMeasure(abstention.abstention_recall, True),
    "answer_language_accuracy": CaseMeasure(answer_language_accuracy, True),
    "span_validity": CaseMeasure(span_validity, True),
    "quote_limits": CaseMeasure(quote_limits, True),
}

FACTS: dict[str, Callable[[Observation], float | None]] = {
    "unanswerable": abstention.unanswerable,
    "abstained": abstention.abstained,
    "confidence": abstention.confidence,
    "evidence_is_right": calibration.evidence_is_right,
    "latency_ms": lambda observation: observation.latency_ms,
}
"""What is kept of each case for the set measures."""

SET_MEASURES = {
    "abstention_f1": SetMeasure(("unanswerable", "abstained"), abstention.f1_statistic),
    "abstention_auroc": SetMeasure(("unanswerable", "confidence"), abstention.auroc_statistic),
    "ece": SetMeasure(("confidence", "evidence_is_right"), calibration.ece_statistic),
    "latency_p50": SetMeasure(("latency_ms",), latency.p50_statistic),
    "latency_p95": SetMeasure(("latency_ms",), latency.p95_statistic),
}
