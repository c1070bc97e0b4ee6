"""What a benchmark says: figures, each beside its baseline, and the conditions they hold under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. ``ratio`` is figure over baseline; ``goal`` says what is aimed at, in words."""

    figure: str
    value: float | None
    unit: str
    baseline: str | None = None
    baseline_value: float | None = None
    ratio: float | None = None
    goal: str | None = None
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class BenchResult:
    """One benchmark's figures; ``conditions`` are sizes and settings needed to read them."""

    name: str
    lines: tuple[Line, ...]
    conditions: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the result as a JSON object."""
        return {
            "name": self.name,
            "figures": [asdict(line) for line in self.lines],
            "conditions": dict(self.conditions),
        }


def at_most(value: float, limit: float, unit: str) -> tuple[str, bool]:
    """Return a goal in words and whether it is met."""
    return f"at most {limit:g} {unit}".strip(), value <= limit


def at_least(value: float, limit: float, unit: str) -> tuple[str, bool]:
    """Return a goal in words and whether it is met."""
    return f"at least {limit:g} {unit}".strip(), value >= limit


def format_bench(report: Mapping[str, Any]) -> str:
    """Return the benchmarks as plain tables for a terminal."""
    blocks = [_machine_line(report["machine"])]
    for bench in report["benches"]:
        rows: list[tuple[str, ...]] = [("figure", "value", "unit", "baseline", "", "ratio", "goal")]
        rows += [_cells(figure) for figure in bench["figures"]]
        conditions = ", ".join(f"{key} {value}" for key, value in bench["conditions"].items())
        blocks.append("\n".join([f"bench {bench['name']}: {conditions}", *_align(rows)]))
    return "\n\n".join(blocks)


def _cells(figure: Mapping[str, Any]) -> tuple[str, ...]:
    goal = figure["goal"] or ""
    if figure["met"] is not None:
        goal += ": met" if figure["met"] else ": MISSED"
    return (
        figure["figure"],
        _number(figure["value"]),
        figure["unit"],
        figure["baseline"] or "",
        _number(figure["baseline_value"]),
        _number(figure["ratio"]),
        goal,
    )


def _align(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    numbers = (1, 4, 5)
    return [
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def _machine_line(machine: Mapping[str, Any]) -> str:
    processor = machine["processor"]
    flags = ", ".join(processor["flags"]) or "no flags of note"
    return f"{processor['name']}, {machine['n_cores']} cores, {flags}, Python {machine['python']}"
