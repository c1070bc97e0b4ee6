"""A comparison as plain text for a terminal: what was found first, then the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evals.contrasts import MIN_PAIRS
from evals.verdicts import BETTER, NO_DIFFERENCE, TOO_FEW, WORSE, figure, p_text, signed

_ORDER = {WORSE: 0, BETTER: 1, TOO_FEW: 2, NO_DIFFERENCE: 3}
_WORDS = {WORSE: "worse", BETTER: "better", TOO_FEW: "too few cases", NO_DIFFERENCE: "no difference shown"}
_MOST_FOUND = 25
_MOST_CHANGES = 10


def format_comparison(comparison: Mapping[str, Any]) -> str:
    """Return a comparison as text, the most important first."""
    heads = [
        f"{side.upper()}: {head['suite']}  system {head['system']}  "
        f"{f'depth {depth}  ' if (depth := head.get('depth')) else ''}{head['path']}  "
        f"{head['n_cases']} cases, {head['errors']} errors"
        for side, head in (("a", comparison["a"]), ("b", comparison["b"]))
    ]
    counted = (
        f"{comparison['n_paired']} pairs, {comparison['n_tests']} tests, "
        f"alpha {comparison['alpha']:g}, correction {comparison['correction']}; "
        f"slices from {MIN_PAIRS} pairs on"
    )
    found = [*_found(comparison)]
    lines = [*heads, counted, "", *(found or ["No difference shown, over all cases or in any slice."]), ""]
    lines += [*_table(comparison["measures"]), "", *_few(comparison["measures"]), *_changes(comparison)]
    lines += [f"Warning: {warning}" for warning in comparison["warnings"]]
    return "\n".join(lines).rstrip()


def rows_by_slice(comparison: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield (where, measure, row): all cases first (``where`` is empty), then ``dimension=value``."""
    for name, row in comparison["measures"].items():
        yield "", name, row
    for dimension, values in comparison["slices"].items():
        for value, rows in values.items():
            for name, row in rows.items():
                yield f"{dimension}={value}", name, row


def _found(comparison: Mapping[str, Any]) -> list[str]:
    found = [item for item in rows_by_slice(comparison) if item[2]["verdict"] in (WORSE, BETTER)]
    found.sort(key=lambda item: (_ORDER[item[2]["verdict"]], item[0] != "", item[2]["p_adjusted"]))
    lines = [f"{f'{where}: ' if where else ''}{row['text']}" for where, _, row in found[:_MOST_FOUND]]
    return lines + (
        [f"and {len(found) - _MOST_FOUND} more (--json names all)"] if found[_MOST_FOUND:] else []
    )


def _table(measures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = [f"{'measure':<28}{'A':>10}{'B':>10}{'B - A':>10}{'95 % interval':>22}{'n':>7}{'p':>10}  verdict"]
    for name, row in sorted(measures.items(), key=lambda item: _ORDER[item[1]["verdict"]]):
        values = ["-" if row[side] is None else figure(row[side]) for side in ("a", "b")]
        difference = "-" if row["difference"] is None else signed(row["difference"])
        interval = "-" if row["ci95"] is None else f"{signed(row['ci95'][0])} to {signed(row['ci95'][1])}"
        lines.append(
            f"{name:<28}{values[0]:>10}{values[1]:>10}{difference:>10}{interval:>22}{row['n']:>7}"
            f"{p_text(row['p_adjusted']):>10}  {_WORDS[row['verdict']]}"
        )
    return lines


def _few(measures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    few = [row["text"] for row in measures.values() if row["verdict"] == TOO_FEW]
    return [*few, ""] if few else []


def _changes(comparison: Mapping[str, Any]) -> list[str]:
    changes = comparison["changes"]
    if not changes:
        return []
    n_lost = sum(change["change"] == "loss" for change in changes)
    lines = [f"{n_lost} losses and {len(changes) - n_lost} wins of single cases, the worst first:"]
    lines += [
        f"  {change['change']:<5}{change['measure']:<28}{figure(change['a'])} -> {figure(change['b'])}  "
        f"{change['case_id']}"
        for change in changes[:_MOST_CHANGES]
    ]
    if len(changes) > _MOST_CHANGES:
        lines.append(f"  and {len(changes) - _MOST_CHANGES} more (--json names all)")
    return [*lines, ""]
