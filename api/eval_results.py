"""Runs as the evaluator's pages and the interface give them: figures, reports, comparisons, cases, files."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

from api.errors import RunUnknown
from evals import run_folder
from evals.comparison import compare_runs
from evals.errors import RunError
from evals.report import write_comparison_report, write_report
from evals.report.cases import JudgedCase, judge_cases
from evals.report.html import content_policy
from evals.report.reading import RunData, load_run
from evals.scored_runs import load_scored_run
from evals.shelf import BASELINE, ShelvedRun, run_of

REPORT, COMPARISON = "report.html", "comparison.html"
TABLES: Mapping[str, str] = {
    "figures.csv": "text/csv; charset=utf-8",
    "cases.csv": "text/csv; charset=utf-8",
    "report.json": "application/json",
    "report.md": "text/markdown; charset=utf-8",
    "summary.json": "application/json",
}
"""Files of a run that can be fetched one by one."""

FILTERS = ("grade", "outcome", "pair", "tag")
PAGE = 50
_IN_MEMORY = 8 << 20
_AT_ONCE = 1 << 16


def sandbox() -> str:
    """Return the policy under which a report is sent: an origin of its own, its own script, nothing else."""
    return f"sandbox allow-scripts; {content_policy()}; frame-ancestors 'self'"


def known_run(data_dir: Path, key: str) -> ShelvedRun:
    """Return a run.

    Raises:
        RunUnknown: there is none.
    """
    try:
        return run_of(data_dir, key)
    except RunError as error:
        raise RunUnknown(str(error)) from error


def report_of(data_dir: Path, run: ShelvedRun, name: str = REPORT) -> Path:
    """Return a file of a run's report, written anew where it is missing or of an older program.

    Raises:
        RunError: the run is not scored.
    """
    out = run.path
    if run.key.startswith(BASELINE):  # never written into the program's own folder
        out = data_dir / "evals" / "reports" / run.path.name
    file, page, summary = out / name, out / REPORT, run.path / run_folder.SUMMARY
    if name == run_folder.SUMMARY:
        return summary
    if not _is_fresh(page, summary) or not file.exists():
        write_report(run.path, out)
    return file


def _is_fresh(page: Path, *made_of: Path) -> bool:
    if not page.exists() or any(
        each.exists() and each.stat().st_mtime > page.stat().st_mtime for each in made_of
    ):
        return False
    with page.open(encoding="utf-8") as file:
        return content_policy().replace("'", "&#39;") in file.read(4000)


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison: its figures (`evals.comparison.compare_runs`), and its page."""

    figures: Mapping[str, Any]
    page: Path


def compared(data_dir: Path, a: ShelvedRun, b: ShelvedRun) -> Compared:
    """Compare two runs, or return the comparison that was made before.

    Raises:
        RunError: a run is not scored, or they share no case.
    """
    out = data_dir / "evals" / "comparisons" / f"{a.key}--{b.key}".replace(":", "_")
    page, kept = out / COMPARISON, out / "figures.json"
    if kept.exists() and _is_fresh(page, a.path / run_folder.SUMMARY, b.path / run_folder.SUMMARY):
        return Compared(json.loads(kept.read_text("utf-8")), page)
    figures = compare_runs(load_scored_run(a.path), load_scored_run(b.path))
    write_comparison_report(figures, a.path, b.path, out)
    run_folder.write_json(kept, figures)
    return Compared(figures, page)


def summary_of(run: ShelvedRun) -> dict[str, Any]:
    """Return the figures of a run.

    Raises:
        RunError: it is not scored.
    """
    return load_scored_run(run.path).summary


@dataclass(frozen=True, slots=True)
class Browsed:
    """The cases that meet the conditions, the worst first, and what can be chosen, with counts."""

    run: RunData
    cases: Sequence[JudgedCase]
    facets: Mapping[str, tuple[tuple[str, int], ...]]


def browse(run: ShelvedRun, chosen: Mapping[str, str], words: str) -> Browsed:
    """Return the cases of a run with the chosen grade, outcome, language pair and tag.

    Args:
        run: the run.
        chosen: a value by name of `FILTERS`; an empty one is no condition.
        words: text of the question or the id; case does not matter.

    Raises:
        RunError: the run is not scored.
    """
    data = load_run(run.path)
    sought = words.casefold().strip()
    found = [
        case
        for case in judge_cases(data)
        if sought in f"{data.question(case.case_id)} {case.case_id}".casefold()
    ]
    facets = {}
    for name in FILTERS:
        counts = Counter(
            value for case in found if _meets(case, chosen, name) for value in _values(case, name)
        )
        facets[name] = tuple(counts.most_common())
    return Browsed(data, [case for case in found if _meets(case, chosen, "")], facets)


def _meets(case: JudgedCase, chosen: Mapping[str, str], but: str) -> bool:
    return all(
        not value or name == but or value in _values(case, name)
        for name, value in chosen.items()
        if name in FILTERS
    )


def _values(case: JudgedCase, name: str) -> tuple[str, ...]:
    return (case.verdict.grade,) if name == "grade" else case.slice_values(name)


def packed(run: ShelvedRun) -> Iterator[bytes]:
    """Yield a run folder as a ZIP file."""
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(run.path.rglob("*")):
                if path.is_file() and not path.is_symlink() and path.name != run_folder.LOCK:
                    archive.write(path, f"{run.path.name}/{path.relative_to(run.path)}")
        file.seek(0)
        while block := file.read(_AT_ONCE):
            yield block
