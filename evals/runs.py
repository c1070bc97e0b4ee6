"""A suite, run from end to end: index, ask, save, score.

The line through the house: the suite's documents are ingested by the helpdesk's
own ingest, every case is asked through its own pipeline, and what comes out is
saved before anything is judged.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.answer_suite import load_answer_suite
from evals.errors import RunError, SuiteError
from evals.generation import generate_answers, generate_rankings
from evals.indexes import Progress, index_documents_of, index_rows_of
from evals.provenance import code_version, machine
from evals.retrieval_documents import with_languages
from evals.scoring import score_answers, score_rankings
from evals.suite import AnswerSuite, RetrievalSuite, load_suite
from evals.systems import open_answer_system, open_search_system
from evals.systems.protocol import AnswerSystem
from helpdesk_bot.settings import Settings


def run_suite(
    suite_path: Path,
    *,
    out: Path | None,
    settings: Settings,
    limit: int | None = None,
    system: str = "helpdesk",
    progress: Progress | None = None,
    cache: Path | None = None,
) -> dict[str, Any]:
    """Run a suite and score it.

    Args:
        suite_path: folder of an answer suite or a retrieval suite.
        out: the run folder; a killed run of the same suite there goes on where
            it was. Default: a new folder below the data directory.
        settings: the helpdesk's options; its own index is not touched.
        limit: ask only the first so many cases.
        system: ``helpdesk`` or ``tutorial``.
        progress: told what is being done.
        cache: where indexes are kept by content; default below the data directory.

    Returns:
        the summary: ``measures``, ``slices``, ``n_cases``, ``errors`` (and
        ``suite``, ``kind``, ``system``, ``run``).

    Raises:
        SuiteError: the suite is written wrongly.
        RunError: ``out`` holds a run of something else.
        UnknownSystemError: no such system.
    """
    report = progress or _silent
    suite = load_suite(suite_path)
    home = settings.data_dir / "evals"
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = out or home / "runs" / f"{suite.name}-{system}-{stamp}"
    caches = cache or home / "indexes"
    if isinstance(suite, AnswerSuite):
        summary = _run_answers(suite, folder, settings, limit, system, report, caches)
    else:
        summary = _run_retrieval(suite, folder, settings, limit, system, report, caches)
    return {**summary, "run": str(folder)}


def score_run(folder: Path, suite: AnswerSuite | None = None) -> dict[str, Any]:
    """Score a saved run again.

    Args:
        folder: the run folder.
        suite: a newer key for an answer run; default: the one saved with it.

    Raises:
        RunError: the folder is no whole run.
    """
    config = run_folder.read_json(folder / run_folder.CONFIG)
    if config["kind"] == "retrieval":
        return score_rankings(folder, config["suite"], config["document_language"])
    return score_answers(folder, suite or load_answer_suite(folder / run_folder.SUITE))


def _run_answers(
    suite: AnswerSuite,
    folder: Path,
    settings: Settings,
    limit: int | None,
    system: str,
    progress: Progress,
    caches: Path,
) -> dict[str, Any]:
    own, ingest = index_documents_of(suite, settings, caches, progress)
    subject = open_answer_system(system, own)
    try:
        _check_expected(suite, subject, ingest)
        _prepare(
            folder,
            {
                "kind": "answers",
                "suite": suite.name,
                "suite_sha256": _hash_folder(suite.path, ("suite.toml", "cases.jsonl")),
                "system": system,
                "limit": limit,
                "options": dict(subject.describe()),
            },
            {"suite_path": str(suite.path.resolve()), "ingest": ingest},
        )
        saved = folder / run_folder.SUITE
        saved.mkdir(exist_ok=True)
        for name in ("suite.toml", "cases.jsonl"):
            shutil.copyfile(suite.path / name, saved / name)
        generate_answers(suite.cases[:limit], subject, folder, progress)
    finally:
        subject.close()
    progress("scoring", 0, 0)
    return score_answers(folder, suite)


def _run_retrieval(
    suite: RetrievalSuite,
    folder: Path,
    settings: Settings,
    limit: int | None,
    system: str,
    progress: Progress,
    caches: Path,
) -> dict[str, Any]:
    suite = with_languages(suite)
    own, report = index_rows_of(suite, settings, caches, progress)
    subject = open_search_system(system, own, suite)
    document_language = Counter(row.language or "und" for row in suite.corpus).most_common(1)[0][0]
    try:
        _prepare(
            folder,
            {
                "kind": "retrieval",
                "suite": suite.name,
                "suite_sha256": _hash_folder(suite.path, ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")),
                "system": system,
                "limit": limit,
                "document_language": document_language,
                "options": dict(subject.describe()),
            },
            {"suite_path": str(suite.path.resolve()), "ingest": report},
        )
        queries = suite.queries[:limit]
        judgements = {
            "system": system,
            "queries": {query.query_id: {"language": query.language or "und"} for query in queries},
            "judgements": {query_id: dict(grades) for query_id, grades in suite.qrels.items()},
        }
        run_folder.write_json(folder / "qrels.json", judgements)
        generate_rankings(queries, subject, folder, progress)
    finally:
        subject.close()
    progress("scoring", 0, 0)
    return score_rankings(folder, suite.name, document_language)


def _check_expected(suite: AnswerSuite, subject: AnswerSystem, ingest: dict[str, Any]) -> None:
    """Refuse a key that names a document the suite does not have; one that failed to ingest is kept."""
    known = set(subject.document_languages())
    known |= {item["source"] for item in ingest.get("items", []) if item.get("source")}
    for case in suite.cases:
        for source in case.expected_documents:
            if source not in known:
                raise SuiteError(
                    suite.path / "cases.jsonl",
                    f"no ingested document is '{source}'; there are {', '.join(sorted(known)[:8])}",
                    line=case.line,
                    field="expected_documents",
                )


def _prepare(folder: Path, identity: dict[str, Any], notes: dict[str, Any]) -> None:
    """Write the configuration, or check that a run to be continued has the same."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / run_folder.CONFIG
    code = code_version()
    if path.exists():
        earlier = run_folder.read_json(path)
        changed = [name for name, value in _plain(identity).items() if earlier.get(name) != value]
        if earlier["code"]["code_sha256"] != code["code_sha256"]:
            changed.append("code")
        if changed:
            differs = ", ".join(changed)
            raise RunError(f"{folder} holds a run that differs in {differs}: choose another --out")
        return
    if any(folder.iterdir()):
        raise RunError(f"{folder} is not empty and holds no run; choose another --out")
    started = datetime.now(UTC).isoformat(timespec="seconds")
    run_folder.write_json(
        path, {**identity, **notes, "code": code, "machine": machine(), "started_at": started}
    )


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(value))
    return plain


def _hash_folder(folder: Path, names: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update((folder / name).read_bytes() + b"\0")
    return digest.hexdigest()


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""
