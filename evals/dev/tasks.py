"""What a development run consists of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evals.provenance import ROOT

DATA = ROOT.parent / "shared" / "data" / "retrieval"
SUITES = ROOT / "evals" / "suites"
OWN_SUITES = ("policy-five", "starter")
AS_ANSWERS = ("xquad-en", "xquad-vi", "swequad-mc-dev", "squad2-sv")
"""Retrieval sets that are asked as questions too: their answers are spans, one has unanswerable ones."""
N_SAMPLED = 100

Kind = Literal["retrieval", "answers", "reading", "injection"]
KINDS: tuple[Kind, ...] = ("retrieval", "answers", "reading", "injection")


@dataclass(frozen=True, slots=True)
class Task:
    """One suite to run. ``sample``: so many questions, drawn; None asks all.

    ``path`` is the suite's folder; of the injection suite, the folder of BIPIA's files.
    """

    name: str
    kind: Kind
    path: Path
    as_answers: bool = False
    sample: int | None = None


def development_sets(data: Path = DATA) -> tuple[Path, ...]:
    """Return the folders of the retrieval sets, by name; empty where the data is not there."""
    return tuple(sorted(path.parent for path in data.glob("*/corpus.jsonl")))


def tasks(data: Path, kinds: Sequence[str], only: Sequence[str], quick: int | None) -> tuple[Task, ...]:
    """Return what is there to run.

    Args:
        data: folder of the retrieval sets; BIPIA's files lie beside it in ``injection``.
        kinds: of `KINDS`; empty means all.
        only: parts of names; empty means all.
        quick: so many questions of each, drawn; None asks all (of the sets
            asked as questions, `N_SAMPLED`).
    """
    return tuple(
        Task(task.name, task.kind, task.path, task.as_answers, quick or task.sample)
        for task in _all(data)
        if (not kinds or task.kind in kinds) and (not only or any(part in task.name for part in only))
    )


def _all(data: Path) -> Iterator[Task]:
    sets = {path.name: path for path in development_sets(data)}
    for name, path in sets.items():
        yield Task(name, "retrieval", path)
    for name in OWN_SUITES:
        yield Task(name, "answers", SUITES / name)
    for name in AS_ANSWERS:
        if name in sets:
            yield Task(f"{name}-answers", "answers", sets[name], as_answers=True, sample=N_SAMPLED)
    for name, path in sets.items():
        if (path / "queries.jsonl").exists():
            yield Task(f"{name}-reading", "reading", path)
    if (data.parent / "injection").is_dir():
        yield Task("injection", "injection", data.parent / "injection")
