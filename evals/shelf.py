"""Which suites and runs there are: those that come with the program, and those of a data directory."""

from __future__ import annotations

import json
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from evals import run_folder
from evals.errors import RunError

BUNDLED = Path(__file__).parent / "suites"
BASELINES = Path(__file__).parent / "baselines"
OWN = "own:"
BASELINE = "baseline:"
"""Marks of the keys of suites of the data directory, and of committed baselines."""

_NAME = re.compile(r"[\w][\w.-]{0,119}")


@dataclass(frozen=True, slots=True)
class ShelvedSuite:
    """A suite as a list shows it; ``key`` names it in addresses, ``n_cases`` counts lines."""

    key: str
    name: str
    description: str
    kind: Literal["answers", "retrieval"]
    n_cases: int
    path: Path


@dataclass(frozen=True, slots=True)
class ShelvedRun:
    """A run as a list shows it; ``scored``: it has figures, ``n_done``: how many cases were asked."""

    key: str
    suite: str
    system: str
    started_at: str
    scored: bool
    n_done: int
    n_cases: int | None
    errors: int | None
    path: Path


def suites_of(data_dir: Path) -> tuple[ShelvedSuite, ...]:
    """Return the suites that come with the program, then those of the data directory."""
    found = []
    for mark, home in (("", BUNDLED), (OWN, data_dir / "suites")):
        folders = sorted(home.iterdir()) if home.is_dir() else []
        found += [_suite(f"{mark}{folder.name}", folder) for folder in folders if _is_suite(folder)]
    return tuple(found)


def suite_of(data_dir: Path, key: str) -> ShelvedSuite:
    """Return a suite by its key.

    Raises:
        RunError: there is none.
    """
    for suite in suites_of(data_dir):
        if suite.key == key:
            return suite
    raise RunError(f"there is no suite '{key[:80]}'")


def runs_home(data_dir: Path) -> Path:
    """Return where the command line puts runs that name no place."""
    return data_dir / "evals" / "runs"


def new_run(data_dir: Path, suite: ShelvedSuite) -> Path:
    """Return the folder of a new run, which does not exist yet."""
    home = runs_home(data_dir)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder, number = home / f"{suite.path.name}-helpdesk-{stamp}", 1
    while folder.exists():
        number += 1
        folder = home / f"{suite.path.name}-helpdesk-{stamp}-{number}"
    return folder


def runs_of(data_dir: Path) -> tuple[ShelvedRun, ...]:
    """Return the runs of the data directory, the newest first, and then the committed baselines."""
    home = runs_home(data_dir)
    own = [_run(folder.name, folder) for folder in _folders(home)]
    own.sort(key=lambda run: (run.started_at, run.key), reverse=True)
    baselines = [_run(f"{BASELINE}{folder.name}", folder) for folder in _folders(BASELINES)]
    return tuple((*own, *baselines))


def run_of(data_dir: Path, key: str) -> ShelvedRun:
    """Return a run by its key.

    Raises:
        RunError: there is none.
    """
    name = key.removeprefix(BASELINE)
    folder = (BASELINES if key.startswith(BASELINE) else runs_home(data_dir)) / name
    if not _NAME.fullmatch(name) or not (folder / run_folder.CONFIG).is_file():
        raise RunError(f"there is no run '{key[:120]}'")
    return _run(key, folder)


def _folders(home: Path) -> list[Path]:
    if not home.is_dir():
        return []
    return [
        each for each in home.iterdir() if _NAME.fullmatch(each.name) and (each / run_folder.CONFIG).is_file()
    ]


def _is_suite(folder: Path) -> bool:
    return bool(_NAME.fullmatch(folder.name)) and any(
        (folder / name).is_file() for name in ("suite.toml", "corpus.jsonl")
    )


def _suite(key: str, folder: Path) -> ShelvedSuite:
    if not (folder / "suite.toml").is_file():
        return ShelvedSuite(key, folder.name, "", "retrieval", _n_lines(folder / "queries.jsonl"), folder)
    head: dict[str, Any] = {}
    with suppress(OSError, ValueError):  # the run says what is wrong with it
        head = tomllib.loads((folder / "suite.toml").read_text("utf-8-sig"))
    name, description = head.get("name", folder.name), head.get("description", "")
    return ShelvedSuite(key, str(name), str(description), "answers", _n_lines(folder / "cases.jsonl"), folder)


def _run(key: str, folder: Path) -> ShelvedRun:
    config, summary = _object(folder / run_folder.CONFIG), _object(folder / run_folder.SUMMARY)
    return ShelvedRun(
        key=key,
        suite=str(config.get("suite") or folder.name),
        system=str(config.get("system") or ""),
        started_at=str(config.get("started_at") or ""),
        scored=bool(summary),
        n_done=int(summary.get("n_cases") or 0) if summary else _n_lines(folder / run_folder.OUTPUTS),
        n_cases=int(summary["n_cases"]) if summary else None,
        errors=int(summary.get("errors") or 0) if summary else None,
        path=folder,
    )


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _n_lines(path: Path) -> int:
    try:
        return sum(1 for line in path.read_bytes().split(b"\n") if line.strip())
    except OSError:
        return 0
