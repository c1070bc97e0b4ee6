"""How long a development run takes: reckoned beforehand, mended by what the sets so far took.

Reckoned from what a set has to index and how many questions it is still to be
asked; the seconds of each are those of the machine that docs/quality.md names.
Whatever another machine, or one that is busy, takes, the share of the sets that
are done tells: what is left is multiplied by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from evals import run_folder
from evals.dev.reading import Draw
from evals.dev.tasks import Kind, Task

INDEXED_BYTES_A_SECOND = 6500.0
SECONDS_A_QUESTION: dict[Kind, float] = {
    "retrieval": 0.3,
    "answers": 1.1,
    "injection": 0.9,
}
SECONDS_READ, SECONDS_ASKED_TWICE = 0.3, 1.7
"""Of ``reading``: a question read with its passage, and one asked with and without its documents."""
SECONDS_A_SET: dict[Kind, float] = {
    "answers": 5.0,
    "training": 30.0,
    "loading": 90.0,
    "injection": 20.0,
    "retrieval": 3.0,
    "reading": 3.0,
}
_PRIOR = 60.0
"""Seconds for which the reckoning counts as if it had come true."""


class Pace:
    """Reckons what a run takes; told how long each set took, it reckons better.

    Args:
        planned: the tasks in their order, each with its run folder.
    """

    def __init__(self, planned: Sequence[tuple[Task, Path]]) -> None:
        indexed: set[str] = set()
        self._seconds = {task.name: _reckon(task, out, indexed) for task, out in planned}
        self._waiting = dict.fromkeys(self._seconds)
        self._reckoned = self._took = _PRIOR

    def done(self, name: str, seconds: float) -> None:
        """Say that a set took so many seconds.

        What took less than a second of the reckoned time was there already, and says nothing.
        """
        self._waiting.pop(name, None)
        if self._seconds[name] >= 1.0:
            self._reckoned += self._seconds[name]
            self._took += seconds

    @property
    def left(self) -> float:
        """Seconds until all sets are done."""
        return sum(self._seconds[name] for name in self._waiting) * self._took / self._reckoned


def _reckon(task: Task, out: Path, indexed: set[str]) -> float:
    """Return the seconds of one task from where a killed run left it; ``indexed``: collections before it."""
    if (out / run_folder.SUMMARY).exists():
        return 0.0
    asked = _n_answered(out / run_folder.OUTPUTS)
    seconds = SECONDS_A_SET[task.kind]
    if task.kind == "reading":
        draw = Draw().at_most(task.n_asked)
        seconds += draw.n_given * SECONDS_READ + draw.n_hidden * SECONDS_ASKED_TWICE
    else:
        seconds += max(0, task.n_asked - asked) * SECONDS_A_QUESTION.get(task.kind, 0.0)
    if task.corpus_bytes and not asked:
        content = hashlib.sha256((task.path / "corpus.jsonl").read_bytes()).hexdigest()
        if content not in indexed:
            indexed.add(content)
            seconds += task.corpus_bytes / INDEXED_BYTES_A_SECOND
    return seconds


def _n_answered(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def in_words(seconds: float) -> str:
    """Return a time as one would say it: ``40 s``, ``12 min``, ``3 h 10 min``."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
