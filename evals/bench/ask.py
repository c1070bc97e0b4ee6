"""``bench ask``: how long a warm, whole extractive answer takes over 10,000 passages, at both depths.

Baseline: embedding the same questions alone, in the same process, each right
before it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
N_PASSAGES, TIMES_EMBED, DEEP_MS, PEAK_MB = 10_000, 8.0, 1200.0, 1500.0
PERCENTS = (50, 95)


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
        n_questions: how many are asked at each depth after the warm-up.
    """
    documents = write_documents(recipe, folder / f"documents-{recipe.n_documents}-{recipe.n_sections}")
    progress("ask: making the index", 0, 2)
    own, ingested = index_targets((str(documents),), settings, folder / "indexes", progress)
    # Answers are recorded, as a server records them: it is part of a whole answer.
    own = own.model_copy(update={"record_conversations": True, "chat_model": None})
    progress("ask: asking", 1, 2)
    measured = run_worker(WORKER, ["--settings", to_argument(own), "--questions", str(n_questions)])
    progress("ask", 2, 2)
    return summarise(measured, int(ingested.get("n_passages", 0)))


def summarise(measured: Mapping[str, Any], n_passages: int) -> BenchResult:
    """Turn the times into figures: percentiles, ratios at the same percentile, a line a stage.

    The figures at depth `fast` have the names that they had before there were two depths.
    """
    depths = {name: _percentiles(times) for name, times in measured["depths"].items()}
    lines = [Line("passages", n_passages, "", None, None, None, *at_least(n_passages, N_PASSAGES, ""))]
    for depth, figures in depths.items():
        suffix = "" if depth == "fast" else f", {depth}"
        for percent in PERCENTS:
            name = f"p{percent}"
            ask, embed = figures["answer"][name], figures["embed alone"][name]
            goal, met = _goal(depth, ask, embed) if percent == 50 else (None, None)
            figure = f"answer {name}{suffix}"
            lines.append(Line(figure, ask, "ms", "embed alone", embed, ask / embed, goal, met, depth))
        for stage, found in figures["stages"].items():
            name = f"  stage {stage} p50{suffix}"
            lines.append(Line(name, found["p50"], "ms", "p95", found["p95"], depth=depth))
    peak = float(measured["peak_rss_mb"])
    lines.append(Line("peak memory", peak, "MB", None, None, None, *at_most(peak, PEAK_MB, "MB")))
    return BenchResult("ask", tuple(lines), _conditions(measured["depths"]), depths)


def _goal(depth: str, ask: float, embed: float) -> tuple[str, bool]:
    return at_most(ask / embed, TIMES_EMBED, "times") if depth == "fast" else at_most(ask, DEEP_MS, "ms")


def _conditions(depths: Mapping[str, Any]) -> dict[str, Any]:
    first = next(iter(depths.values()))
    n_asked = len(first["ask_ms"])
    return {
        "questions": n_asked,
        "outcomes": {name: times["outcomes"] for name, times in depths.items()},
        "read by the trained reader": {
            name: f"{times['n_read']} of {len(times['ask_ms'])}" for name, times in depths.items()
        },
    }


def _percentiles(times: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "answer": _of(times["ask_ms"]),
        "embed alone": _of(times["embed_ms"]),
        "stages": {name: _of(taken) for name, taken in times["stages"].items()},
    }


def _of(times: Sequence[float]) -> dict[str, float]:
    return {f"p{percent}": float(np.percentile(times, percent)) for percent in PERCENTS} | {"n": len(times)}
