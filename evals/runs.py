"""A suite, run from end to end: index, ask, save, score.

The line through the house: the suite's documents are ingested by the helpdesk's
own ingest, every case is asked through its own pipeline, and what comes out is
saved before anything is judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals import run_config, run_folder
from evals.errors import RunError
from evals.expected import check_expected, check_measures
from evals.generation import check_jobs, forget_errors, generate_answers, generate_rankings
from evals.indexes import Progress, index_documents_of, index_rows_of
from evals.judges.protocol import EntailmentJudge
from evals.provenance import models
from evals.retrieval_documents import with_languages
from evals.retrieval_suite import as_answer_suite, judgements_of
from evals.sampling import select
from evals.saved_key import KEY_FILES, check_same_questions, has_key, hash_files, load_key, save_key
from evals.scoring import score_answers, score_rankings
from evals.suite import AnswerSuite, Case, Query, RetrievalSuite, load_suite
from evals.summary_shape import check_head
from evals.systems import check_system, open_answer_system, open_search_system
from helpdesk_bot.settings import Settings

RETRIEVAL_FILES = ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")


@dataclass(frozen=True, slots=True)
class _Run:
    """One run as it was asked for; see `run_suite`."""

    folder: Path
    settings: Settings
    system: str
    system_config: Mapping[str, Any] | None
    limit: int | None
    sample: int | None
    seed: int
    jobs: int
    progress: Progress
    caches: Path
    judge: EntailmentJudge | None
    retry_errors: bool

    def select(self, cases: tuple[Case, ...]) -> tuple[Case, ...]:
        return select(cases, lambda case: case.case_id, limit=self.limit, sample=self.sample, seed=self.seed)

    def select_queries(self, queries: tuple[Query, ...]) -> tuple[Query, ...]:
        return select(
            queries, lambda query: query.query_id, limit=self.limit, sample=self.sample, seed=self.seed
        )

    def identity(
        self, kind: str, suite: str, suite_sha256: str, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what a run must have in common with the run it goes on with."""
        return {
            "kind": kind,
            "suite": suite,
            "suite_sha256": suite_sha256,
            "system": self.system,
            "limit": self.limit,
            "sample": self.sample,
            "seed": self.seed,
            "jobs": self.jobs,
            "options": dict(options),
            **models(self.settings),
        }


def run_suite(
    suite_path: Path,
    *,
    out: Path | None,
    settings: Settings,
    limit: int | None = None,
    system: str | None = None,
    progress: Progress | None = None,
    cache: Path | None = None,
    system_config: Mapping[str, Any] | None = None,
    as_answers: bool = False,
    sample: int | None = None,
    seed: int = 0,
    jobs: int = 1,
    judge: EntailmentJudge | None = None,
    retry_errors: bool = False,
) -> dict[str, Any]:
    """Run a suite and score it.

    Args:
        suite_path: folder of an answer suite or a retrieval suite.
        out: the run folder; a killed run of the same suite there goes on where
            it was. Default: a new folder below the data directory.
        settings: the helpdesk's options; its own index is not touched.
        limit: ask only the first so many cases.
        system: a name of `evals.systems.SYSTEMS`; default: the configuration's, else ``helpdesk``.
        progress: told what is being done.
        cache: where indexes are kept by content; default below the data directory.
        system_config: of a system that needs one (`evals.systems.load_system_config`).
        as_answers: ask a retrieval suite as an answer suite.
        sample: ask a random sample of so many cases (of those within ``limit``).
        seed: of the sample.
        jobs: questions asked at once; with more than one, latencies are not measured.
        judge: decides entailment; default: the built-in one.
        retry_errors: ask the cases again that ended in an error in ``out``
            before; ``config.json`` then counts them in ``retried_errors``.

    Returns:
        the summary: ``measures``, ``slices``, ``n_cases``, ``errors`` (and
        ``suite``, ``kind``, ``system``, ``warnings``, ``run``).

    Raises:
        SuiteError: the suite is written wrongly.
        RunError: ``out`` is a file, holds a run of something else, or is being written.
        UnknownSystemError: no such system.
    """
    if out is not None:
        run_folder.require_folder(out)
    suite = load_suite(suite_path)
    system = system or (system_config or {}).get("system") or "helpdesk"
    check_system(system, system_config)  # before the documents are indexed, which takes its time
    home = settings.data_dir / "evals"
    name = f"{suite.name}-answers" if as_answers and isinstance(suite, RetrievalSuite) else suite.name
    run = _Run(
        folder=out or _new_folder(home / "runs", f"{name}-{system}"),
        settings=settings,
        system=system,
        system_config=system_config,
        limit=limit,
        sample=sample,
        seed=seed,
        jobs=jobs,
        progress=progress or _silent,
        caches=cache or home / "indexes",
        judge=judge,
        retry_errors=retry_errors,
    )
    if isinstance(suite, AnswerSuite):
        summary = _run_answers(suite, None, run)
    elif as_answers:
        suite = with_languages(suite)
        summary = _run_answers(as_answer_suite(suite), suite, run)
    else:
        summary = _run_retrieval(with_languages(suite), run)
    return {**summary, "run": str(run.folder)}


def score_run(
    folder: Path, suite: AnswerSuite | None = None, judge: EntailmentJudge | None = None
) -> dict[str, Any]:
    """Score a saved run again.

    Args:
        folder: the run folder.
        suite: a newer key for an answer run, which replaces the saved one;
            default: the one saved with it.
        judge: decides entailment; default: the built-in one.

    Raises:
        RunError: the folder is no whole run (a baseline is none), or the key asks something else.
    """
    config = _whole_run(folder)
    if config["kind"] == "retrieval":
        if suite is not None:
            raise RunError(
                f"{folder} is a retrieval run: its judgements are in {run_folder.QRELS}; leave out --suite"
            )
        return score_rankings(folder, config["suite"], config["document_language"])
    with run_folder.locked(folder):
        if suite is None:
            return score_answers(folder, load_key(folder), judge)
        check_measures(suite)
        if has_key(folder):
            check_same_questions(suite, load_key(folder))
        run_config.note(folder, key_sha256=save_key(suite, suite.cases, folder))
        return score_answers(folder, suite, judge)


def _whole_run(folder: Path) -> dict[str, Any]:
    """Return the configuration of a saved run, checked before anything is written into its folder.

    Raises:
        RunError: it is no run's, or the outputs are not there.
    """
    path = folder / run_folder.CONFIG
    config = run_folder.read_object(path)
    check_head(path, config, run_folder.GIVE_A_RUN)
    if config["kind"] == "retrieval":
        if not isinstance(config.get("document_language"), str):
            raise RunError(f"{path}: 'document_language' must be a string; {run_folder.GIVE_A_RUN}")
        needed = [run_folder.OUTPUTS, run_folder.QRELS]
    else:
        needed = [run_folder.OUTPUTS, run_folder.TEXTS, run_folder.DOCUMENTS]
    missing = [name for name in needed if not (folder / name).exists()]
    if run_folder.OUTPUTS in missing and (folder / run_folder.SCORES).exists():
        raise RunError(
            f"{folder} is a baseline: it holds scores and no outputs; score the run it was made of"
        )
    if missing:
        raise RunError(f"{folder / missing[0]} is missing; {run_folder.GIVE_A_RUN}")
    return config


def _run_answers(suite: AnswerSuite, rows: RetrievalSuite | None, run: _Run) -> dict[str, Any]:
    """Run an answer suite; ``rows`` is the retrieval suite whose rows are its documents."""
    check_measures(suite)
    cases = run.select(suite.cases)
    if rows is None:
        own, ingest = index_documents_of(suite, run.settings, run.caches, run.progress)
        suite_sha256 = hash_files(suite.path, KEY_FILES)
    else:
        own, ingest = index_rows_of(rows, run.settings, run.caches, run.progress)
        suite_sha256 = hash_files(rows.path, RETRIEVAL_FILES)
    subject = open_answer_system(run.system, own, run.system_config)
    try:
        check_jobs(subject, run.system, run.jobs)
        if rows is None:
            check_expected(suite, subject, ingest)
        with run_folder.locked(run.folder):
            identity = run.identity("answers", suite.name, suite_sha256, subject.describe())
            _begin(run, identity | {"as_answers": rows is not None}, suite.path, ingest)
            _retry(run)
            run_config.note(run.folder, key_sha256=save_key(suite, cases, run.folder))
            generate_answers(cases, subject, run.folder, run.progress, jobs=run.jobs)
            run_config.finish(run.folder)
    finally:
        subject.close()
    run.progress("scoring", 0, 0)
    return score_answers(run.folder, load_key(run.folder), run.judge)


def _run_retrieval(suite: RetrievalSuite, run: _Run) -> dict[str, Any]:
    own, report = index_rows_of(suite, run.settings, run.caches, run.progress)
    subject = open_search_system(run.system, own, suite, run.system_config)
    document_language = Counter(row.language or "und" for row in suite.corpus).most_common(1)[0][0]
    queries = run.select_queries(suite.queries)
    try:
        check_jobs(subject, run.system, run.jobs)
        with run_folder.locked(run.folder):
            suite_sha256 = hash_files(suite.path, RETRIEVAL_FILES)
            identity = run.identity("retrieval", suite.name, suite_sha256, subject.describe())
            _begin(run, identity | {"document_language": document_language}, suite.path, report)
            _retry(run)
            run_folder.write_json(run.folder / run_folder.QRELS, judgements_of(suite, queries, run.system))
            generate_rankings(queries, subject, run.folder, run.progress, jobs=run.jobs)
            run_config.finish(run.folder)
    finally:
        subject.close()
    run.progress("scoring", 0, 0)
    return score_rankings(run.folder, suite.name, document_language)


def _begin(run: _Run, identity: dict[str, Any], suite_path: Path, ingest: dict[str, Any]) -> None:
    hashes = {name: ingest.pop(name) for name in ("documents_sha256", "index_key")}
    notes = {"suite_path": str(suite_path.resolve()), "ingest": ingest}
    run_config.begin(run.folder, identity | hashes, notes)


def _retry(run: _Run) -> None:
    if run.retry_errors and (n_errors := forget_errors(run.folder)):
        earlier = run_folder.read_json(run.folder / run_folder.CONFIG).get("retried_errors", 0)
        run_config.note(run.folder, retried_errors=earlier + n_errors)


def _new_folder(home: Path, name: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    folder, number = home / f"{name}-{stamp}", 1
    while folder.exists():  # two runs in one second
        number += 1
        folder = home / f"{name}-{stamp}-{number}"
    return folder


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""
