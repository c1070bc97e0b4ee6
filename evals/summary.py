"""From per-case scores to the figures: means with n and interval, whole and by slice."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evals import significance
from evals.measures.registry import CASE_MEASURES, SET_MEASURES
from evals.significance import Estimate

DIMENSIONS = ("question_language", "document_language", "pair", "tag", "outcome")


@dataclass(frozen=True, slots=True)
class Score:
    """One scored case. ``measures``: None where undefined. ``slices``: its values by dimension."""

    case_id: str
    slices: Mapping[str, tuple[str, ...]]
    measures: Mapping[str, float | None] = field(default_factory=dict)
    facts: Mapping[str, float | None] = field(default_factory=dict)
    error: str | None = None


Figure = Callable[[Sequence[Score]], tuple[Estimate | None, int]]
"""Takes scored cases, gives the estimate and for how many cases the measure is undefined."""


def pair_of(question_language: str, document_language: str) -> str:
    """Return the name of a language pair, as the data sets write it: documents first."""
    return f"doc_{document_language}-q_{question_language}"


def summarise(scores: Sequence[Score], figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Return ``measures``, ``slices``, ``n_cases`` and ``errors`` in the contract's shape.

    Args:
        scores: all cases, those with an error among them; these are counted
            and left out of every measure.
        figures: what to compute, by measure name.
    """
    scored = [score for score in scores if score.error is None]
    slices: dict[str, dict[str, Any]] = {}
    for dimension in DIMENSIONS:
        values = sorted({value for score in scored for value in score.slices.get(dimension, ())})
        slices[dimension] = {
            value: _figures([s for s in scored if value in s.slices.get(dimension, ())], figures)
            for value in values
        }
    return {
        "measures": _figures(scored, figures),
        "slices": slices,
        "n_cases": len(scores),
        "errors": len(scores) - len(scored),
    }


def answer_figures(names: Sequence[str]) -> dict[str, Figure]:
    """Return the figures of an answer suite.

    Args:
        names: which; empty means all.

    Raises:
        KeyError: a name that no measure has.
    """
    known: dict[str, Figure] = {
        name: case_figure(name, proportion=measure.proportion) for name, measure in CASE_MEASURES.items()
    }
    known |= {name: _set_figure(name) for name in SET_MEASURES}
    return {name: known[name] for name in names} if names else known


def case_figure(name: str, *, proportion: bool) -> Figure:
    """Return the mean of a per-case measure: Wilson's interval for a proportion, else bootstrap."""

    def figure(scores: Sequence[Score]) -> tuple[Estimate | None, int]:
        values = [value for score in scores if (value := score.measures.get(name)) is not None]
        estimate = significance.estimate_proportion if proportion else significance.estimate_mean
        return estimate(values), len(scores) - len(values)

    return figure


def statistic_figure(facts: Sequence[str], statistic: significance.Statistic) -> Figure:
    """Return a statistic of several facts of the cases, with a bootstrap interval over cases."""

    def figure(scores: Sequence[Score]) -> tuple[Estimate | None, int]:
        rows = [[score.facts.get(fact) for fact in facts] for score in scores]
        whole = [row for row in rows if None not in row]
        if not whole:
            return None, len(rows)
        columns = np.array(whole, dtype=np.float64)
        return significance.estimate_statistic(columns, statistic), len(rows) - len(whole)

    return figure


def _set_figure(name: str) -> Figure:
    return statistic_figure(SET_MEASURES[name].facts, SET_MEASURES[name].statistic)


def _figures(scores: Sequence[Score], figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: _to_json(*figure(scores)) for name, figure in figures.items()}


def _to_json(estimate: Estimate | None, n_undefined: int) -> dict[str, Any]:
    if estimate is None or math.isnan(estimate.mean):
        return {"mean": None, "n": 0, "ci95": None, "undefined": n_undefined}
    return {
        "mean": estimate.mean,
        "n": estimate.n,
        "ci95": list(estimate.ci95) if estimate.ci95 else None,
        "undefined": n_undefined,
    }


def format_summary(summary: Mapping[str, Any]) -> str:
    """Return the figures as a plain table for a terminal."""
    lines = [
        f"{summary['suite']}  system {summary['system']}  "
        f"{summary['n_cases']} cases, {summary['errors']} errors",
        f"{'measure':<28}{'mean':>10}{'95 % interval':>22}{'n':>7}{'undefined':>11}",
    ]
    for name, figure in summary["measures"].items():
        if figure["mean"] is None:
            lines.append(f"{name:<28}{'-':>10}{'':>22}{0:>7}{figure['undefined']:>11}")
            continue
        low, high = figure["ci95"] or (float("nan"), float("nan"))
        interval = f"{_short(low)} to {_short(high)}"
        lines.append(
            f"{name:<28}{_short(figure['mean']):>10}{interval:>22}{figure['n']:>7}{figure['undefined']:>11}"
        )
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"
