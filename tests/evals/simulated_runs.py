"""Scored runs as a suite of 157 cases gives them, made up: 3 languages, 9 pairs, shared documents."""

import dataclasses
import itertools
from pathlib import Path

import numpy as np

from evals.figures import answer_figures
from evals.score_table import Score
from evals.scored_runs import ScoredRun
from evals.summary import pair_of, summarise

LANGUAGES = ("en", "sv", "vi")
NAMES = (
    "document_hit",
    "document_hit_any",
    "quote_hit",
    "quote_hit_first",
    "exact_match",
    "token_f1",
    "abstention_precision",
    "abstention_recall",
    "abstention_f1",
    "abstention_auroc",
    "ece",
    "answer_language_accuracy",
    "span_validity",
    "quote_limits",
    "latency_p50",
    "latency_p95",
)
TAGS = ("number", "name", "date", "list", "follow-up", "comparison")


def make_run(seed=1, n_answerable=109, n_unanswerable=48, path="run", **changes):
    """A run of a made-up system; the cases are the same for every seed, their results are not."""
    keys = np.random.default_rng(20)
    random = np.random.default_rng(seed)
    pairs = list(itertools.product(LANGUAGES, LANGUAGES))
    scores = [_answerable(number, *pairs[number % 9], keys, random) for number in range(n_answerable)] + [
        _unanswerable(number, LANGUAGES[number % 3], random) for number in range(n_unanswerable)
    ]
    return as_run(scores, path=path, **changes)


def as_run(scores, path="run", names=NAMES, sliced=False, **config):
    """A run with these scores and its summary, by slice where ``sliced`` (which takes longer)."""
    head = {"suite": "made-up", "kind": "answers", "system": "helpdesk"}
    whole = scores if sliced else [dataclasses.replace(score, slices={}) for score in scores]
    summary = head | summarise(whole, answer_figures(names))
    return ScoredRun(Path(path), head | config, summary, tuple(scores))


def changed(run, change, path="changed"):
    """The same run with ``change(score)`` in place of every score that is not None."""
    return as_run([change(score) or score for score in run.scores], path=path)


def with_measures(score, facts=None, **measures):
    """A score with other values."""
    return dataclasses.replace(
        score, measures={**score.measures, **measures}, facts={**score.facts, **(facts or {})}
    )


def without_citations(score):
    """What is left of an answer whose citations are broken: no document, no quote, no span."""
    lost = {name: 0.0 for name in NAMES[:6] if score.measures.get(name) is not None}
    return with_measures(score, {"evidence_is_right": 0.0}, span_validity=0.0, quote_limits=None, **lost)


def noisy(run, seed, n_flips=3):
    """The same system asked again: a few cases flip, as many up as down on average."""
    random = np.random.default_rng(seed)
    flipped = set(random.choice([score.case_id for score in run.scores], n_flips, replace=False))

    def flip(score):
        jitter = {"latency_ms": score.facts["latency_ms"] * random.uniform(0.9, 1.1)}
        if score.case_id not in flipped:
            return with_measures(score, jitter)
        names = [
            name
            for name in ("quote_hit", "quote_hit_first", "exact_match")
            if score.measures.get(name) is not None
        ]
        return with_measures(score, jitter, **{name: 1 - score.measures[name] for name in names})

    return changed(run, flip, path=f"noisy-{seed}")


def _answerable(number, question, document, keys, random):
    document_id = f"{document}-{int(keys.integers(0, 12))}"
    hit, right = float(random.random() < 0.9), float(random.random() < 0.8)
    abstained = float(random.random() < 0.12)
    quote = hit * right
    exact = quote * float(random.random() < 0.6)
    return Score(
        f"{document}-{question}-{number:03}",
        {
            "question_language": (question,),
            "document_language": (document,),
            "pair": (pair_of(question, document),),
            "tag": (TAGS[number % 6], *(("cross-lingual",) if question != document else ())),
            "outcome": ("unanswerable_not_in_documents" if abstained else "answered",),
        },
        {
            "document_hit": hit,
            "document_hit_any": max(hit, float(random.random() < 0.5)),
            "quote_hit": quote,
            "quote_hit_first": quote * float(random.random() < 0.9),
            "exact_match": exact,
            "token_f1": max(exact, quote * float(random.beta(3, 2))),
            "abstention_precision": 0.0 if abstained else None,
            "abstention_recall": None,
            "answer_language_accuracy": float(random.random() < 0.98),
            "span_validity": 1.0,
            "quote_limits": 1.0,
        },
        {
            "unanswerable": 0.0,
            "abstained": abstained,
            "confidence": float(random.beta(5, 2) * (0.5 if abstained else 1.0)),
            "evidence_is_right": quote,
            "latency_ms": float(random.lognormal(6.5, 0.3)),
        },
        cluster=f"document:{document_id}",
    )


def _unanswerable(number, question, random):
    abstained = float(random.random() < 0.7)
    return Score(
        f"un-{question}-{number:03}",
        {
            "question_language": (question,),
            "tag": ("near" if number % 2 else "far",),
            "outcome": ("unanswerable_not_in_documents" if abstained else "answered",),
        },
        {
            "document_hit": None,
            "document_hit_any": None,
            "quote_hit": None,
            "quote_hit_first": None,
            "exact_match": None,
            "token_f1": None,
            "abstention_precision": 1.0 if abstained else None,
            "abstention_recall": abstained,
            "answer_language_accuracy": float(random.random() < 0.98),
            "span_validity": None if abstained else 1.0,
            "quote_limits": None if abstained else 1.0,
        },
        {
            "unanswerable": 1.0,
            "abstained": abstained,
            "confidence": float(random.beta(2, 5) if abstained else random.beta(4, 3)),
            "evidence_is_right": 0.0,
            "latency_ms": float(random.lognormal(6.5, 0.3)),
        },
    )
