"""``--kind reading``: how well it reads, given the right passage and over the whole collection.

What is read and asked is saved first, and the figures are made of that: a later
call with the same questions, options, code and reader makes them anew without
asking again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from evals import run_config, run_folder
from evals.dev.given import Given, passages_of, read_given
from evals.dev.hidden import OTHER_HALF, Asked, ask_hidden
from evals.dev.reading_figures import summarise
from evals.indexes import Progress
from evals.provenance import models
from evals.retrieval_documents import with_languages
from evals.retrieval_suite import load_retrieval_suite
from evals.runs import RETRIEVAL_FILES
from evals.sampling import select
from evals.saved_key import hash_files
from evals.suite import RetrievalSuite
from helpdesk_bot.settings import Settings
from index.embedding import Embedder, open_embedder
from index.reader import Reader, cached_reader

GIVEN, HIDDEN = "given.jsonl", "hidden.jsonl"

_Row = TypeVar("_Row", Given, Asked)


@dataclass(frozen=True, slots=True)
class Draw:
    """How many questions of a set, drawn by ``seed``: read with their passage, and asked twice over all.

    The first take some tenths of a second, the second about two seconds.
    """

    n_given: int = 600
    n_hidden: int = 100
    seed: int = 0

    def at_most(self, *bounds: int | None) -> Draw:
        """Return the draw with no more questions than any of these; None bounds nothing."""
        most = min((bound for bound in bounds if bound is not None), default=max(self.n_given, self.n_hidden))
        return Draw(min(self.n_given, most), min(self.n_hidden, most), self.seed)


@dataclass(frozen=True, slots=True)
class Models:
    """What reads; ``reader`` gives the trained one, loaded when it is first needed."""

    embedder: Embedder
    reader: Callable[[], Reader]

    @classmethod
    def open(cls, settings: Settings) -> Models:
        """Return those that the settings name."""
        return cls(
            open_embedder(settings.embedder, settings.model_cache), cached_reader(settings.model_cache)
        )


def measure_reading(
    folder: Path,
    out: Path,
    settings: Settings,
    draw: Draw,
    progress: Progress,
    using: Models | None = None,
) -> dict[str, Any]:
    """Measure the reading of one retrieval set.

    Args:
        folder: the set, in BEIR's format.
        out: the run folder: ``config.json``, each question in ``given.jsonl``
            and ``hidden.jsonl``, the figures in ``summary.json``.
        settings: depth and models; indexes are kept below the data directory.
        draw: how many questions.
        progress: told what is being done.
        using: models loaded already; default: what the settings name.

    Returns:
        the figures in the shape of a run's summary, with ``kind`` ``reading``.

    Raises:
        SuiteError: the set is written wrongly.
        RunError: ``out`` holds something else.
    """
    run_folder.require_folder(out)
    suite = with_languages(load_retrieval_suite(folder))
    with run_folder.locked(out):
        run_config.begin(out, _identity(suite, settings, draw), {})
        if not all((out / name).exists() for name in (GIVEN, HIDDEN)):
            _generate(suite, out, settings, draw, progress, using or Models.open(settings))
            run_config.finish(out)
        given = [Given(**row) for row in run_folder.read_lines(out / GIVEN)]
        asked = [Asked(**row) for row in run_folder.read_lines(out / HIDDEN)]
        summary = summarise(suite, given, asked, settings.depth)
        run_folder.write_json(out / run_folder.SUMMARY, summary, allow_nan=False)
    return summary


def _generate(
    suite: RetrievalSuite, out: Path, settings: Settings, draw: Draw, progress: Progress, using: Models
) -> None:
    passages = passages_of(suite)
    readable = [query for query in suite.queries if query.query_id in passages]
    queries = select(readable, lambda query: query.query_id, sample=draw.n_given, seed=draw.seed)
    if not any(query.answers or not query.answerable for query in queries):
        queries = ()  # no short answer to compare with and no unanswerable question: nothing to tell
    given = read_given(suite, queries, passages, using.reader()) if queries else ()
    _save(out / GIVEN, given, "reading", len(queries), progress)
    own = settings.model_copy(update={"data_dir": settings.data_dir / "evals" / "indexes"})
    asked = ask_hidden(
        suite.path, own, using.embedder, most=draw.n_hidden, seed=draw.seed, reader=using.reader
    )
    _save(out / HIDDEN, asked, "asking", 2 * draw.n_hidden, progress)


def _save(path: Path, rows: Iterable[_Row], stage: str, total: int, progress: Progress) -> None:
    progress(stage, 0, total)
    found = []
    for row in rows:
        found.append(asdict(row))
        progress(stage, len(found), total)
    run_folder.write_lines(path, found)


def _identity(suite: RetrievalSuite, settings: Settings, draw: Draw) -> Mapping[str, Any]:
    return {
        "kind": "reading",
        "suite": suite.name,
        "suite_sha256": hash_files(suite.path, RETRIEVAL_FILES),
        "system": "helpdesk",
        "draw": asdict(draw),
        "half": OTHER_HALF,
        "options": {
            "depth": settings.depth,
            "reader_excerpts": settings.reader_excerpts,
            **settings.index_options,
        },
        **models(settings),
    }
