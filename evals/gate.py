"""Whether a run may pass: its bounds are kept, and nothing is worse than in the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.comparison import MIN_PAIRS, compare_runs
from evals.comparison_text import rows_by_slice
from evals.pairing import judge_of
from evals.scored_runs import ScoredRun
from evals.suite import Gate
from evals.verdicts import WORSE, figure, p_text, signed

_MOST_REASONS = 25

_DEFINED_BY_ANSWERS = ("abstention_precision", "redundancy", "answer_chars", "quoted_chars", "n_citations")
"""Measures that are rightly undefined in a slice where nothing is refused, or quoted twice, or answered."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """``reasons``: why it failed, the most important first; empty where ``passed``."""

    passed: bool
    reasons: tuple[str, ...]
    comparison: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"passed": self.passed, "reasons": list(self.reasons), "comparison": self.comparison}


def gate(run: ScoredRun, baseline: ScoredRun, suite_gate: Gate) -> GateResult:
    """Hold a run against the suite's bounds and a baseline.

    It fails when a minimum or maximum is missed, on more errors than the
    baseline had, when cases of the baseline are missing, when a measure that
    the baseline had is missing, or undefined over all cases or in a slice, when
    another judge judged, and when a measure is worse over all cases or in a
    slice after correction, by at least the smallest difference that matters.
    (In a slice, what is rightly undefined, such as abstention precision where
    nothing is refused, is no loss.) Measures of time are compared only where the gate names a smallest
    difference for them: a baseline comes from another machine or another hour,
    and all its times move together, which no test over cases can tell from a
    slower system.

    Args:
        run: the run that is to pass.
        baseline: of the same suite.
        suite_gate: bounds, smallest differences, alpha and correction.

    Raises:
        RunError: the two are of different suites.
    """
    names = [
        name
        for name in run.summary["measures"]
        if name in baseline.summary["measures"]
        and (not name.startswith("latency") or name in suite_gate.smallest_difference)
    ]
    comparison = compare_runs(
        baseline,
        run,
        alpha=suite_gate.alpha,
        correction=suite_gate.correction,
        smallest_difference=suite_gate.smallest_difference,
        measures=names,
    )
    reasons = (
        *_bounds(run, suite_gate),
        *_losses_of_cases(run, baseline, comparison),
        *_losses_of_measures(run, baseline, comparison),
        *_worse(comparison),
    )
    return GateResult(not reasons, reasons, comparison)


def format_gate(result: GateResult) -> str:
    """Return the result as text: passed, or the reasons."""
    comparison = result.comparison
    against = f"{comparison['b']['path']} against {comparison['a']['path']}"
    warnings = [f"Warning: {warning}" for warning in comparison["warnings"]]
    counted = (
        f"{comparison['n_paired']} pairs, {comparison['n_tests']} tests, slices from {MIN_PAIRS} pairs on"
    )
    reasons = [f"- {reason}" for reason in result.reasons[:_MOST_REASONS]]
    if len(result.reasons) > _MOST_REASONS:
        reasons.append(f"- and {len(result.reasons) - _MOST_REASONS} more (--json names all)")
    head = "Gate passed" if result.passed else "Gate missed"
    return "\n".join([f"{head}: {against} ({counted}).", *reasons, *warnings])


def _bounds(run: ScoredRun, suite_gate: Gate) -> list[str]:
    bounds = [("minimum", 1.0, suite_gate.minimum), ("maximum", -1.0, suite_gate.maximum)]
    reasons = []
    for kind, sign, table in bounds:
        for name, bound in table.items():
            entry: Mapping[str, Any] | None = run.summary["measures"].get(name)
            if entry is None or entry["mean"] is None:
                what = "the run does not measure it" if entry is None else "it is undefined in the run"
                reasons.append(f"{name}: the gate has a {kind} of {bound:g}, but {what}")
            elif not sign * entry["mean"] >= sign * bound:  # so that NaN keeps no bound
                where = "below" if kind == "minimum" else "above"
                reasons.append(
                    f"{name} is {entry['mean']:.4g}, {where} the {kind} of {bound:g} (n = {entry['n']})"
                )
    return reasons


def _losses_of_cases(run: ScoredRun, baseline: ScoredRun, comparison: Mapping[str, Any]) -> list[str]:
    reasons = []
    failed_before = {score.case_id for score in baseline.scores if score.error is not None}
    failed = [score.case_id for score in run.scores if score.error is not None]
    new = [case_id for case_id in failed if case_id not in failed_before]
    if new:
        reasons.append(f"{len(new)} new error{'s' if len(new) > 1 else ''}: {_named(new)}")
    missing = comparison["only_in_a"]
    if missing:
        n = len(missing)
        reasons.append(
            f"{n} case{'s' if n > 1 else ''} of the baseline missing in the run: {_named(missing)}"
        )
    return reasons


def _losses_of_measures(run: ScoredRun, baseline: ScoredRun, comparison: Mapping[str, Any]) -> list[str]:
    gone = [
        name
        for name, entry in baseline.summary["measures"].items()
        if name not in run.summary["measures"]
        and entry["mean"] is not None
        and not name.startswith("latency")
    ]
    reasons = [f"{name} was measured in the baseline and is not in the run" for name in gone]
    for where, name, row in rows_by_slice(comparison):
        if row["a"] is None or row["b"] is not None or row["n"] < MIN_PAIRS:
            continue
        if where and name in _DEFINED_BY_ANSWERS:
            continue
        in_slice = f" in {where}" if where else ""
        reasons.append(f"{name} was {figure(row['a'])}{in_slice} and is undefined in the run")
    judges = judge_of(baseline), judge_of(run)
    if None not in judges and judges[0] != judges[1]:
        reasons.append("another judge decided on citations than in the baseline: score one of them again")
    return reasons


def _worse(comparison: Mapping[str, Any]) -> list[str]:
    found = [item for item in rows_by_slice(comparison) if item[2]["verdict"] == WORSE]
    found.sort(key=lambda item: (item[0] != "", item[2]["p_adjusted"], item[2]["difference"]))
    return [
        f"{name} is worse {f'in {where}' if where else 'over all cases'}: "
        f"{figure(row['a'])} -> {figure(row['b'])} ({_difference(row)}, {row['n']} pairs, "
        f"p = {p_text(row['p_adjusted'])} after correction)"
        for where, name, row in found
    ]


def _difference(row: Mapping[str, Any]) -> str:
    bounds = row["ci95"]
    return signed(row["difference"]) + (f" [{signed(bounds[0])}, {signed(bounds[1])}]" if bounds else "")


def _named(case_ids: list[str]) -> str:
    return ", ".join(case_ids[:5]) + (", ..." if len(case_ids) > 5 else "")
