"""The heat map: question language by document language, a table for each measure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.report.figure_tables import NEED_UNANSWERABLE, parse_pair
from evals.report.numbers import NOTHING, format_count, format_figure, format_interval
from evals.report.wording import direction, is_share, language_name, meaning

SHARE_STEPS = (0.0, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97)
"""Where each step of colour begins, for a share 0..1: finer at the top, where good systems differ."""

N_STEPS = len(SHARE_STEPS)
"""Steps of colour; the style sheet has one rule for each."""

PREFERRED = ("quote_hit", "nDCG@10", "document_hit")
"""The measure that is shown first: the first of these that there is."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure for a pair of languages. ``step`` 0..8 is its colour; None: there is no figure."""

    mean: str
    n: str
    interval: str
    step: int | None


@dataclass(frozen=True, slots=True)
class HeatMap:
    """One measure. ``rows``: question languages; the last column of each is all documents together.

    ``legend``: what the steps of colour mean, in words and for each step where it begins.
    """

    measure: str
    meaning: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    legend: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """The values at which the steps of colour begin, from the weakest colour to the strongest."""

    starts: tuple[float, ...]
    is_falling: bool

    def step_of(self, value: float) -> int:
        sign = -1 if self.is_falling else 1
        return max(bisect_right([sign * start for start in self.starts], sign * value) - 1, 0)


def heat_maps(slices: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> list[HeatMap]:
    """Return a map for each measure that is defined for a pair of languages, the preferred one first.

    Args:
        slices: the summary's.
        names: the measures, in their order.
    """
    pairs = {
        found: figures for pair, figures in slices.get("pair", {}).items() if (found := parse_pair(pair))
    }
    defined = [
        name
        for name in names
        if name not in NEED_UNANSWERABLE
        and any(_mean(figures, name) is not None for figures in pairs.values())
    ]
    first = next((name for name in PREFERRED if name in defined), defined[0] if defined else "")
    defined.sort(key=lambda name: name != first)
    return [_heat_map(name, pairs, slices.get("question_language", {})) for name in defined]


def _heat_map(
    name: str,
    pairs: Mapping[tuple[str, str], Mapping[str, Any]],
    by_question: Mapping[str, Mapping[str, Any]],
) -> HeatMap:
    asked = sorted({question for question, _ in pairs})
    read = sorted({document for _, document in pairs}, key=lambda code: ("+" in code, code))
    totals = {question: by_question.get(question, {}) for question in asked}
    means = [
        mean for found in (*pairs.values(), *totals.values()) if (mean := _mean(found, name)) is not None
    ]
    scale = _scale_of(name, means)
    rows = tuple(
        (
            language_name(question),
            (
                *(_cell(name, pairs.get((question, document), {}), scale) for document in read),
                _cell(name, totals[question], scale),
            ),
        )
        for question in asked
    )
    return HeatMap(
        measure=name,
        meaning=meaning(name),
        columns=(*(language_name(document) for document in read), "All questions"),
        rows=rows,
        legend=_legend(name, scale),
        steps=tuple(format_figure(name, start) for start in scale.starts),
    )


def _scale_of(name: str, means: Sequence[float]) -> _Scale:
    """Return a share's fixed steps, so that maps can be compared; else equal steps from least to most."""
    is_falling = direction(name) == "lower"
    if is_share(name):
        return _Scale(tuple(1 - start if is_falling else start for start in SHARE_STEPS), is_falling)
    low, high = min(means), max(means)
    width = (high - low) / N_STEPS
    starts = [high - number * width if is_falling else low + number * width for number in range(N_STEPS)]
    return _Scale(tuple(starts), is_falling)


def _cell(name: str, figures: Mapping[str, Any], scale: _Scale) -> Cell:
    mean = _mean(figures, name)
    if mean is None:
        return Cell(NOTHING, "", "", None)
    figure = figures[name]
    return Cell(
        format_figure(name, mean),
        format_count(figure["n"]),
        format_interval(name, figure["ci95"]),
        scale.step_of(mean),
    )


def _mean(figures: Mapping[str, Any], name: str) -> float | None:
    mean: float | None = (figures.get(name) or {}).get("mean")
    return mean


def _legend(name: str, scale: _Scale) -> str:
    ends = "low to high" if direction(name) == "none" else "worst to best"
    return f"Colours from {ends}, each {'from here down' if scale.is_falling else 'from here up'}:"
