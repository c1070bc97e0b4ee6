"""The reliability diagram and the risk-coverage curve of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from evals.measures import registry
from evals.measures.calibration import ReliabilityBin, ece_by_chance, reliability
from evals.measures.risk_coverage import RiskPoint, risk_coverage
from evals.report.charts import (
    ReliabilityMark,
    Tick,
    reliability_marks,
    scale_of,
    step_path,
    ticks,
    x_of,
    y_of,
)
from evals.report.numbers import format_percent
from evals.summary import Score

N_TABLE_POINTS = 10
"""Points of the risk-coverage curve in its table; report.json has them all."""


@dataclass(frozen=True, slots=True)
class ReliabilityDiagram:
    """Bins of confidence against the share that was right, of ``n`` cases; ``by_chance``: `ece_by_chance`."""

    n: int
    bins: tuple[ReliabilityBin, ...]
    marks: tuple[ReliabilityMark, ...]
    by_chance: float
    summary: str


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """Risk at each coverage. ``top``: where the risk axis ends; ``table``: some of the points."""

    n: int
    points: tuple[RiskPoint, ...]
    path: str
    top: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    table: tuple[RiskPoint, ...]
    summary: str


def reliability_diagram(scores: Sequence[Score]) -> ReliabilityDiagram | None:
    """Return the diagram of the scored cases; None where no case has confidence and a key."""
    rows = _rows(scores, "ece")
    if not rows:
        return None
    columns = np.array(rows, dtype=np.float64)
    bins, by_chance = reliability(columns), ece_by_chance(columns[:, 0])
    return ReliabilityDiagram(
        len(rows), tuple(bins), tuple(reliability_marks(bins)), by_chance, _reliability_words(bins, by_chance)
    )


def risk_curve(scores: Sequence[Score]) -> RiskCurve | None:
    """Return the curve of the scored cases; None where no case has confidence and a key."""
    rows = _rows(scores, "aurc")
    if not rows:
        return None
    points = risk_coverage(np.array(rows, dtype=np.float64))
    top, step = scale_of(max(point.risk for point in points))
    return RiskCurve(
        n=len(rows),
        points=tuple(points),
        path=step_path([(point.coverage, point.risk) for point in points], top),
        top=top,
        x_ticks=tuple(ticks(x_of)),
        y_ticks=tuple(ticks(lambda risk: y_of(risk, top), top, step)),
        table=_some(points),
        summary=_risk_words(points),
    )


def curves_to_json(scores: Sequence[Score]) -> dict[str, Any]:
    """Return the bins and the points as plain values; null where there are none."""
    diagram, curve = reliability_diagram(scores), risk_curve(scores)
    return {
        "reliability": [asdict(item) for item in diagram.bins] if diagram else None,
        "ece_by_chance": diagram.by_chance if diagram else None,
        "risk_coverage": [asdict(point) for point in curve.points] if curve else None,
    }


def _rows(scores: Sequence[Score], measure: str) -> list[list[float]]:
    """Return (confidence, right) of the cases that have both, by the facts that the measure is made of."""
    names = registry.SET_MEASURES[measure].facts
    rows = []
    for score in scores:
        row = [score.facts.get(name) for name in names]
        if score.error is None and None not in row:
            rows.append([float(value) for value in row if value is not None])
    return rows


def _reliability_words(bins: Sequence[ReliabilityBin], by_chance: float) -> str:
    filled = [item for item in bins if item.n and item.ci95 and item.mean_confidence is not None]
    over = [item for item in filled if item.ci95 and (item.mean_confidence or 0) > item.ci95[1]]
    under = [item for item in filled if item.ci95 and (item.mean_confidence or 0) < item.ci95[0]]
    parts = [f"{len(filled)} of {len(bins)} bins hold cases."]
    if not over and not under:
        parts.append("In each, the stated confidence lies within the 95 % interval of the share right.")
    if over:
        parts.append(f"Confidence is too high in the bins {_ranges(over)}.")
    if under:
        parts.append(f"Confidence is too low in the bins {_ranges(under)}.")
    parts.append(f"A true confidence would show an error (ece) of about {by_chance:.3f} on so many cases.")
    return " ".join(parts)


def _ranges(bins: Sequence[ReliabilityBin]) -> str:
    return ", ".join(f"{item.low:.1f} to {item.high:.1f}" for item in bins)


def _risk_words(points: Sequence[RiskPoint]) -> str:
    half = min(points, key=lambda point: abs(point.coverage - 0.5))
    return (
        f"With the surest {format_percent(half.coverage)} of the questions answered, "
        f"{format_percent(half.risk)} of the answers are wrong; with all of them answered, "
        f"{format_percent(points[-1].risk)}."
    )


def _some(points: Sequence[RiskPoint]) -> tuple[RiskPoint, ...]:
    if len(points) <= N_TABLE_POINTS:
        return tuple(points)
    places = np.unique(np.linspace(0, len(points) - 1, N_TABLE_POINTS).round().astype(int))
    return tuple(points[place] for place in places)
