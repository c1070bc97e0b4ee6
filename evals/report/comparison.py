"""The report of a comparison: the tests in words, and which cases changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.report.case_verdicts import verdict_of
from evals.report.cases import CaseView, JudgedCase, view_cases
from evals.report.comparison_rows import VERDICTS, ComparedRow, compared_rows, compared_slices
from evals.report.facets import Dimension, facets_of, slice_dimensions
from evals.report.head import details_of, facts_of
from evals.report.html import render
from evals.report.numbers import format_count, format_figure
from evals.report.reading import RunData

MAX_CHANGES = 1000
"""Changed cases that the page shows in full, the losses first; all of them stand in changes.csv."""

CHANGES = {"loss": "lost", "mixed": "lost and won", "win": "won"}
"""What became of a case, in the order of the page."""


@dataclass(frozen=True, slots=True)
class ChangedCase:
    """A case that the two runs did differently. ``measures``: (name, in A, in B, ``win`` or ``loss``)."""

    change: str
    change_words: str
    measures: tuple[tuple[str, str, str, str], ...]
    a: CaseView
    b: CaseView


def comparison_page(
    comparison: Mapping[str, Any], a: RunData, b: RunData, max_changes: int = MAX_CHANGES
) -> str:
    """Return the page of a comparison.

    Args:
        comparison: what `evals.comparison.compare_runs` returned.
        a: the first run.
        b: the second run.
        max_changes: how many changed cases are shown in full.
    """
    changes = _by_case(comparison["changes"])
    shown = dict(list(changes.items())[:max_changes])
    cases = _changed_cases(shown, a, b)
    facets, keys = facets_of(_dimensions(cases), len(cases))
    rows = compared_rows(comparison["measures"])
    return render(
        "comparison.html",
        title=f"{b.name}: {b.system} against {a.system}",
        comparison=comparison,
        name=b.name,
        kind=b.kind,
        description=b.description or a.description,
        sides=[("A", a, facts_of(a), details_of(a)), ("B", b, facts_of(b), details_of(b))],
        warnings=comparison["warnings"],
        rows=rows,
        shown_rows=[row for row in rows if row.verdict in ("better", "worse")],
        verdict_counts=_verdict_counts(rows),
        slices=compared_slices(comparison["slices"]),
        facets=facets,
        cases=list(zip(cases, keys, strict=True)),
        change_counts=_change_counts(changes),
        n_changed=format_count(len(changes)),
        n_shown=format_count(len(cases)),
        is_cut=len(cases) < len(changes),
    )


def comparison_json(comparison: Mapping[str, Any]) -> str:
    """Return the comparison as JSON, without the paths of this machine."""
    heads = {
        side: {name: value for name, value in comparison[side].items() if name != "path"} for side in "ab"
    }
    return json.dumps({**comparison, **heads}, ensure_ascii=False, indent=1) + "\n"


def _by_case(changes: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the changes of each case: lost ones first, each kind in the order of the comparison."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for change in changes:
        found.setdefault(change["case_id"], []).append(change)
    order = list(CHANGES)
    return dict(sorted(found.items(), key=lambda item: order.index(_kind(item[1]))))


def _kind(changes: Sequence[Mapping[str, Any]]) -> str:
    kinds = {str(change["change"]) for change in changes}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _changed_cases(
    changes: Mapping[str, Sequence[Mapping[str, Any]]], a: RunData, b: RunData
) -> list[ChangedCase]:
    sides = []
    for run in (a, b):
        scores = {score.case_id: score for score in run.scores if score.case_id in changes}
        judged = [
            JudgedCase(place, scores[case_id], verdict_of(run.kind, scores[case_id]))
            for place, case_id in enumerate(changes, 1)
        ]
        sides.append(view_cases(run, judged))
    return [
        ChangedCase(
            _kind(found),
            CHANGES[_kind(found)],
            tuple(
                (change["measure"], _figure(change, "a"), _figure(change, "b"), change["change"])
                for change in found
            ),
            before,
            after,
        )
        for found, before, after in zip(changes.values(), *sides, strict=True)
    ]


def _figure(change: Mapping[str, Any], side: str) -> str:
    value = change[side]
    whole = value is not None and float(value).is_integer()
    return format_count(value) if whole else format_figure(change["measure"], value)


def _dimensions(cases: Sequence[ChangedCase]) -> list[Dimension]:
    kinds = [(case.change,) for case in cases]
    measures = [tuple(name for name, *_ in case.measures) for case in cases]
    found = sorted({name for held in measures for name in held})
    slices = [one for one in slice_dimensions([case.b.judged for case in cases]) if one.name != "outcome"]
    return [
        Dimension(
            "change",
            "Change",
            kinds,
            [kind for kind in CHANGES if (kind,) in kinds],
            lambda kind: CHANGES[kind],
        ),
        Dimension("measure", "Measure", measures, found, str),
        *slices,
    ]


def _change_counts(changes: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[tuple[str, str, str]]:
    counts = Counter(_kind(found) for found in changes.values())
    return [(kind, words, format_count(counts[kind])) for kind, words in CHANGES.items() if counts[kind]]


def _verdict_counts(rows: Sequence[ComparedRow]) -> list[tuple[str, str, str]]:
    counts = Counter(row.verdict for row in rows)
    return [(name, words, format_count(counts[name])) for name, words in VERDICTS.items() if counts[name]]
