"""The measurement of ``bench ask``, in a fresh process: whole answers, the embedder alone, stages, memory."""

from __future__ import annotations

import argparse
import time
from typing import Any

from evals.bench.documents import questions
from evals.bench.processes import peak_rss_mb, report
from helpdesk_bot.answers import Depth, Question
from helpdesk_bot.settings import Settings

N_WARM = 20
DEPTHS: tuple[Depth, ...] = ("fast", "deep")
REST = "rest: recording, trace"
"""What no step has timed, so that the steps and this add up to the whole answer."""


def measure(settings: Settings, n_questions: int) -> dict[str, Any]:
    """Ask questions one at a time, each at both depths; before each time, embed the question alone.

    Which depth comes first takes turns, so that neither always finds what the other has warmed.

    Returns:
        ``depths``, by depth: times in ms, one a question: ``ask_ms``,
        ``embed_ms``, and ``stages`` by name; ``outcomes`` counted; ``n_read``,
        answers for which the trained reader read. ``peak_rss_mb`` of this process.
    """
    from helpdesk_bot.helpdesk import open_helpdesk
    from index.embedding import open_embedder

    embedder = open_embedder(settings.embedder, settings.model_cache)
    helpdesk = open_helpdesk(settings, embedder)
    asked = questions(N_WARM + n_questions)
    depths: dict[Depth, dict[str, Any]] = {
        depth: {"ask_ms": [], "embed_ms": [], "stages": {}, "outcomes": {}, "n_read": 0} for depth in DEPTHS
    }
    try:
        for number, text in enumerate(asked):
            for depth in DEPTHS if number % 2 == 0 else reversed(DEPTHS):
                begun = time.perf_counter()
                embedder.embed_queries([text])
                embedded = time.perf_counter()
                answer = helpdesk.ask(Question(text=text, depth=depth))
                answered = time.perf_counter()
                if number < N_WARM:
                    continue
                into = depths[depth]
                into["embed_ms"].append((embedded - begun) * 1000)
                into["ask_ms"].append((answered - embedded) * 1000)
                into["outcomes"][answer.outcome] = into["outcomes"].get(answer.outcome, 0) + 1
                into["n_read"] += "reader_answers" in answer.trace.get("features", {})
                stages = {name: float(taken) for name, taken in answer.trace["timings_ms"].items()}
                steps = sum(taken for name, taken in stages.items() if "." not in name)
                for stage, taken in {**stages, REST: into["ask_ms"][-1] - steps}.items():
                    into["stages"].setdefault(stage, []).append(taken)
    finally:
        helpdesk.close()
    return {"depths": depths, "peak_rss_mb": peak_rss_mb()}


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--settings", required=True, help="JSON of the settings")
    parser.add_argument("--questions", type=int, required=True)
    options = parser.parse_args()
    report(measure(Settings.model_validate_json(options.settings), options.questions))


if __name__ == "__main__":
    main()
