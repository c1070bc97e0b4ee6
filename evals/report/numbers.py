"""How figures are written in every report: the same digits, signs and units everywhere."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "–"
"""Stands where there is no figure."""

_MINUS = "\N{MINUS SIGN}"
_NO_BREAK = "\N{NO-BREAK SPACE}"


def is_milliseconds(measure: str) -> bool:
    """Return whether a measure is a time in milliseconds, by its name."""
    return measure.startswith("latency") or measure.endswith("_ms")


def format_figure(measure: str, value: float | None) -> str:
    """Return a figure with its unit: three decimals below 10, whole numbers from 100 on.

    Args:
        measure: the measure's name; it tells the unit.
        value: the figure; None where it is undefined.
    """
    if value is None:
        return NOTHING
    text = _digits(measure, value)
    return f"{text}{_NO_BREAK}ms" if is_milliseconds(measure) else text


def format_interval(measure: str, interval: Sequence[float] | None) -> str:
    """Return "low to high" with the unit once."""
    if not interval:
        return NOTHING
    low, high = interval
    return f"{_digits(measure, low)} to {format_figure(measure, high)}"


def format_difference(measure: str, value: float | None) -> str:
    """Return a signed figure; a difference that rounds to nothing has no sign."""
    if value is None:
        return NOTHING
    text = format_figure(measure, abs(value))
    if not any(char in "123456789" for char in text):
        return text
    return (_MINUS if value < 0 else "+") + text


def format_difference_interval(measure: str, interval: Sequence[float] | None) -> str:
    """Return "low to high", both signed."""
    if not interval:
        return NOTHING
    low, high = interval
    unit = f"{_NO_BREAK}ms"
    return f"{format_difference(measure, low).removesuffix(unit)} to {format_difference(measure, high)}"


def format_p(value: float | None) -> str:
    """Return a p value: three decimals, "< 0.001" below."""
    if value is None:
        return NOTHING
    return f"<{_NO_BREAK}0.001" if value < 0.001 else f"{value:.3f}"


def format_count(value: float | None) -> str:
    """Return a count with its thousands parted by a narrow space."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def format_percent(share: float) -> str:
    """Return a share 0..1 as a whole percentage."""
    return f"{100 * share:.0f}{_NO_BREAK}%"


def _digits(measure: str, value: float) -> str:
    if abs(value) >= 100 or (is_milliseconds(measure) and (abs(value) >= 10 or not value)):
        text = format_count(abs(value))
    elif abs(value) >= 10 or is_milliseconds(measure):
        text = f"{abs(value):.1f}"
    else:
        text = f"{abs(value):.3f}"
    return f"{_MINUS}{text}" if value < 0 and text.strip("0.") else text
