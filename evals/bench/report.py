"""What a benchmark says: figures, each beside its baseline, and the conditions they hold under."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from evals.bench.stages import stage_table


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. ``ratio`` is figure over baseline; ``goal`` says what is aimed at, in words.

    ``depth``: at which it was measured, None where that does not bear on it.
    """

    figure: str
    value: float | None
    unit: str
    baseline: str | None = None
    baseline_value: float | None = None
    ratio: float | None = None
    goal: str | None = None
    met: bool | None = None
    depth: str | None = None


@dataclass(frozen=True, slots=True)
class BenchResult:
    """One benchmark's figures; ``conditions`` are sizes and settings needed to read them.

    ``depths``: where answers were timed, the percentiles of the stages by depth (`stages.stage_table`).
    """

    name: str
    lines: tuple[Line, ...]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    depths: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the result as a JSON object."""
        return {
            "name": self.name,
            "figures": [asdict(line) for line in self.lines],
            "conditions": dict(self.conditions),
            **({"depths": dict(self.depths)} if self.depths else {}),
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
        depths = bench.get("depths") or {}
        # The stages have a table of their own, with the depths side by side.
        rows += [_cells(line) for line in bench["figures"] if not (depths and _is_stage(line))]
        conditions = ", ".join(f"{key} {_words(value)}" for key, value in bench["conditions"].items())
        blocks.append("\n".join([f"bench {bench['name']}: {conditions}", *_align(rows, (1, 4, 5))]))
        if depths:
            table = stage_table(depths)
            blocks.append("\n".join(_align(table, range(1, len(table[0])))))
    return "\n\n".join(blocks)


def _is_stage(figure: Mapping[str, Any]) -> bool:
    return str(figure["figure"]).startswith("  stage ")


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_words(item)}" for name, item in value.items())
    return str(value)


def _name(figure: Mapping[str, Any]) -> str:
    """Return the figure's name with its depth; those at `fast` are called in JSON as they always were."""
    name, depth = str(figure["figure"]), figure.get("depth")
    return f"{name}, {depth}" if depth and not name.endswith(f", {depth}") else name


def _cells(figure: Mapping[str, Any]) -> tuple[str, ...]:
    goal = figure["goal"] or ""
    if figure["met"] is not None:
        goal += ": met" if figure["met"] else ": MISSED"
    return (
        _name(figure),
        _number(figure["value"]),
        figure["unit"],
        figure["baseline"] or "",
        _number(figure["baseline_value"]),
        _number(figure["ratio"]),
        goal,
    )


def _align(rows: Sequence[tuple[str, ...]], numbers: Collection[int]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
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
