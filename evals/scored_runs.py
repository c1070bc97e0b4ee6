"""Scored runs as values: read from a run folder or from a committed baseline, and baselines written.

A baseline is the part of a run that a comparison needs and that can be
committed: ``config.json`` without the paths of a machine, ``summary.json`` and
``scores.jsonl`` with figures of six digits and without what is undefined. The
outputs themselves stay behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from evals import run_folder
from evals.errors import RunError
from evals.summary import Score
from evals.summary_shape import check_head, check_summary, is_finite

DIGITS = 6
"""Of the figures of a baseline: a millionth is far below any difference that matters."""

MACHINE_FIELDS = ("suite_path", "ingest")
"""Fields of ``config.json`` that hold paths of the machine, and nothing that a comparison needs."""


@dataclass(frozen=True, slots=True)
class ScoredRun:
    """A run with its scores. ``config`` and ``summary`` are the folder's documents as they are."""

    path: Path
    config: dict[str, Any]
    summary: dict[str, Any]
    scores: tuple[Score, ...]


def load_scored_run(path: Path) -> ScoredRun:
    """Read a scored run.

    Args:
        path: a run folder, or the folder of a committed baseline.

    Raises:
        RunError: it is neither, its files cannot be read, or they hold something else than a run's figures.
    """
    if not path.is_dir():
        raise RunError(f"{path} is no folder; give a run folder or a baseline")
    config = run_folder.read_object(path / run_folder.CONFIG)
    check_head(path / run_folder.CONFIG, config, run_folder.GIVE_A_RUN)
    if not (path / run_folder.SUMMARY).exists():
        raise RunError(
            f"{path} is not scored: {run_folder.SUMMARY} is missing; run `helpdesk eval score {path}`"
        )
    summary = run_folder.read_object(path / run_folder.SUMMARY)
    check_summary(path / run_folder.SUMMARY, summary)
    file = path / run_folder.SCORES
    scores = tuple(_score(file, number, row) for number, row in enumerate(run_folder.read_lines(file), 1))
    seen: set[str] = set()
    for score in scores:
        if score.case_id in seen:
            raise RunError(f"{file}: case '{score.case_id}' stands there twice; score the run again")
        seen.add(score.case_id)
    return ScoredRun(path, config, summary, scores)


def save_baseline(run: Path, folder: Path) -> None:
    """Write a run's figures as a baseline that can be committed (over an older one).

    Args:
        run: a scored run folder.
        folder: where to write; made if missing.

    Raises:
        RunError: ``run`` is no scored run, or ``folder`` is a file or holds something else than a baseline.
    """
    run_folder.require_folder(folder)
    scored = load_scored_run(run)
    names = {run_folder.CONFIG, run_folder.SUMMARY, run_folder.SCORES, run_folder.LOCK}
    if folder.exists() and {path.name for path in folder.iterdir()} - names:
        raise RunError(f"{folder} holds other files than a baseline's; choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / run_folder.LOCK).unlink(missing_ok=True)  # of a process that took it for a run
    kept = {name: value for name, value in scored.config.items() if name not in MACHINE_FIELDS}
    run_folder.write_json(folder / run_folder.CONFIG, _rounded(_without_paths(kept)))
    summary = _rounded(_without_paths(scored.summary))
    run_folder.write_json(folder / run_folder.SUMMARY, summary, allow_nan=False)
    rows = (_small(score) for score in scored.scores)
    run_folder.write_lines(folder / run_folder.SCORES, rows, allow_nan=False)


def _score(path: Path, number: int, row: Mapping[str, Any]) -> Score:
    try:
        return Score(
            case_id=str(row["case_id"]),
            slices={dimension: tuple(values) for dimension, values in row["slices"].items()},
            measures=_floats(row.get("measures") or {}),
            facts=_floats(row.get("facts") or {}),
            error=row.get("error"),
            cluster=row.get("cluster"),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise RunError(f"{path}:{number}: is no score ({error!r}); score the run again") from error


def _floats(values: Mapping[str, Any]) -> dict[str, float | None]:
    """Return numbers, None where undefined, which is how NaN was written once."""
    floats = {name: None if value is None else float(value) for name, value in values.items()}
    return {name: value if is_finite(value) else None for name, value in floats.items()}


def _small(score: Score) -> dict[str, Any]:
    """Leave out what is undefined: to ``load_scored_run`` that is the same."""
    row: dict[str, Any] = {
        "case_id": score.case_id,
        "slices": {dimension: list(values) for dimension, values in score.slices.items()},
    }
    for name, values in (("measures", score.measures), ("facts", score.facts)):
        defined = {key: _rounded(value) for key, value in values.items() if value is not None}
        if defined:
            row[name] = defined
    if score.error is not None:
        row["error"] = score.error
    if score.cluster is not None:
        row["cluster"] = score.cluster
    return row


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        short = round(value, DIGITS)
        return int(short) if short.is_integer() else short
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def _without_paths(value: Any) -> Any:
    """Drop the fields that hold an absolute path: they tell about a machine, and differ on every other."""
    if isinstance(value, Mapping):
        return {key: _without_paths(item) for key, item in value.items() if not _is_path(item)}
    if isinstance(value, list | tuple):
        return [_without_paths(item) for item in value if not _is_path(item)]
    return value


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and (
        PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()
    )
