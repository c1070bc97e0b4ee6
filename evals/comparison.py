"""Two runs of one suite, case by case: which measures differ, on which slices, and how sure that is.

Every measure is tested over all pairs and in every slice of the question's and
the documents' language, their pair and the tags (`contrasts` tells how
the tests are corrected). Slices by outcome are left out: an outcome is what the
system did, not a property of the case. Differences are B - A, in the measure's
own unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals import run_folder
from evals.answer_suite import load_gate
from evals.comparison_text import format_comparison
from evals.contrasts import MIN_PAIRS, Contrast, Contrasts, correct
from evals.depths import depth_words, depths_of
from evals.errors import RunError
from evals.figures import CaseFigure, Figure, figures_of
from evals.measures.registry import direction, is_share
from evals.pairing import Pairs, pair_runs
from evals.scored_runs import DIGITS, ScoredRun
from evals.significance.corrections import CORRECTIONS
from evals.significance.permutations import N_PERMUTATIONS
from evals.significance.units import MIN_CLUSTERS
from evals.verdicts import to_row

__all__ = ["MIN_PAIRS", "compare_runs", "format_comparison"]

SLICES = ("question_language", "document_language", "pair", "tag")

DEFAULT_SHARE = 0.02
"""Smallest difference of a share that matters, where the suite declares none."""

DEFAULT_PART = 0.1
"""The same for an amount (milliseconds, tokens), as a part of A's figure."""

RANKED_CHANGES = ("nDCG@10", "recall@10")
"""Measures of a ranking whose changes are listed; the others tell the same story again."""


def compare_runs(
    a: ScoredRun,
    b: ScoredRun,
    *,
    alpha: float = 0.05,
    correction: str = "holm",
    smallest_difference: Mapping[str, float] | None = None,
    measures: Sequence[str] | None = None,
    n_permutations: int = N_PERMUTATIONS,
) -> dict[str, Any]:
    """Compare run ``b`` with run ``a`` on the cases that both have.

    Args:
        a: the one run, or a baseline.
        b: the other, of the same suite.
        alpha: chance of naming any difference between equal systems, 0..1.
        correction: ``holm``, ``benjamini-hochberg`` or ``none``.
        smallest_difference: by measure, what matters. Default: what the suite's
            gate declares; where that is silent too 0.02 for shares and a tenth
            of A's figure for amounts.
        measures: which; default all that both runs have.
        n_permutations: draws of a permutation test (`significance.paired`).

    Returns:
        the comparison as plain JSON values: ``a``, ``b`` (heads), ``alpha``,
        ``correction``, ``n_tests`` (those corrected for), ``n_paired``,
        ``only_in_a``, ``only_in_b``, ``warnings``, ``measures`` (rows by name),
        ``slices`` (by dimension and value) and ``changes`` (worst first).

    Raises:
        RunError: the runs are of different suites, share no case, or have no such measure.
        SuiteError: the suite saved with a run is written wrongly.
        ValueError: no such correction.
    """
    if correction not in CORRECTIONS:
        raise ValueError(f"no correction '{correction}'; there are {', '.join(CORRECTIONS)}")
    pairs = pair_runs(a, b)
    figures = _figures(a, b, measures)
    tester = Contrasts(pairs, figures, n_permutations)
    overall = tester.over(pairs.b.rows)
    slices = {
        dimension: {value: tester.over(rows) for value, rows in pairs.b.slices(dimension).items()}
        for dimension in SLICES
    }
    parts = [test for values in slices.values() for found in values.values() for test in found.values()]
    n_tests = correct(list(overall.values()), parts, alpha, correction)
    declared = _declared(a, b) | dict(smallest_difference or {})
    smallest = {name: declared.get(name, _default_smallest(test)) for name, test in overall.items()}
    rows = {name: to_row(test, smallest[name], alpha) for name, test in overall.items()}
    return {
        "a": _head(a),
        "b": _head(b),
        "alpha": alpha,
        "correction": correction,
        "n_tests": n_tests,
        "n_paired": len(pairs.scores),
        "only_in_a": list(pairs.only_in_a),
        "only_in_b": list(pairs.only_in_b),
        "warnings": [*pairs.warnings, *_cluster_warning(overall, slices)],
        "measures": rows,
        "slices": {
            dimension: {
                value: {name: to_row(test, smallest[name], alpha) for name, test in found.items()}
                for value, found in values.items()
            }
            for dimension, values in slices.items()
        },
        "changes": _changes(pairs, figures),
    }


def _figures(a: ScoredRun, b: ScoredRun, measures: Sequence[str] | None) -> dict[str, Figure]:
    both = [name for name in b.summary["measures"] if name in a.summary["measures"]]
    missing = [name for name in measures or () if name not in both]
    if missing:
        raise RunError(f"no measure '{missing[0]}' in both runs; they have {', '.join(both)}")
    return figures_of(str(b.summary["kind"]), [name for name in both if measures is None or name in measures])


def _declared(*runs: ScoredRun) -> dict[str, float]:
    """Return the smallest differences of the suites saved with the runs; the later run's win."""
    declared: dict[str, float] = {}
    for run in runs:
        saved = run.path / run_folder.SUITE
        if (saved / "suite.toml").exists():
            declared |= load_gate(saved).smallest_difference
    return declared


def _default_smallest(test: Contrast) -> float:
    if is_share(test.name):
        return DEFAULT_SHARE
    return DEFAULT_PART * abs(test.a if test.a is not None else test.b or 0.0)


def _head(run: ScoredRun) -> dict[str, Any]:
    return {
        "path": str(run.path),
        "suite": run.summary["suite"],
        "system": run.summary["system"],
        "code": run.config.get("code"),
        "started_at": run.config.get("started_at"),
        "n_cases": run.summary["n_cases"],
        "errors": run.summary["errors"],
        "depth": depth_words(depths_of(run.config, run.summary)) or None,
    }


def _cluster_warning(overall: Mapping[str, Contrast], slices: Mapping[str, Any]) -> list[str]:
    few = [name for name, test in overall.items() if _too_few(test)]
    n_slices = sum(
        any(_too_few(test) for test in found.values())
        for values in slices.values()
        for found in values.values()
    )
    if not few and not n_slices:
        return []
    where = [f"of {', '.join(few)}"] if few else []
    where += [f"in {n_slices} slice{'s' if n_slices > 1 else ''}"] if n_slices else []
    return [
        f"the cases come from fewer than {MIN_CLUSTERS} documents or conversations: the tests "
        f"{' and '.join(where)} take them as independent and may find too much"
    ]


def _too_few(test: Contrast) -> bool:
    n_clusters = test.difference.n_clusters if test.difference else None
    return n_clusters is not None and n_clusters < MIN_CLUSTERS


def _changes(pairs: Pairs, figures: Mapping[str, Figure]) -> list[dict[str, Any]]:
    """Return the wins and losses of single cases, losses first and the largest first."""
    names = [
        name
        for name, figure in figures.items()
        if isinstance(figure, CaseFigure) and figure.share and direction(name) != "none"
    ]
    ranked = [name for name in names if name in RANKED_CHANGES]
    found = []
    for name in ranked or names:
        sign = 1.0 if direction(name) == "higher" else -1.0
        for a, b in pairs.scores:
            before, after = a.measures.get(name), b.measures.get(name)
            if before is None or after is None or abs(after - before) < 2 * 10**-DIGITS:
                continue
            gain = sign * (after - before)
            row = {
                "case_id": b.case_id,
                "measure": name,
                "a": before,
                "b": after,
                "change": "win" if gain > 0 else "loss",
                "slices": {dimension: list(values) for dimension, values in b.slices.items()},
            }
            found.append((gain > 0, -abs(gain), row))
    return [row for _, _, row in sorted(found, key=lambda item: item[:2])]
