"""Charts as plain geometry for server-rendered SVG; a table with the same figures stands beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 12.0, 26.0
MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, in the units of the drawing; ``label`` is written below some of them only."""

    x: float
    y: float
    width: float
    height: float
    name: str
    n: int
    label: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars side by side with a scale on the left: (y, number) for each line of the grid."""

    bars: tuple[Bar, ...]
    grid: tuple[tuple[float, int], ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    floor: float = HEIGHT - BOTTOM


def bar_chart(counts: Sequence[tuple[str, int]]) -> BarChart:
    """Lay out counts by name (days, as ``2026-01-31``) as bars."""
    top = _top(max((n for _, n in counts), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(counts))
    every = max(1, -(-len(counts) // MOST_LABELS))
    scale = (HEIGHT - TOP - BOTTOM) / top
    bars = tuple(
        Bar(
            x=round(LEFT + place * step + step * 0.12, 2),
            y=round(HEIGHT - BOTTOM - n * scale, 2),
            width=round(step * 0.76, 2),
            height=round(n * scale, 2),
            name=name,
            n=n,
            label=name[5:] if place % every == 0 else "",
        )
        for place, (name, n) in enumerate(counts)
    )
    lines = tuple((round(HEIGHT - BOTTOM - n * scale, 2), n) for n in _ticks(top))
    return BarChart(bars, lines)


def shares(counts: Sequence[tuple[str, int]]) -> list[tuple[str, int, float, float]]:
    """Return (name, count, percent of all, percent of the largest) for bars in a table."""
    total, most = sum(n for _, n in counts), max((n for _, n in counts), default=0)
    return [(name, n, round(100 * n / total, 1), round(100 * n / most, 1)) for name, n in counts if total]


def _top(most: int) -> int:
    """Return a round number at or above the largest count, 4 or more and a multiple of 4."""
    for power in range(1, 10):
        for lead in (4, 8, 20, 40):
            top = int(lead * 10 ** (power - 1))
            if top >= most and top % 4 == 0:
                return top
    return most


def _ticks(top: int) -> tuple[int, ...]:
    return tuple(top * part // 4 for part in range(5))
