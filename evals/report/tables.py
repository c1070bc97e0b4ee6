"""The figures and the cases as CSV (RFC 4180), for spreadsheets and scripts.

A cell of text that a spreadsheet would take for a formula gets an apostrophe in
front (OWASP, CSV injection: https://owasp.org/www-community/attacks/CSV_Injection);
numbers stand as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.report.cases import JudgedCase
from evals.report.reading import Answers, RunData
from evals.report.wording import direction

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")

Cell = str | int | float | None


def figures_csv(summary: Mapping[str, Any]) -> str:
    """Return a line for each measure over all cases and for each slice of it."""
    rows: list[Sequence[Cell]] = []
    for dimension, value, measures in _parts(summary):
        for name, figure in measures.items():
            low, high = figure["ci95"] or (None, None)
            kind, clusters = figure.get("interval"), figure.get("n_clusters")
            rows.append(
                (
                    *(dimension, value, name, direction(name), figure["mean"], low, high),
                    *(figure["n"], figure["undefined"], kind, clusters),
                )
            )
    head = "dimension value measure direction mean low95 high95 n undefined interval n_clusters"
    return _csv(head.split(), rows)


def cases_csv(run: RunData, judged: Sequence[JudgedCase], answers: Answers) -> str:
    """Return a line for each case, the worst first, with its verdict and every measure."""
    names = list(dict.fromkeys(name for case in judged for name in case.score.measures))
    head = (
        "place case_id question question_language document_language tags outcome grade verdict "
        "confidence latency_ms error answer"
    )
    rows: list[Sequence[Cell]] = []
    for case in judged:
        facts, measures = case.score.facts, case.score.measures
        slices = [
            "; ".join(case.slice_values(name))
            for name in ("question_language", "document_language", "tag", "outcome")
        ]
        row: list[Cell] = [case.place, case.case_id, run.question(case.case_id), *slices]
        row += [case.verdict.grade, case.verdict.text, facts.get("confidence"), facts.get("latency_ms")]
        row += [case.score.error, answers.get(case.case_id, {}).get("text")]
        row += [measures.get(name) for name in names]
        rows.append(row)
    return _csv([*head.split(), *names], rows)


def comparison_csv(comparison: Mapping[str, Any]) -> str:
    """Return a line for each measure compared over all cases and in each slice."""
    fields = (
        "a b difference low95 high95 n n_clusters p_value p_adjusted smallest_difference verdict cases_needed"
    )
    rows: list[Sequence[Cell]] = []
    for dimension, value, measures in _parts(comparison):
        for name, row in measures.items():
            low, high = row["ci95"] or (None, None)
            found = {**row, "low95": low, "high95": high}
            rows.append((dimension, value, name, *(found.get(field) for field in fields.split())))
    return _csv(["dimension", "value", "measure", *fields.split()], rows)


def changes_csv(comparison: Mapping[str, Any], run: RunData) -> str:
    """Return a line for each case and measure that changed, the losses first."""
    changes = sorted(comparison["changes"], key=lambda change: change["change"] != "loss")
    rows = [
        (
            *(change["change"], change["measure"], change["case_id"], run.question(change["case_id"])),
            *(change["a"], change["b"]),
        )
        for change in changes
    ]
    return _csv(["change", "measure", "case_id", "question", "a", "b"], rows)


def _parts(document: Mapping[str, Any]) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
    yield "all", "", document["measures"]
    for dimension, values in document["slices"].items():
        for value, measures in values.items():
            yield dimension, value, measures


def _csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return file.getvalue()


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
