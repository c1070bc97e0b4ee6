"""The stages of an answer side by side: a line each, a pair of columns for each depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def stage_table(depths: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return the rows, the header first; times in ms, empty where a depth lacks the stage.

    Args:
        depths: by depth: ``answer`` and ``embed alone`` (each ``p50``, ``p95``), and ``stages`` by name.
    """
    columns = [(depth, percent) for depth in depths for percent in ("p50", "p95")]
    rows = [("stage, ms", *(f"{depth} {percent}" for depth, percent in columns))]
    for label, kind in (("whole answer", "answer"), ("baseline: embed alone", "embed alone")):
        rows.append((label, *(_ms(depths[depth][kind], percent) for depth, percent in columns)))
    stages = list(dict.fromkeys(name for depth in depths.values() for name in depth["stages"]))
    for name in in_order(stages):
        shown = f"  {name}" if "." in name else name
        found = (_ms(depths[depth]["stages"].get(name), percent) for depth, percent in columns)
        rows.append((shown, *found))
    return rows


def in_order(names: Sequence[str]) -> list[str]:
    """Return the stages in the order in which they ran, the parts of each (``judge.reading``) below it.

    A part belongs to the step whose name begins like it; one without a step stands where it ran.
    """
    parts = [name for name in names if "." in name]
    ordered: list[str] = []
    for name in names:
        if "." not in name:
            ordered += [name, *(part for part in parts if _belongs(part, name))]
    lost = [part for part in parts if part not in ordered]
    return ordered + lost


def _belongs(part: str, step: str) -> bool:
    return step.startswith(part.partition(".")[0])


def _ms(found: Mapping[str, float] | None, percent: str) -> str:
    return "" if found is None else f"{found[percent]:.1f}"
