"""``bench ask``: how long a warm, whole extractive answer takes over at least 10,000 passages.

Baseline: embedding the same questions alone, in the same process, each right
before it is asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from evals.bench.documents import Recipe, write_documents
from evals.bench.processes import run_worker, to_argument
from evals.bench.report import BenchResult, Line, at_least, at_most
from evals.indexes import Progress, index_targets
from helpdesk_bot.settings import Settings

WORKER = "evals.bench.ask_worker"
RECIPE = Recipe(n_documents=300, n_sections=36, section_chars=330)
"""10,800 sections of about 80 words: a passage each."""
N_QUESTIONS = 200
N_PASSAGES, TIMES_EMBED, PEAK_MB = 10_000, 8.0, 1500.0


def bench_ask(
    settings: Settings,
    folder: Path,
    progress: Progress,
    *,
    recipe: Recipe = RECIPE,
    n_questions: int = N_QUESTIONS,
) -> BenchResult:
    """Measure and return the figures.

    Args:
        settings: which embedder, and where its weights are.
        folder: where documents and index are kept; the index is made once (minutes) and used again.
        progress: told what runs.
        recipe: what the documents are like.
        n_questions: how many are asked after the warm-up.
    """
    documents = write_documents(recipe, folder / f"documents-{recipe.n_documents}-{recipe.n_sections}")
    progress("ask: making the index", 0, 2)
    own, ingested = index_targets((str(documents),), settings, folder / "indexes", progress)
    # Answers are recorded, as a server records them: it is part of a whole answer.
    own = own.model_copy(update={"record_conversations": True, "depth": "fast", "chat_model": None})
    progress("ask: asking", 1, 2)
    measured = run_worker(WORKER, ["--settings", to_argument(own), "--questions", str(n_questions)])
    progress("ask", 2, 2)
    return summarise(measured, int(ingested.get("n_passages", 0)))


def summarise(measured: dict[str, Any], n_passages: int) -> BenchResult:
    """Turn the times into figures: percentiles, ratios at the same percentile, a line a stage."""
    lines = [Line("passages", n_passages, "", None, None, None, *at_least(n_passages, N_PASSAGES, ""))]
    for percent in (50, 95):
        ask, embed = (float(np.percentile(measured[name], percent)) for name in ("ask_ms", "embed_ms"))
        goal = at_most(ask / embed, TIMES_EMBED, "times") if percent == 50 else (None, None)
        lines.append(Line(f"answer p{percent}", ask, "ms", "embed alone", embed, ask / embed, *goal))
    for stage, times in measured["stages"].items():
        p50, p95 = (float(np.percentile(times, percent)) for percent in (50, 95))
        lines.append(Line(f"  stage {stage} p50", p50, "ms", "p95", p95))
    peak = float(measured["peak_rss_mb"])
    lines.append(Line("peak memory", peak, "MB", None, None, None, *at_most(peak, PEAK_MB, "MB")))
    return BenchResult(
        "ask", tuple(lines), {"questions": len(measured["ask_ms"]), "outcomes": measured["outcomes"]}
    )
