"""Reports of runs and of comparisons: one self-contained page each, and Markdown, CSV and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FORMATS = ("html", "md", "csv", "json")


def write_report(run: Path, out: Path | None = None, formats: Sequence[str] = FORMATS) -> dict[str, Path]:
    """Write the report of a scored run.

    Args:
        run: a run folder, or a committed baseline (then without answers).
        out: the folder to write to, made where it is missing; default: ``run``.
        formats: which of `FORMATS`.

    Returns:
        the files by format: ``html`` report.html, ``md`` report.md, ``json``
        report.json, ``csv`` figures.csv and ``cases`` cases.csv.

    Raises:
        RunError: the folder holds no scored run, ``out`` is a file, or ``formats`` names none of ours.
        SuiteError: the suite that is saved in it is written wrongly.
    """
    from evals.report.files import write_run_files

    return write_run_files(run, out or run, formats)


def write_comparison_report(
    comparison: Mapping[str, Any], a: Path, b: Path, out: Path, formats: Sequence[str] = FORMATS
) -> dict[str, Path]:
    """Write the report of a comparison (`evals.comparison.compare_runs`).

    Args:
        comparison: what `compare_runs` returned.
        a: the folder of the first run; its answers are shown beside those of ``b``.
        b: the folder of the second run.
        out: the folder to write to, made where it is missing.
        formats: which of `FORMATS`.

    Returns:
        the files by format: ``html`` comparison.html, ``md`` comparison.md,
        ``json`` comparison.json, ``csv`` comparison.csv and ``changes`` changes.csv.

    Raises:
        RunError: a folder holds no scored run, ``out`` is a file, or ``formats`` names none of ours.
    """
    from evals.report.files import write_comparison_files

    return write_comparison_files(comparison, a, b, out, formats)
