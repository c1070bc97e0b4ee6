"""Whether a run's ``summary.json`` has the shape that its readers count on: checked where it is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evals.errors import RunError

KINDS = ("answers", "retrieval")


def check_head(path: Path, value: Mapping[str, Any], mending: str) -> None:
    """Check what both ``config.json`` and ``summary.json`` begin with: the kind, suite and system of a run.

    Args:
        path: the file, for the message.
        value: what it holds.
        mending: what to do about it.

    Raises:
        RunError: one is missing, or is none.
    """
    if value.get("kind") not in KINDS:
        raise RunError(f"{path}: 'kind' must be one of {', '.join(KINDS)}; {mending}")
    for name in ("suite", "system"):
        if not isinstance(value.get(name), str):
            raise RunError(f"{path}: '{name}' must be a string; {mending}")


def check_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Check the figures of a run.

    Args:
        path: the file, for the message.
        summary: what it holds.

    Raises:
        RunError: a field is missing or of another type, or a figure is not finite.
    """
    mending = "run `helpdesk eval score` again"
    check_head(path, summary, mending)
    for name, is_right, what in _FIELDS:
        if not is_right(summary.get(name)):
            raise RunError(f"{path}: '{name}' must be {what}; {mending}")
    _check_figures(path, "measures", summary["measures"], mending)
    for dimension, values in summary["slices"].items():
        if not isinstance(values, dict):
            raise RunError(f"{path}: 'slices.{dimension}' must be an object; {mending}")
        for value, figures in values.items():
            _check_figures(path, f"slices.{dimension}.{value}", figures, mending)


def _check_figures(path: Path, where: str, figures: object, mending: str) -> None:
    if not isinstance(figures, dict):
        raise RunError(f"{path}: '{where}' must be an object; {mending}")
    for name, figure in figures.items():
        if not isinstance(figure, dict):
            raise RunError(f"{path}: '{where}.{name}' must be an object; {mending}")
        for field, is_right, what in _FIGURE:
            if not is_right(figure.get(field, "")):
                raise RunError(f"{path}: '{where}.{name}.{field}' must be {what}; {mending}")


def is_finite(value: object) -> bool:
    """Whether a JSON value is a number that can be reckoned with: not NaN, infinite or beyond a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _is_count(value: object) -> bool:
    return isinstance(value, int) and is_finite(value) and value >= 0


def _is_mean(value: object) -> bool:
    return value is None or is_finite(value)


def _is_interval(value: object) -> bool:
    return value is None or (isinstance(value, list) and len(value) == 2 and all(map(is_finite, value)))


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_judge(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _are_warnings(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(text, str) for text in value))


def _are_depths(value: object) -> bool:
    return value is None or (isinstance(value, dict) and all(map(_is_count, value.values())))


_Fields = tuple[tuple[str, Callable[[object], bool], str], ...]

_FIELDS: _Fields = (
    ("n_cases", _is_count, "a whole number"),
    ("errors", _is_count, "a whole number"),
    ("measures", _is_object, "an object"),
    ("slices", _is_object, "an object"),
    ("judge", _is_judge, "an object or null"),
    ("warnings", _are_warnings, "a list of strings"),
    ("depths", _are_depths, "an object of whole numbers or null"),
)

_FIGURE: _Fields = (
    ("mean", _is_mean, "a finite number or null"),
    ("n", _is_count, "a whole number"),
    ("ci95", _is_interval, "two finite numbers or null"),
    ("undefined", _is_count, "a whole number"),
)
