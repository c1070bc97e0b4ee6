"""From per-case scores to the figures: means with n and interval, whole and by slice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evals.depths import depth_words
from evals.figures import (
    CaseFigure,
    Figure,
    SetFigure,
    answer_figures,
    columns_of,
    estimate_figures,
    retrieval_figures,
)
from evals.score_table import Rows, Score, ScoreTable
from evals.significance import MIN_CLUSTERS, Estimate, Statistic

DIMENSIONS = ("question_language", "document_language", "pair", "tag", "outcome")

__all__ = [
    "DIMENSIONS",
    "Figure",
    "Score",
    "answer_figures",
    "case_figure",
    "format_summary",
    "pair_of",
    "retrieval_figures",
    "statistic_figure",
    "summarise",
]


def pair_of(question_language: str, document_language: str) -> str:
    """Return the name of a language pair, as the data sets write it: documents first."""
    return f"doc_{document_language}-q_{question_language}"


def case_figure(name: str, *, proportion: bool, share: bool = True) -> Figure:
    """Return the mean of a measure: Wilson's interval for a proportion, else bootstrap."""
    return CaseFigure(name, proportion, share)


def statistic_figure(facts: Sequence[str], statistic: Statistic) -> Figure:
    """Return a statistic of several facts of the cases, with a bootstrap interval."""
    return SetFigure(tuple(facts), statistic)


def summarise(scores: Sequence[Score], figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Return the figures in the contract's shape.

    Args:
        scores: all cases, those with an error among them; these are counted
            and left out of every measure.
        figures: what to compute, by measure name.

    Returns:
        ``measures`` and ``slices`` with, for each figure, ``mean``, ``n``,
        ``ci95``, ``undefined`` (cases left out), ``interval`` (how it was made)
        and ``n_clusters``; ``n_cases``, ``errors`` and ``warnings``.
    """
    scored = ScoreTable([score for score in scores if score.error is None])
    slices: dict[str, dict[str, Any]] = {}
    measures = _figures(scored, scored.rows, figures)
    for dimension in DIMENSIONS:
        found = scored.slices(dimension)
        slices[dimension] = {value: _figures(scored, rows, figures) for value, rows in found.items()}
    return {
        "measures": measures,
        "slices": slices,
        "n_cases": len(scores),
        "errors": len(scores) - len(scored),
        "warnings": _warnings(measures, slices),
    }


def _figures(table: ScoreTable, rows: Rows, figures: Mapping[str, Figure]) -> dict[str, Any]:
    estimates = estimate_figures(table, rows, figures)
    return {
        name: _to_json(estimate, len(rows), _n_defined(table, rows, figures[name]))
        for name, estimate in estimates.items()
    }


def _n_defined(table: ScoreTable, rows: Rows, figure: Figure) -> int:
    return int((~np.isnan(columns_of(table, figure)[rows]).any(axis=1)).sum())


def _to_json(estimate: Estimate | None, n_cases: int, n_defined: int) -> dict[str, Any]:
    undefined = n_cases - n_defined
    if estimate is None or not math.isfinite(estimate.mean):
        return {
            "mean": None,
            "n": 0,
            "ci95": None,
            "undefined": undefined,
            "interval": None,
            "n_clusters": None,
        }
    return {
        "mean": estimate.mean,
        "n": estimate.n,
        "ci95": list(estimate.ci95) if estimate.ci95 and all(map(math.isfinite, estimate.ci95)) else None,
        "undefined": undefined,
        "interval": estimate.interval,
        "n_clusters": estimate.n_clusters,
    }


def _warnings(measures: Mapping[str, Any], slices: Mapping[str, Any]) -> list[str]:
    """Say where cases share clusters that are too few to be drawn whole: in one line, not one a slice."""
    overall = [name for name, figure in measures.items() if _too_few(figure)]
    in_slices = sum(
        any(_too_few(figure) for figure in figures.values())
        for values in slices.values()
        for figures in values.values()
    )
    if not overall and not in_slices:
        return []
    where = [f"of {', '.join(overall)}"] if overall else []
    where += [f"in {in_slices} slice{'s' if in_slices > 1 else ''}"] if in_slices else []
    return [
        f"the cases come from fewer than {MIN_CLUSTERS} documents or conversations: the intervals "
        f"{' and '.join(where)} take them as independent and may be too narrow"
    ]


def _too_few(figure: Mapping[str, Any]) -> bool:
    n_clusters = figure.get("n_clusters")
    return n_clusters is not None and not str(figure["interval"]).startswith("clustered")


def format_summary(summary: Mapping[str, Any]) -> str:
    """Return the figures as a plain table for a terminal, its warnings below."""
    depth = depth_words(summary.get("depths"))
    lines = [
        f"{summary['suite']}  system {summary['system']}  {f'depth {depth}  ' if depth else ''}"
        f"{summary['n_cases']} cases, {summary['errors']} errors",
        f"{'measure':<28}{'mean':>10}{'95 % interval':>22}{'n':>7}{'undefined':>11}  interval",
    ]
    for name, figure in summary["measures"].items():
        if figure["mean"] is None:
            lines.append(f"{name:<28}{'-':>10}{'':>22}{0:>7}{figure['undefined']:>11}")
            continue
        bounds = figure["ci95"]
        interval = f"{_short(bounds[0])} to {_short(bounds[1])}" if bounds else "-"
        lines.append(
            f"{name:<28}{_short(figure['mean']):>10}{interval:>22}{figure['n']:>7}{figure['undefined']:>11}"
            f"  {_kind(figure)}"
        )
    lines += [f"Warning: {warning}" for warning in summary.get("warnings", ())]
    return "\n".join(lines)


def _kind(figure: Mapping[str, Any]) -> str:
    """Return how the interval was made, with the number of clusters where there are any."""
    n_clusters = figure.get("n_clusters")
    kind = str(figure.get("interval", ""))
    return kind if n_clusters is None else f"{kind}, {n_clusters} clusters"


def _short(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"
