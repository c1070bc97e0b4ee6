"""Every measure of an answer suite by name; a new measure is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from evals.measures import abstention, calibration, latency, length, retrieval, risk_coverage
from evals.measures.answer_language import answer_language_accuracy
from evals.measures.citations import citation_precision, citation_recall
from evals.measures.document_hit import document_hit, document_hit_any
from evals.measures.model_tokens import model_tokens
from evals.measures.observation import Observation
from evals.measures.quote_hit import quote_hit, quote_hit_first
from evals.measures.quote_limits import quote_limits
from evals.measures.redundancy import redundancy
from evals.measures.short_answer import exact_match, token_f1
from evals.measures.spans import span_validity
from evals.significance import Statistic

Direction = Literal["higher", "lower", "none"]
"""Which way is better; ``none``: a figure that describes and does not judge."""


@dataclass(frozen=True, slots=True)
class CaseMeasure:
    """A value for each case; the figure is its mean.

    ``proportion``: values are 0 or 1. ``share``: they lie in 0..1; False for
    counts and amounts, whose differences have a unit.
    """

    score: Callable[[Observation], float | None]
    proportion: bool
    direction: Direction = "higher"
    share: bool = True


@dataclass(frozen=True, slots=True)
class SetMeasure:
    """A statistic of many cases at once, of the facts named (see `FACTS`); ``share`` as in `CaseMeasure`."""

    facts: tuple[str, ...]
    statistic: Statistic
    direction: Direction = "higher"
    share: bool = True


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
    "citation_recall": CaseMeasure(citation_recall, False),
    "citation_precision": CaseMeasure(citation_precision, False),
    "redundancy": CaseMeasure(redundancy, False, "lower"),
    "answer_chars": CaseMeasure(length.answer_chars, False, "none", share=False),
    "quoted_chars": CaseMeasure(length.quoted_chars, False, "none", share=False),
    "n_citations": CaseMeasure(length.n_citations, False, "none", share=False),
    "model_tokens": CaseMeasure(model_tokens, False, "lower", share=False),
}

JUDGED = ("citation_recall", "citation_precision")
"""The measures that ask a judge of entailment."""

FACTS: dict[str, Callable[[Observation], float | None]] = {
    "unanswerable": abstention.unanswerable,
    "abstained": abstention.abstained,
    "confidence": abstention.confidence,
    "evidence_is_right": calibration.evidence_is_right,
    "answer_is_right": risk_coverage.answer_is_right,
    "latency_ms": lambda observation: observation.latency_ms,
}
"""What is kept of each case for the set measures."""

SET_MEASURES = {
    "abstention_f1": SetMeasure(("unanswerable", "abstained"), abstention.f1_statistic),
    "abstention_auroc": SetMeasure(("unanswerable", "confidence"), abstention.auroc_statistic),
    "ece": SetMeasure(("confidence", "evidence_is_right"), calibration.ece_statistic, "lower"),
    "aurc": SetMeasure(("confidence", "answer_is_right"), risk_coverage.aurc_statistic, "lower"),
    "latency_p50": SetMeasure(("latency_ms",), latency.p50_statistic, "lower", share=False),
    "latency_p95": SetMeasure(("latency_ms",), latency.p95_statistic, "lower", share=False),
}

RETRIEVAL_SET_MEASURES = {
    "unanswerable_auroc": SetMeasure(("unanswerable", "top_score"), abstention.auroc_statistic),
    "latency_p50": SET_MEASURES["latency_p50"],
    "latency_p95": SET_MEASURES["latency_p95"],
}
"""The set measures of a retrieval suite; its measures of a case are `retrieval.MEASURES`."""


def direction(name: str) -> Direction:
    """Return which way a measure is better, for answer and retrieval suites alike.

    Raises:
        KeyError: no measure has the name.
    """
    return "higher" if name in retrieval.MEASURES else _measure(name).direction


def is_share(name: str) -> bool:
    """Return whether a measure's values lie in 0..1, for answer and retrieval suites alike.

    Raises:
        KeyError: no measure has the name.
    """
    return name in retrieval.MEASURES or _measure(name).share


def _measure(name: str) -> CaseMeasure | SetMeasure:
    for table in (CASE_MEASURES, SET_MEASURES, RETRIEVAL_SET_MEASURES):
        if name in table:
            return table[name]
    raise KeyError(f"no measure is called '{name}'; the names are in evals/measures/registry.py")
