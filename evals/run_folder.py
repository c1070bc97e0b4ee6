"""A run folder: everything that is needed to score a run again.

::

    config.json      what was run: suite, system, options, models, code, machine
    suite/           the key: suite.toml and cases.jsonl (answer runs)
    qrels.json       the queries and judgements (retrieval suites)
    qrels.trec       the judgements (retrieval suites), TREC format
    outputs.jsonl    one line a case: the answer or ranking, or the error, and the time
    texts.jsonl      the extracted text of every cited document version
    documents.json   the language of each document by its source
    run.trec         the rankings (retrieval suites), TREC format
    scores.jsonl     one line a case: every measure and fact
    summary.json     the figures
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from evals.errors import RunError

CONFIG, OUTPUTS, TEXTS, DOCUMENTS = "config.json", "outputs.jsonl", "texts.jsonl", "documents.json"
SCORES, SUMMARY, TREC_RUN, TREC_QRELS, SUITE, QRELS = (
    "scores.jsonl",
    "summary.json",
    "run.trec",
    "qrels.trec",
    "suite",
    "qrels.json",
)
LOCK = "run.lock"

GIVE_A_RUN = "give the folder that `eval run --out` wrote"
"""What to do where a folder holds no run."""


def require_folder(path: Path) -> None:
    """Check that a path is a folder or can be made one, before any work is done for it.

    Raises:
        RunError: it is a file, or lies below one.
    """
    for each in (path, *path.parents):
        if each.is_dir():
            return
        if each.exists() or each.is_symlink():
            raise RunError(f"{each} is a file; give a folder")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process write a run folder (the lock goes with the process, however it ends).

    Raises:
        RunError: another process is writing it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / LOCK, timeout=0):
            yield
    except Timeout as error:
        raise RunError(
            f"{folder} is being written by another process; wait for it, or choose another --out"
        ) from error


def is_untouched(folder: Path) -> bool:
    """Whether a folder holds nothing but what a run leaves that was killed before it had begun."""
    return all(path.name == LOCK or path.suffix == ".part" for path in folder.iterdir())


def write_json(path: Path, value: Any, *, allow_nan: bool = True) -> None:
    """Write a JSON document by renaming a finished file into place.

    Args:
        path: the file.
        value: what it will hold.
        allow_nan: whether it may hold numbers that JSON does not have; ValueError where not.
    """
    part = path.with_name(path.name + ".part")
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=allow_nan)
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> Any:
    """Read a JSON document of a run folder.

    Raises:
        RunError: it is missing or torn.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{path} is missing; {GIVE_A_RUN}") from error
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON document of a run folder that is an object.

    Raises:
        RunError: it is missing, torn or none.
    """
    value = read_json(path)
    if not isinstance(value, dict):
        raise RunError(f"{path} must hold a JSON object")
    return value


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]], *, allow_nan: bool = True) -> None:
    """Write JSON Lines by renaming a finished file into place; arguments as `write_json`."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, allow_nan=allow_nan) + "\n")
    part.replace(path)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file; a last line torn by a kill is passed over.

    Raises:
        RunError: the file is missing, or a line before the last is torn.
    """
    if not path.exists():
        raise RunError(f"{path} is missing; {GIVE_A_RUN}")
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except ValueError as error:
            if number == len(lines):  # no line feed after it: it was being written
                return
            raise RunError(f"{path}:{number}: not JSON; run the suite again into another folder") from error


class LineWriter:
    """Appends to a JSON Lines file, so that a killed run keeps what it had; safe to use from many threads.

    A torn last line is cut off first.
    """

    def __init__(self, path: Path) -> None:
        if path.exists():
            data = path.read_bytes()
            whole = data.rfind(b"\n") + 1
            if whole < len(data):
                os.truncate(path, whole)
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def append(self, row: Mapping[str, Any]) -> None:
        """Write one line through to the file."""
        line = json.dumps(row, ensure_ascii=False) + "\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
