"""The first half of a run: ask every case and save what came out, nothing judged yet.

A case's line is written when its answer is there; what a killed run had
written is not asked again, an error only where that is wanted. With several
jobs the lines come as they finish and are put into the suite's order at the
end, so that the scores are the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, TypeVar

from evals import run_folder
from evals.errors import UnknownSystemError
from evals.indexes import Progress
from evals.suite import Case, Query
from evals.systems.protocol import AnswerSystem, SearchSystem

_Item = TypeVar("_Item")


def check_jobs(system: AnswerSystem | SearchSystem, name: str, jobs: int) -> None:
    """Check that a system can be asked by several threads at once.

    Raises:
        UnknownSystemError: it cannot.
    """
    if jobs > 1 and not system.thread_safe:
        raise UnknownSystemError(f"system '{name}' answers one question at a time; leave out --jobs")


def forget_errors(folder: Path) -> int:
    """Take the cases that ended in an error out of a run's outputs, so that they are asked again.

    Returns:
        how many there were.
    """
    path = folder / run_folder.OUTPUTS
    if not path.exists():
        return 0
    rows = list(run_folder.read_lines(path))
    kept = [row for row in rows if row["error"] is None]
    if len(kept) < len(rows):
        run_folder.write_lines(path, kept)
    return len(rows) - len(kept)


def generate_answers(
    cases: Sequence[Case], system: AnswerSystem, folder: Path, progress: Progress, *, jobs: int = 1
) -> None:
    """Ask the cases that have no output yet; save outputs, cited texts and document languages.

    Args:
        cases: what is asked, in the suite's order.
        system: what is measured; safe to ask from ``jobs`` threads.
        folder: the run folder.
        progress: told how many cases are done.
        jobs: questions asked at once. With more than one no latency is saved:
            the time of a question would be that of its neighbours too.
    """
    texts = run_folder.LineWriter(folder / run_folder.TEXTS)
    kept = {(row["document_id"], row["version"]) for row in run_folder.read_lines(folder / run_folder.TEXTS)}
    lock = threading.Lock()

    def keep_text(citation: Mapping[str, Any]) -> None:
        key = (citation["document"]["document_id"], citation["document"]["version"])
        with lock:
            if key in kept:
                return
            text = system.text(*key)
            if text is not None:
                texts.append({"document_id": key[0], "version": key[1], "text": text})
                kept.add(key)

    def ask(case: Case) -> dict[str, Any]:
        begun = time.perf_counter()
        answer = system.ask(case.to_question())
        latency_ms = _latency_ms(answer, begun)
        for citation in answer.get("citations") or []:
            keep_text(citation)
        return {"answer": answer, "latency_ms": latency_ms}

    try:
        _each(cases, lambda case: case.case_id, ask, folder, progress, jobs)
    finally:
        texts.close()
    run_folder.write_json(folder / run_folder.DOCUMENTS, dict(system.document_languages()))


def generate_rankings(
    queries: Sequence[Query], system: SearchSystem, folder: Path, progress: Progress, *, jobs: int = 1
) -> None:
    """Search for the queries that have no output yet; save the rankings. Arguments as `generate_answers`."""

    def search(query: Query) -> dict[str, Any]:
        begun = time.perf_counter()
        ranking = system.search(query.text, query.language or "und")
        latency_ms = _latency_ms({}, begun)
        return {"ranking": [[document_id, score] for document_id, score in ranking], "latency_ms": latency_ms}

    _each(queries, lambda query: query.query_id, search, folder, progress, jobs)


def _latency_ms(answer: Mapping[str, Any], begun: float) -> float:
    """Return the milliseconds since ``begun``; of a remote system those of the request that was answered.

    (That leaves out the waits before retries.)
    """
    trace = answer.get("trace")
    requests = trace.get("requests") if isinstance(trace, Mapping) else None
    told = requests.get("latency_ms") if isinstance(requests, Mapping) else None
    return round((time.perf_counter() - begun) * 1000 if told is None else float(told), 3)


def _each(
    items: Sequence[_Item],
    id_of: Callable[[_Item], str],
    work: Callable[[_Item], Mapping[str, Any]],
    folder: Path,
    progress: Progress,
    jobs: int,
) -> None:
    """Work through the items that a killed run had not finished; an exception is saved, not raised."""
    path = folder / run_folder.OUTPUTS
    outputs = run_folder.LineWriter(path)
    done = {row["id"] for row in run_folder.read_lines(path)}
    todo = [item for item in items if id_of(item) not in done]
    n_done = len(items) - len(todo)

    def one(item: _Item) -> None:
        row: dict[str, Any] = {"id": id_of(item), "error": None}
        begun = time.perf_counter()
        try:
            row |= work(item)
        except Exception as error:
            # One case that breaks the system must not cost the other cases.
            row["error"] = {"type": type(error).__name__, "message": str(error)}
            row["latency_ms"] = _latency_ms({}, begun)
        if jobs > 1:
            row["latency_ms"] = None
        outputs.append(row)

    progress("asking", n_done, len(items))
    try:
        for number, _ in enumerate(_run(one, todo, jobs), n_done + 1):
            progress("asking", number, len(items))
    finally:
        outputs.close()
    _put_in_order(path, [id_of(item) for item in items])


def _run(work: Callable[[_Item], None], items: Sequence[_Item], jobs: int) -> Iterator[None]:
    """Do the work; yield as each piece is done."""
    if jobs == 1:
        for item in items:
            work(item)
            yield
        return
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="asking") as pool:
        pieces: list[Future[None]] = [pool.submit(work, item) for item in items]
        try:
            for piece in as_completed(pieces):
                piece.result()
                yield
        finally:  # Ctrl+C, or a full disk: what runs is finished, what waits is not begun
            pool.shutdown(wait=False, cancel_futures=True)


def _put_in_order(path: Path, ids: Sequence[str]) -> None:
    rows = {row["id"]: row for row in run_folder.read_lines(path)}
    if list(rows) != list(ids):
        run_folder.write_lines(path, (rows[case_id] for case_id in ids))
