"""The measurement of ``bench ask``, in a fresh process: whole answers, the embedder alone, stages, memory."""

from __future__ import annotations

import argparse
import time
from typing import Any

from evals.bench.documents import questions
from evals.bench.processes import peak_rss_mb, report
from helpdesk_bot.answers import Question
from helpdesk_bot.settings import Settings

N_WARM = 20


def measure(settings: Settings, n_questions: int) -> dict[str, Any]:
    """Ask questions one at a time; before each, embed the same question alone.

    Returns:
        times in ms, one a question: ``ask_ms``, ``embed_ms``, and ``stages``
        by name; ``peak_rss_mb`` of this process.
    """
    from helpdesk_bot.helpdesk import open_helpdesk
    from index.embedding import open_embedder

    embedder = open_embedder(settings.embedder, settings.model_cache)
    helpdesk = open_helpdesk(settings, embedder)
    asked = questions(N_WARM + n_questions)
    ask_ms: list[float] = []
    embed_ms: list[float] = []
    stages: dict[str, list[float]] = {}
    outcomes: dict[str, int] = {}
    try:
        for number, text in enumerate(asked):
            begun = time.perf_counter()
            embedder.embed_queries([text])
            embedded = time.perf_counter()
            answer = helpdesk.ask(Question(text=text, depth="fast"))
            answered = time.perf_counter()
            if number < N_WARM:
                continue
            embed_ms.append((embedded - begun) * 1000)
            ask_ms.append((answered - embedded) * 1000)
            outcomes[answer.outcome] = outcomes.get(answer.outcome, 0) + 1
            for stage, duration in dict(answer.trace.get("timings_ms", {})).items():
                stages.setdefault(stage, []).append(float(duration))
    finally:
        helpdesk.close()
    return {
        "ask_ms": ask_ms,
        "embed_ms": embed_ms,
        "stages": stages,
        "outcomes": outcomes,
        "peak_rss_mb": peak_rss_mb(),
    }


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--settings", required=True, help="JSON of the settings")
    parser.add_argument("--questions", type=int, required=True)
    options = parser.parse_args()
    report(measure(Settings.model_validate_json(options.settings), options.questions))


if __name__ == "__main__":
    main()
