"""``bench ingest``: chunks per second of our ingest beside the tutorial pipeline and the bare encoder.

Same documents, same machine, alternating runs, each in a fresh process. Our
time includes parsing (in its child process), the database and the Chroma build.
Chunks of the two pipelines differ in size, so characters per second stand
beside chunks per second: they are the fairer figure.
"""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path
from typing import Any

from evals.bench.documents import Recipe, write_documents
from evals.bench.processes import run_worker, to_argument
from evals.bench.report import BenchResult, Line, at_least
from evals.indexes import Progress
from helpdesk_bot.settings import Settings

WORKER = "evals.bench.ingest_worker"
RECIPE = Recipe(n_documents=60, n_sections=8, section_chars=1100)
"""About 700 of our chunks, 23,000 characters a document more or less as a report of some pages has."""
ROUNDS = 3
FASTER_THAN_TUTORIAL, OF_BARE_ENCODE, N_CHUNKS = 2.5, 0.85, 500


def bench_ingest(
    settings: Settings, folder: Path, progress: Progress, *, recipe: Recipe = RECIPE, rounds: int = ROUNDS
) -> BenchResult:
    """Measure and return the figures.

    Args:
        settings: which embedder, and where its weights are.
        folder: scratch space; emptied before and removed after.
        progress: told which measurement runs.
        recipe: what the documents are like.
        rounds: measurements of each; the median counts.
    """
    shutil.rmtree(folder, ignore_errors=True)
    documents = write_documents(recipe, folder / "documents")
    n_chars = sum(len(path.read_text(encoding="utf-8")) for path in documents.glob("*.md"))
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "tutorial": [], "encode": []}
    steps = [(round_, subject) for round_ in range(rounds) for subject in runs]
    try:
        for done, (round_, subject) in enumerate(steps):
            progress(f"ingest: {subject}", done, len(steps))
            # The bare encoder reads the passages that our run of the same round has made.
            home = folder / f"{'tutorial' if subject == 'tutorial' else 'ours'}-{round_}"
            own = settings.model_copy(update={"data_dir": home, "database_url": None})
            arguments = [subject, "--documents", str(documents), "--settings", to_argument(own)]
            runs[subject].append(run_worker(WORKER, arguments))
        progress("ingest", len(steps), len(steps))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return summarise(runs, n_chars, recipe.n_documents)


def summarise(runs: dict[str, list[dict[str, Any]]], n_chars: int, n_documents: int) -> BenchResult:
    """Turn the measurements into figures: medians over rounds, ratios of medians."""
    n = {subject: int(measured[0]["n_chunks"]) for subject, measured in runs.items()}
    work = {subject: _median(measured, "work_s") for subject, measured in runs.items()}
    rate = {subject: n[subject] / work[subject] for subject in runs}
    chars = {subject: n_chars / work[subject] for subject in runs}
    faster, of_bare = rate["ours"] / rate["tutorial"], rate["ours"] / rate["encode"]
    enough = at_least(n["ours"], N_CHUNKS, "")
    return BenchResult(
        "ingest",
        (
            Line("chunks", n["ours"], "", "tutorial", n["tutorial"], None, *enough),
            Line(
                "chunks per second", rate["ours"], "1/s", "tutorial", rate["tutorial"], faster,
                *at_least(faster, FASTER_THAN_TUTORIAL, "times, on a processor with AMX"),
            ),
            Line(
                "characters per second", chars["ours"], "1/s", "tutorial", chars["tutorial"],
                chars["ours"] / chars["tutorial"],
            ),
            Line(
                "chunks per second", rate["ours"], "1/s", "bare encode", rate["encode"], of_bare,
                *at_least(of_bare, OF_BARE_ENCODE, "of it"),
            ),
            Line(
                "imports and model", _median(runs["ours"], "load_s"), "s", "tutorial",
                _median(runs["tutorial"], "load_s"),
                _median(runs["ours"], "load_s") / _median(runs["tutorial"], "load_s"),
            ),
        ),
        {
            "documents": n_documents,
            "characters": n_chars,
            "rounds": len(runs["ours"]),
            "bare encode": runs["encode"][0].get("best", ""),
            "spread": {
                subject: [round(run["work_s"], 2) for run in measured] for subject, measured in runs.items()
            },
        },
    )  # fmt: skip


def _median(measured: list[dict[str, Any]], field: str) -> float:
    return float(statistics.median(run[field] for run in measured))
