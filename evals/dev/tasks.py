"""What a development run consists of, how many questions of it are asked, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from evals.provenance import ROOT

DATA = ROOT.parent / "shared" / "data" / "retrieval"
SUITES = ROOT / "evals" / "suites"
OWN_SUITES = ("policy-five", "starter")
AS_ANSWERS = ("xquad-en", "xquad-vi", "swequad-mc-dev", "squad2-sv")
"""Retrieval sets that are asked as questions too: their answers are spans, one has unanswerable ones."""
N_SAMPLED = 50
"""Questions drawn of each set where nothing else is said."""

Kind = Literal["answers", "training", "loading", "injection", "retrieval", "reading"]
KINDS: tuple[Kind, ...] = ("answers", "training", "loading", "injection", "retrieval", "reading")


@dataclass(frozen=True, slots=True)
class Task:
    """One suite to run. ``sample``: so many questions, drawn; None asks all.

    ``path`` is the suite's folder; of the kinds ``injection``, ``loading`` and
    ``training`` the folder that the files lie in. ``n_all``: how many
    questions (files) there are; 0 where that is not known before.
    ``corpus_bytes``: what has to be indexed first.
    """

    name: str
    kind: Kind
    path: Path
    as_answers: bool = False
    sample: int | None = None
    n_all: int = 0
    corpus_bytes: int = 0

    @property
    def n_asked(self) -> int:
        """How many questions are asked."""
        return self.n_all if self.sample is None else min(self.sample, self.n_all)


def development_sets(data: Path = DATA) -> tuple[Path, ...]:
    """Return the folders of the retrieval sets, by name; empty where the data is not there."""
    return tuple(sorted(path.parent for path in data.glob("*/corpus.jsonl")))


def tasks(data: Path, kinds: Sequence[str], only: Sequence[str], sample: int | None) -> tuple[Task, ...]:
    """Return what is there to run, what tells something early first.

    Our own suites, then what takes a minute, the retrieval sets from the
    smallest collection to the largest, some of them asked as questions, and at
    last how all of them are read.

    Args:
        data: folder of the retrieval sets; the other sets lie beside it.
        kinds: of `KINDS`; empty means all.
        only: parts of names; empty means all.
        sample: so many questions of each, drawn (half as many of those that
            are read, since each is asked twice); None asks all.
    """
    return tuple(
        replace(task, sample=_sample(task, sample))
        for task in _all(data)
        if (not kinds or task.kind in kinds) and (not only or any(part in task.name for part in only))
    )


def _sample(task: Task, sample: int | None) -> int | None:
    if sample is None or task.kind in ("training", "loading"):  # their files are few: all of them
        return None
    return max(1, sample // 2) if task.kind == "reading" else sample


def _all(data: Path) -> Iterator[Task]:
    beside = data.parent
    sets = {path.name: path for path in sorted(development_sets(data), key=_corpus_bytes)}
    for name in OWN_SUITES:
        yield Task(name, "answers", SUITES / name, n_all=_n_lines(SUITES / name / "cases.jsonl"))
    if (beside / "training").is_dir():
        yield Task("training", "training", beside / "training")
    if (beside / "hard-documents").is_dir():
        yield Task("hard-documents", "loading", beside / "hard-documents")
    if (beside / "injection").is_dir():
        yield Task("injection", "injection", beside / "injection", n_all=_n_injection(beside / "injection"))
    for name, path in sets.items():
        yield _of_set(name, "retrieval", path)
    for name in AS_ANSWERS:
        if name in sets:
            yield replace(_of_set(f"{name}-answers", "answers", sets[name]), as_answers=True)
    for name, path in sets.items():
        if (path / "queries.jsonl").exists():
            yield _of_set(f"{name}-reading", "reading", path)


def _of_set(name: str, kind: Kind, path: Path) -> Task:
    n_all = _n_lines(path / "queries.jsonl")
    return Task(name, kind, path, n_all=n_all, corpus_bytes=_corpus_bytes(path))


def _corpus_bytes(folder: Path) -> int:
    return (folder / "corpus.jsonl").stat().st_size


def _n_injection(folder: Path) -> int:
    """Return how many questions are made: one an e-mail, and one a page on programming errors."""
    return sum(_n_lines(folder / name) for name in ("bipia_email_train.jsonl", "bipia_code_train.jsonl"))


def _n_lines(path: Path) -> int:
    if not path.exists():
        return 0
    return sum(bool(line.strip()) for line in path.read_bytes().split(b"\n"))
