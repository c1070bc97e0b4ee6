"""The geometry of the plots; the templates draw them as SVG, so every text in them is escaped.

Lengths are in units of the drawing's own ``viewBox``, y downwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.measures.calibration import ReliabilityBin

BAR_WIDTH, BAR_HEIGHT = 160.0, 16.0
"""Size of a bar in a table."""

PLOT_LEFT, PLOT_TOP, PLOT_SIDE = 52.0, 14.0, 256.0
"""Where the unit square of a plot lies."""

COUNTS_TOP, COUNTS_HEIGHT = 322.0, 44.0
"""Where the counts lie under the reliability diagram."""


@dataclass(frozen=True, slots=True)
class IntervalBar:
    """A figure with its interval on a line.

    On a scale of both signs ``zero`` is where 0 lies, and the band around it
    what is too small to matter.
    """

    mean: float
    left: float | None
    width: float | None
    zero: float | None = None
    band_left: float | None = None
    band_width: float | None = None


@dataclass(frozen=True, slots=True)
class ReliabilityMark:
    """One bin: its point, its interval and its count bar."""

    x: float
    y: float
    top: float
    bottom: float
    count_x: float
    count_y: float
    count_width: float
    count_height: float
    count_middle: float
    n: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: where, and what is written there."""

    position: float
    label: str


def interval_bar(
    mean: float | None,
    interval: Sequence[float] | None,
    low: float,
    high: float,
    smallest_difference: float = 0.0,
) -> IntervalBar | None:
    """Return the bar of a figure on the scale low..high; what lies beyond is drawn at the edge."""
    if mean is None or high <= low:
        return None

    def place(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(4 + share * (BAR_WIDTH - 8), 1)

    left = place(interval[0]) if interval else None
    width = round(max(place(interval[1]) - place(interval[0]), 2), 1) if interval else None
    if not low < 0 < high:
        return IntervalBar(place(mean), left, width)
    band = place(-smallest_difference)
    return IntervalBar(place(mean), left, width, place(0), band, round(place(smallest_difference) - band, 1))


def x_of(share: float) -> float:
    """Return where a share 0..1 lies on the horizontal axis of a plot."""
    return round(PLOT_LEFT + share * PLOT_SIDE, 1)


def y_of(share: float, top: float = 1.0) -> float:
    """Return where a value 0..top lies on the vertical axis of a plot."""
    return round(PLOT_TOP + (1 - min(share / top, 1.0)) * PLOT_SIDE, 1)


def ticks(place: Callable[[float], float], top: float = 1.0, step: float = 0.25) -> list[Tick]:
    """Return the marks of an axis from 0 to ``top``, a whole number of steps; ``place`` takes a value."""
    return [Tick(place(number * step), _tick_label(number * step)) for number in range(round(top / step) + 1)]


def scale_of(most: float) -> tuple[float, float]:
    """Return where an axis for values 0..most ends (1 at most), and the step of its marks."""
    step = 0.05 if most <= 0.2 else 0.1 if most <= 0.5 else 0.25
    return min(max(math.ceil(most / step - 1e-9), 1) * step, 1.0), step


def reliability_marks(bins: Sequence[ReliabilityBin]) -> list[ReliabilityMark]:
    """Return a mark for each bin that holds a case."""
    filled = [item for item in bins if item.n]
    most = max((item.n for item in filled), default=1)
    marks = []
    for item in filled:
        low, high = item.ci95 or (item.share_right or 0.0,) * 2
        height = round(max(COUNTS_HEIGHT * item.n / most, 1.0), 1)
        left = x_of(item.low) + 2
        width = round(x_of(item.high) - x_of(item.low) - 4, 1)
        marks.append(
            ReliabilityMark(
                x=x_of(item.mean_confidence or 0.0),
                y=y_of(item.share_right or 0.0),
                top=y_of(high),
                bottom=y_of(low),
                count_x=left,
                count_y=round(COUNTS_TOP + COUNTS_HEIGHT - height, 1),
                count_width=width,
                count_height=height,
                count_middle=round(left + width / 2, 1),
                n=item.n,
            )
        )
    return marks


def step_path(points: Sequence[tuple[float, float]], top: float) -> str:
    """Return an SVG path through (share of the width, value) points, straight from each to the next."""
    steps = [f"{x_of(x)} {y_of(y, top)}" for x, y in points]
    return f"M{' L'.join(steps)}" if steps else ""


def _tick_label(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"
