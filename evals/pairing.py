"""Bringing the cases of two runs together: which can be compared, and what stands against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.depths import depth_words, depths_of
from evals.errors import RunError
from evals.score_table import Score, ScoreTable
from evals.scored_runs import ScoredRun

_NAMED = 5
"""Cases named in a warning; more are counted."""

_MET_BY_JUDGE = ("errors", "undecided", "judges_itself")
"""What a judge met in a run, beside what it is."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The cases that both runs scored, in the order of ``b``, and what was left out.

    Slices and clusters are those of ``b``: where a key was mended between the
    runs, the newer one speaks.
    """

    a: ScoreTable
    b: ScoreTable
    scores: tuple[tuple[Score, Score], ...]
    only_in_a: tuple[str, ...]
    only_in_b: tuple[str, ...]
    warnings: tuple[str, ...]


def pair_runs(a: ScoredRun, b: ScoredRun) -> Pairs:
    """Pair the cases of two runs by their id.

    Raises:
        RunError: the runs are of different suites, or share no case.
    """
    for field in ("suite", "kind"):
        of_a, of_b = a.summary.get(field), b.summary.get(field)
        if of_a != of_b:
            raise RunError(
                f"{a.path} is a run of {field} '{of_a}' and {b.path} of '{of_b}': only runs of one suite "
                "can be compared; run the same suite with both systems"
            )
    of_a, of_b = ({score.case_id: score for score in run.scores} for run in (a, b))
    both = [case_id for case_id in of_b if case_id in of_a]
    if not both:
        raise RunError(f"{a.path} and {b.path} have no case in common; run the same cases of the suite twice")
    scores = tuple(
        (of_a[case_id], of_b[case_id])
        for case_id in both
        if of_a[case_id].error is None and of_b[case_id].error is None
    )
    tables = [ScoreTable([pair[side] for pair in scores]) for side in (0, 1)]
    only_in_a = tuple(case_id for case_id in of_a if case_id not in of_b)
    only_in_b = tuple(case_id for case_id in of_b if case_id not in of_a)
    warnings = [
        *_left_out(only_in_a, "only in A"),
        *_left_out(only_in_b, "only in B"),
        *_left_out([i for i in both if of_a[i].error is not None], "an error in A"),
        *_left_out([i for i in both if of_b[i].error is not None], "an error in B"),
        *_differences(a, b),
    ]
    return Pairs(tables[0], tables[1], scores, only_in_a, only_in_b, tuple(warnings))


def _left_out(case_ids: Sequence[str], why: str) -> list[str]:
    if not case_ids:
        return []
    named = ", ".join(case_ids[:_NAMED]) + (", ..." if len(case_ids) > _NAMED else "")
    return [f"{len(case_ids)} case{'s' if len(case_ids) > 1 else ''} left out, {why}: {named}"]


def judge_of(run: ScoredRun) -> dict[str, Any] | None:
    """Return which judge decided on citations, without what it met; None where none was asked."""
    described = run.summary.get("judge")
    if not isinstance(described, dict):
        return None
    return {name: value for name, value in described.items() if name not in _MET_BY_JUDGE}


def _differences(first: ScoredRun, second: ScoredRun) -> list[str]:
    """Name what differs between the runs beside the system, and so may explain a difference."""
    a, b = first.config, second.config
    warnings = []
    if _differ(a, b, "key_sha256") or (_differ(a, b, "suite_sha256") and not _same(a, b, "key_sha256")):
        warnings.append(
            "the suite's files differ between the runs: a case's key may have changed; score the older run "
            "again with the newer suite (`helpdesk eval score RUN --suite SUITE`)"
        )
    if _differ(a, b, "documents_sha256"):
        warnings.append("the documents differ between the runs: part of a difference may come from them")
    depths = [depths_of(run.config, run.summary) for run in (first, second)]
    if all(depths) and len({*depths[0], *depths[1]}) > 1:
        warnings.append(
            f"the runs answered at different depths (A {depth_words(depths[0])}, "
            f"B {depth_words(depths[1])}): part of a difference comes from that"
        )
    if _differ(a, b, "machine"):
        warnings.append(
            "the runs were made on different machines: their latencies do not tell the systems apart"
        )
    if _differ(a, b, "jobs"):
        warnings.append(
            "the runs asked several questions at once to a different degree: latencies do not compare"
        )
    judges = judge_of(first), judge_of(second)
    if None not in judges and judges[0] != judges[1]:
        warnings.append(
            "the runs were judged by different judges: citation recall and precision do not compare"
        )
    return warnings


def _differ(a: dict[str, Any], b: dict[str, Any], name: str) -> bool:
    return a.get(name) is not None and b.get(name) is not None and a[name] != b[name]


def _same(a: dict[str, Any], b: dict[str, Any], name: str) -> bool:
    return a.get(name) is not None and a.get(name) == b.get(name)
