"""Writing the files of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.errors import RunError
from evals.report import FORMATS, tables
from evals.report.cases import judge_cases
from evals.report.html import clean
from evals.report.reading import load_run, read_answers
from evals.report.run_report import MAX_CASES, run_json, run_page

Writers = Mapping[str, tuple[str, str, Callable[[], str]]]
"""By key: the format it belongs to, the file's name, and what makes its text."""


def write_run_files(run: Path, out: Path, formats: Sequence[str]) -> dict[str, Path]:
    """Write the report of a run; see `evals.report.write_report`."""
    from evals.report.markdown import run_markdown

    _check(formats)
    run_folder.require_folder(out)
    data = load_run(run)
    judged = judge_cases(data)
    answers = read_answers(data, [case.case_id for case in judged[:MAX_CASES]])
    return _write(
        out,
        formats,
        {
            "html": ("html", "report.html", lambda: run_page(data, judged, answers)),
            "md": ("md", "report.md", lambda: run_markdown(data, judged)),
            "csv": ("csv", "figures.csv", lambda: tables.figures_csv(data.summary)),
            "cases": ("csv", "cases.csv", lambda: tables.cases_csv(data, judged, answers)),
            "json": ("json", "report.json", lambda: run_json(data, judged)),
        },
    )


def write_comparison_files(
    comparison: Mapping[str, Any], a: Path, b: Path, out: Path, formats: Sequence[str]
) -> dict[str, Path]:
    """Write the report of a comparison; see `evals.report.write_comparison_report`."""
    from evals.report.comparison import comparison_json, comparison_page
    from evals.report.markdown import comparison_markdown

    _check(formats)
    run_folder.require_folder(out)
    first, second = load_run(a), load_run(b)
    return _write(
        out,
        formats,
        {
            "html": ("html", "comparison.html", lambda: comparison_page(comparison, first, second)),
            "md": ("md", "comparison.md", lambda: comparison_markdown(comparison, first, second)),
            "csv": ("csv", "comparison.csv", lambda: tables.comparison_csv(comparison)),
            "changes": ("csv", "changes.csv", lambda: tables.changes_csv(comparison, first)),
            "json": ("json", "comparison.json", lambda: comparison_json(comparison)),
        },
    )


def _check(formats: Sequence[str]) -> None:
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise RunError(f"a report has no format '{unknown[0]}'; there are {', '.join(FORMATS)}")


def _write(out: Path, formats: Sequence[str], writers: Writers) -> dict[str, Path]:
    """Write the files by renaming finished ones into place; CSV with a mark by which Excel knows UTF-8."""
    out.mkdir(parents=True, exist_ok=True)
    written = {}
    for key, (kind, name, make) in writers.items():
        if kind not in formats:
            continue
        part = (out / name).with_name(f"{name}.part")
        text = clean(make())
        part.write_text(text, encoding="utf-8-sig" if kind == "csv" else "utf-8", newline="")
        written[key] = part.replace(out / name)
    return written
