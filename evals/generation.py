"""The first half of a run: ask every case and save what came out, nothing judged yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from evals import run_folder
from evals.indexes import Progress
from evals.suite import Case, Query
from evals.systems.protocol import AnswerSystem, SearchSystem

_Item = TypeVar("_Item")


def generate_answers(cases: Sequence[Case], system: AnswerSystem, folder: Path, progress: Progress) -> None:
    """Ask the cases that have no output yet; save outputs, cited texts and document languages."""
    texts = run_folder.LineWriter(folder / run_folder.TEXTS)
    kept = {(row["document_id"], row["version"]) for row in run_folder.read_lines(folder / run_folder.TEXTS)}

    def ask(case: Case) -> dict[str, Any]:
        answer = system.ask(case.to_question())
        for citation in answer.get("citations") or []:
            key = (citation["document"]["document_id"], citation["document"]["version"])
            text = None if key in kept else system.text(*key)
            if text is not None:
                texts.append({"document_id": key[0], "version": key[1], "text": text})
                kept.add(key)
        return {"answer": answer}

    try:
        _each(cases, lambda case: case.case_id, ask, folder, progress)
    finally:
        texts.close()
    run_folder.write_json(folder / run_folder.DOCUMENTS, dict(system.document_languages()))


def generate_rankings(
    queries: Sequence[Query], system: SearchSystem, folder: Path, progress: Progress
) -> None:
    """Search for the queries that have no output yet; save the rankings."""

    def search(query: Query) -> dict[str, Any]:
        ranking = system.search(query.text, query.language or "und")
        return {"ranking": [[document_id, score] for document_id, score in ranking]}

    _each(queries, lambda query: query.query_id, search, folder, progress)


def _each(
    items: Sequence[_Item],
    id_of: Callable[[_Item], str],
    work: Callable[[_Item], Mapping[str, Any]],
    folder: Path,
    progress: Progress,
) -> None:
    """Work through the items that a killed run had not finished; an exception is saved, not raised."""
    path = folder / run_folder.OUTPUTS
    outputs = run_folder.LineWriter(path)
    done = {row["id"] for row in run_folder.read_lines(path)}
    try:
        for number, item in enumerate(items):
            progress("asking", number, len(items))
            if id_of(item) in done:
                continue
            row: dict[str, Any] = {"id": id_of(item), "error": None}
            begun = time.perf_counter()
            try:
                row |= work(item)
            except Exception as error:
                # One case that breaks the system must not cost the other cases.
                row["error"] = {"type": type(error).__name__, "message": str(error)}
            row["latency_ms"] = round((time.perf_counter() - begun) * 1000, 3)
            outputs.append(row)
        progress("asking", len(items), len(items))
    finally:
        outputs.close()
