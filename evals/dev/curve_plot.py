"""A plot of lines with intervals as one SVG file that asks nothing of the network.

It stands in Markdown as an image: forges take SVG out of a page's own text. Each
line has a colour, a mark and a name at its end, so that none is told by colour
alone; the background is its own, so that it can be read on dark pages.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 56, 210, 30, 52
COLOURS = ("#1b5e9b", "#a8420e", "#2b6e2f", "#6a3d8f")
"""Each has a contrast of at least 5 to 1 against white."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a line: where, its interval from ``low`` to ``high``, and what its setting is called."""

    x: float
    y: float
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to the drawing's units, y downwards."""

    x_most: float
    y_least: float
    y_most: float

    def x(self, value: float) -> float:
        return round(LEFT + value / self.x_most * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.y_least) / (self.y_most - self.y_least)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def curve_svg(lines: Mapping[str, Sequence[Point]], x_name: str) -> str:
    """Return the plot.

    Args:
        lines: points by the line's name; shares of 0..1 upwards, amounts from 0 to the right.
        x_name: what the horizontal axis shows.
    """
    points = [point for line in lines.values() for point in line]
    x_step = _step(max((point.x for point in points), default=1.0))
    x_most = x_step * math.ceil(max((point.x for point in points), default=1.0) / x_step + 1e-9)
    y_least = math.floor(min((point.low for point in points), default=0.0) * 10) / 10
    scale = _Scale(x_most, min(y_least, 0.9), 1.0)
    names = ", ".join(lines)
    body = [
        f"<title>{escape(names)} against {escape(x_name)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_axes(scale, x_step, x_name),
        *_settings(points, scale),
    ]
    ends = _apart([scale.y(line[-1].y) for line in lines.values() if line])
    drawn = [(name, line) for name, line in lines.items() if line]
    for number, ((name, line), end) in enumerate(zip(drawn, ends, strict=True)):
        body += _line(name, line, scale, number, end)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" font-family="sans-serif" font-size="12">'
    )
    return "\n".join([head, *body, "</svg>"]) + "\n"


def _step(most: float) -> float:
    """Return a round distance of ticks that gives at most six of them."""
    power = 10.0 ** math.floor(math.log10(max(most, 1e-9)))
    return next((power * part for part in (0.2, 0.5, 1, 2) if most / (power * part) <= 6), power * 2)


def _axes(scale: _Scale, x_step: float, x_name: str) -> list[str]:
    parts = []
    for number in range(round((scale.y_most - scale.y_least) * 10) + 1):
        value = scale.y_least + number / 10
        y = scale.y(value)
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#d7d7d7"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#333333">{value:.1f}</text>')
    for number in range(round(scale.x_most / x_step) + 1):
        value = number * x_step
        x = scale.x(value)
        y = HEIGHT - BOTTOM
        parts.append(f'<path d="M{x} {y}v5" stroke="#333333"/>')
        parts.append(f'<text x="{x}" y="{y + 19}" text-anchor="middle" fill="#333333">{value:g}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<path d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}" stroke="#333333"/>')
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle" fill="#333333">{escape(x_name)}</text>'
    )
    return parts


def _settings(points: Sequence[Point], scale: _Scale) -> list[str]:
    """Name the settings above the plot, each once: all lines have a point at its time."""
    parts = []
    for value, label in dict.fromkeys((point.x, point.label) for point in points):
        x = scale.x(value)
        parts.append(f'<path d="M{x} {TOP}V{HEIGHT - BOTTOM}" stroke="#bbbbbb" stroke-dasharray="2 4"/>')
        parts.append(
            f'<text x="{x}" y="{TOP - 8}" text-anchor="middle" fill="#333333">{escape(label)}</text>'
        )
    return parts


def _line(name: str, line: Sequence[Point], scale: _Scale, number: int, end: float) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    spots = [(scale.x(point.x), scale.y(point.y)) for point in line]
    path = "M" + "L".join(f"{x} {y}" for x, y in spots)
    parts = [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for point, (x, y) in zip(line, spots, strict=True):
        low, high = scale.y(point.low), scale.y(min(point.high, scale.y_most))
        parts.append(f'<path d="M{x} {low}V{high}" stroke="{colour}" stroke-opacity="0.45"/>')
        parts.append(_mark(number, x, y, colour))
    parts.append(f'<text x="{spots[-1][0] + 22}" y="{end + 4}" fill="{colour}">{escape(name)}</text>')
    return parts


def _mark(number: int, x: float, y: float, colour: str) -> str:
    match number % 4:
        case 0:
            return f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>'
        case 1:
            return f'<path d="M{x - 4} {y - 4}h8v8h-8z" fill="{colour}"/>'
        case 2:
            return f'<path d="M{x} {y - 5}l5 9h-10z" fill="{colour}"/>'
        case _:
            return f'<path d="M{x} {y - 5}l5 5l-5 5l-5 -5z" fill="{colour}"/>'


def _apart(places: Sequence[float], least: float = 15.0) -> list[float]:
    """Return the places moved downwards where needed, so that names at them do not overlap."""
    moved = list(places)
    last = -math.inf
    for number in sorted(range(len(places)), key=lambda number: places[number]):
        moved[number] = last = max(places[number], last + least)
    return moved
