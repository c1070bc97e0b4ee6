"""The report of one run: its parts, and the page, the notes and the tables made of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.report.case_verdicts import GRADES
from evals.report.cases import JudgedCase, view_cases
from evals.report.curves import curves_to_json, reliability_diagram, risk_curve
from evals.report.facets import facets_of, slice_dimensions, verdict_dimension
from evals.report.figure_tables import measure_rows, slice_tables
from evals.report.head import details_of, facts_of, warnings_of
from evals.report.heat_map import heat_maps
from evals.report.html import render
from evals.report.numbers import format_count, format_percent
from evals.report.reading import Answers, RunData

MAX_CASES = 1000
"""Cases that the page shows in full, the worst; all of them stand in cases.csv. A case makes some
seventy elements and 6 kB, and browsers are slow from a few hundred thousand elements on."""


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """How many cases ended so."""

    grade: str
    grade_words: str
    text: str
    n: str
    share: str
    width: float


def verdict_counts(cases: Sequence[JudgedCase]) -> list[VerdictCount]:
    """Return the verdicts with their numbers of cases, the worst first."""
    counts = Counter(case.verdict for case in cases)
    most = max(counts.values(), default=1)
    ordered = sorted(counts.items(), key=lambda item: (-item[0].badness, item[0].text))
    return [
        VerdictCount(
            verdict.grade,
            GRADES[verdict.grade],
            verdict.text,
            format_count(n),
            format_percent(n / len(cases)),
            round(100 * n / most, 1),
        )
        for verdict, n in ordered
    ]


def grade_counts(cases: Sequence[JudgedCase]) -> list[tuple[str, str, str]]:
    """Return (grade, its name, count) for the grades that occur, the best first."""
    counts = Counter(case.verdict.grade for case in cases)
    return [
        (grade, name, format_count(counts[grade]))
        for grade, name in reversed(GRADES.items())
        if counts[grade]
    ]


def run_page(run: RunData, judged: Sequence[JudgedCase], answers: Answers) -> str:
    """Return the page of a run.

    Args:
        run: the run.
        judged: its cases, the worst first.
        answers: the saved answers, whole for the first `MAX_CASES` of these.
    """
    shown = judged[:MAX_CASES]
    measures = run.summary["measures"]
    facets, keys = facets_of([verdict_dimension(shown), *slice_dimensions(shown)], len(shown))
    return render(
        "run.html",
        title=f"{run.name}, {run.system}",
        run=run,
        facts=facts_of(run),
        details=details_of(run),
        warnings=warnings_of(run),
        rows=measure_rows(measures),
        grades_found=grade_counts(judged),
        verdict_counts=verdict_counts(judged),
        heat_maps=heat_maps(run.summary["slices"], list(measures)),
        slice_tables=slice_tables(run.summary["slices"], measures),
        diagram=reliability_diagram(run.scores),
        curve=risk_curve(run.scores),
        facets=facets,
        cases=list(zip(view_cases(run, shown, answers), keys, strict=True)),
        n_cases=format_count(len(judged)),
        n_shown=format_count(len(shown)),
        is_cut=len(shown) < len(judged),
    )


def run_json(run: RunData, judged: Sequence[JudgedCase]) -> str:
    """Return the figures, the configuration and the points of the plots as JSON."""
    document: dict[str, Any] = {
        "config": {name: value for name, value in run.config.items() if name not in ("suite_path", "ingest")},
        "summary": run.summary,
        **curves_to_json(run.scores),
        "cases": [
            {"case_id": case.case_id, "grade": case.verdict.grade, "verdict": case.verdict.text}
            for case in judged
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
