"""What the measures mean, in plain words, and what things are called in a report."""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache
from typing import Literal

MEANINGS = {
    "document_hit": "The first citation is of a document that holds the answer.",
    "document_hit_any": "Some citation is of a document that holds the answer.",
    "quote_hit": "A cited quote holds the words that answer the question.",
    "quote_hit_first": "The first cited quote holds the words that answer the question.",
    "exact_match": "The short answer is, word for word, an expected one (after SQuAD's normalisation).",
    "token_f1": "How far the words of the short answer overlap with those of an expected one.",
    "abstention_precision": "Of the questions left unanswered, the share that the documents do not answer.",
    "abstention_recall": "Of the questions that the documents do not answer, the share left unanswered.",
    "abstention_f1": "Abstention precision and recall in one figure (their harmonic mean).",
    "abstention_auroc": (
        "How well confidence tells answerable from unanswerable questions: 0.5 is chance, 1 is perfect."
    ),
    "unanswerable_auroc": (
        "How well the best score tells answerable from unanswerable questions: 0.5 is chance, 1 is perfect."
    ),
    "ece": "How far, on average, the stated confidence lies from the share that turns out right.",
    "aurc": "The average share of wrong evidence as more and more questions are answered, the surest first.",
    "answer_language_accuracy": "The answer is in the language of the question.",
    "span_validity": "Every quote stands, letter for letter, where the answer says that it stands.",
    "redundancy": "How much of the answer says again what it has said.",
    "answer_chars": "The length of the answer, in characters.",
    "quoted_chars": "The length of all quotes of the answer, in characters.",
    "n_citations": "The number of citations of the answer.",
    "model_tokens": "The tokens that a language model read and wrote for the answer.",
    "quote_limits": "The answer keeps the limits on the number and the length of quotes.",
    "latency_p50": "Half of the answers took no longer than this.",
    "latency_p95": "Nineteen of twenty answers took no longer than this.",
    "citation_recall": "Of the statements in an answer, the share that their citations support.",
    "citation_precision": "Of the citations in an answer, the share that supports its statement.",
    "nDCG@10": "How high the relevant documents stand among the first ten; 1 when all stand on top.",
    "MRR@10": "One divided by the rank of the first relevant document; 0 beyond rank ten.",
    "MAP": "Precision averaged over the ranks of all relevant documents.",
}
"""For readers who do not know the field; a measure that is not listed speaks through its docstring."""

_AT = {
    "recall": "Of the relevant documents, the share among the first {k}.",
    "precision": "Of the first {k} documents, the share that is relevant.",
}


def meaning(measure: str) -> str:
    """Return one sentence on what a measure says, "" where nobody has written one."""
    if measure in MEANINGS:
        return MEANINGS[measure]
    kind, _, depth = measure.partition("@")
    if depth and kind in _AT:
        return _AT[kind].format(k=depth)
    return _from_docstring(measure)


def direction(measure: str) -> Literal["higher", "lower", "none"]:
    """Return which way is better; "none" also for a measure that this version does not know."""
    from evals.measures import registry

    try:
        return registry.direction(measure)
    except KeyError:
        return "none"


def is_share(measure: str) -> bool:
    """Return whether a measure lies in 0..1; False also for one that this version does not know."""
    from evals.measures import registry

    try:
        return registry.is_share(measure)
    except KeyError:
        return False


DIRECTION_WORDS = {"higher": "higher is better", "lower": "lower is better", "none": "neither is better"}

OUTCOMES = {
    "answered": "answered",
    "partial": "answered in part",
    "clarification": "asked back",
    "unanswerable_not_in_documents": "refused: not in the documents",
    "unanswerable_out_of_scope": "refused: out of scope",
    "blocked_personal_data": "blocked: personal data",
    "blocked_guardrail": "blocked: guardrail",
    "error_engine": "error: engine",
    "error_timeout": "error: time-out",
}


def outcome_words(outcome: str) -> str:
    """Return an outcome for readers; an unknown one as it is."""
    return OUTCOMES.get(outcome, outcome)


@cache
def language_name(code: str) -> str:
    """Return the English name of a language: "Swedish"; of several, joined: "English + Swedish".

    A code that is not known stands for itself; ``und`` is "not known".
    """
    from babel import Locale, UnknownLocaleError

    if "+" in code:
        return " + ".join(language_name(part) for part in code.split("+"))
    if code in ("und", ""):
        return "not known"
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


_LANGUAGE_TAG = re.compile(r"(?!und\b)[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def lang_attribute(code: str | None) -> str:
    """Return a value for HTML's ``lang``; "" (unknown, says HTML) for what is no language tag."""
    return code if code and _LANGUAGE_TAG.fullmatch(code) else ""


def _from_docstring(measure: str) -> str:
    """Return the sentence on a measure in the docstring of its module.

    Looked for as "``name``: sentence" and, in the first line, as "name: sentence".
    """
    module = _module_of(measure)
    text = inspect.getdoc(sys.modules[module]) if module in sys.modules else None
    if not text:
        return ""
    found = re.search(rf"``{re.escape(measure)}``:\s+(.+?)(?:[;.](?:\s|$)|\n\n|$)", text, re.DOTALL)
    sentence = found.group(1) if found else text.partition("\n\n")[0].partition(": ")[2]
    sentence = " ".join(sentence.replace("``", "").split()).rstrip(".;")
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _module_of(measure: str) -> str:
    from evals.measures import registry

    if measure in registry.CASE_MEASURES:
        return registry.CASE_MEASURES[measure].score.__module__
    if measure in registry.SET_MEASURES:
        return registry.SET_MEASURES[measure].statistic.__module__
    return ""
