"""The index of a suite, built once and kept by content.

The folder's name is a hash over the documents, the embedder's options and the
code of the rooms that make an index, so that a changed file, option or chunker
gives another folder and nothing stale is ever searched. Old ones go (`evals.index_cache`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evals import index_cache
from evals.answer_suite import check_documents
from evals.errors import RunError
from evals.provenance import hash_code
from evals.retrieval_documents import to_documents
from evals.suite import AnswerSuite, RetrievalSuite
from helpdesk_bot.settings import Settings

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all; 0 where not known)."""

_SEARCHING = tuple(
    f"index/{name}.py"
    for name in (
        "duplicates",
        "fusion",
        "ordering",
        "peer_fusions",
        "reader",
        "reader_input",
        "retrieval",
        "retrieval_options",
    )
)
"""Modules that search an index and have no part in making it: a change of them searches the same one."""


def index_documents_of(
    suite: AnswerSuite, settings: Settings, cache: Path, progress: Progress
) -> tuple[Settings, dict[str, Any]]:
    """Ingest the documents of an answer suite, unless that was done before.

    Returns:
        settings whose data directory holds the index, and the ingest's report,
        with ``documents_sha256`` (what was indexed) and ``index_key`` (that, the
        settings and the code that indexed it).

    Raises:
        SuiteError: a document path does not exist.
    """
    check_documents(suite)
    return index_targets(suite.documents, settings, cache, progress)


def index_targets(
    targets: tuple[str, ...], settings: Settings, cache: Path, progress: Progress
) -> tuple[Settings, dict[str, Any]]:
    """Ingest files, folders and addresses; returns as `index_documents_of`."""
    content = _hash_targets(targets)

    def build(own: Settings) -> dict[str, Any]:
        from helpdesk_bot.ingesting import IngestEvent, ingest

        def tell(event: IngestEvent) -> None:
            progress("ingesting", event.done, event.total)

        progress("ingesting", 0, 0)
        report: dict[str, Any] = ingest(own, targets, progress=tell).to_json()
        return report

    return _cached(settings, cache, "answers", content, build)


def index_rows_of(
    suite: RetrievalSuite, settings: Settings, cache: Path, progress: Progress
) -> tuple[Settings, dict[str, Any]]:
    """Index the rows of a retrieval suite, unless that was done before.

    Returns:
        settings whose data directory holds the index, and counts (and hashes, as `index_documents_of`).
    """
    digest = hashlib.sha256()
    for row in suite.corpus:
        digest.update(json.dumps([row.document_id, row.title, row.text, row.language]).encode())

    def build(own: Settings) -> dict[str, Any]:
        from helpdesk_bot.database import open_database
        from index.build import index_documents
        from index.embedding import open_embedder

        progress("indexing", 0, len(suite.corpus))
        engine = open_database(own)
        try:
            embedder = open_embedder(own.embedder, own.model_cache)
            index_documents(
                engine,
                own.data_dir,
                embedder,
                to_documents(suite),
                database_url=own.database,
                passage_tokens=own.passage_tokens,
                heading_context=own.heading_context,
            )
        finally:
            engine.dispose()
        progress("indexing", len(suite.corpus), len(suite.corpus))
        return {"n_documents": len(suite.corpus)}

    return _cached(settings, cache, "retrieval", digest.hexdigest(), build)


def _cached(
    settings: Settings, cache: Path, kind: str, content: str, build: Callable[[Settings], dict[str, Any]]
) -> tuple[Settings, dict[str, Any]]:
    key = _key(settings, kind, content)
    folder = cache / key
    identity = {"documents_sha256": content, "index_key": key}
    own = settings.model_copy(
        update={
            "data_dir": folder.absolute(),
            "database_url": None,
            # A run keeps its own records; the cached index must not grow with every run.
            "record_conversations": False,
        }
    )
    cache.mkdir(parents=True, exist_ok=True)
    # One process builds a folder; another waits for it and then finds it complete.
    with index_cache.lock_of(folder):
        index_cache.hold(folder)
        mark = folder / index_cache.MARK
        if mark.exists():
            mark.touch()  # used now
            report: dict[str, Any] = json.loads(mark.read_text(encoding="utf-8"))
            return own, report | identity
        shutil.rmtree(folder, ignore_errors=True)  # left by a killed run
        folder.mkdir(parents=True)
        report = build(own)
        written = folder / (index_cache.MARK + ".part")
        written.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
        written.rename(mark)
    index_cache.prune(cache)
    return own, report | identity


def _key(settings: Settings, kind: str, content: str) -> str:
    parts = [
        kind,
        content,
        json.dumps(settings.index_options, default=str),
        hash_code(("corpus", "index"), without=_SEARCHING),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _hash_targets(targets: tuple[str, ...]) -> str:
    """Hash addresses as they are, files and folders by name and content (sidecars included)."""
    digest = hashlib.sha256()
    for target in targets:
        path = Path(target)
        if target.startswith(("http://", "https://")):
            digest.update(target.encode() + b"\0")
            continue
        files = sorted(path.rglob("*")) if path.is_dir() else sorted(path.parent.glob(path.name + "*"))
        for file in files:
            if file.is_file():
                digest.update(file.relative_to(path.parent).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(_bytes(file)).digest())
    return digest.hexdigest()


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except PermissionError:
        return b"unreadable"  # the ingest reports it as failed
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}") from error
