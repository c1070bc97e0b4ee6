"""Count how often a sentence that answers lacks the kind of thing that is asked for.

    python -m evals.fitting.kinds ../shared/data/training

Over the training questions with answer spans (SQuAD 2.0's slice, SweQUAD-MC's
training part): the share of those asking for a number, a time, money or a
contact whose answer sentence, neighbours included, mentions none. What it
prints stands in `helpdesk_bot.answerability.MISS_RATES`, rounded.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from evals.datasets.reading_questions import ReadingQuestion
from evals.datasets.squad import read_squad
from evals.datasets.swequad import read_swequad
from helpdesk_bot.expected_kinds import KINDS, mentions, most_specific
from helpdesk_bot.understanding import asks_for
from index.sentences import sentence_spans

PRIOR = 1.0
"""Added to both counts (Laplace), since few questions ask for money."""


def miss_rates(questions: Iterable[ReadingQuestion]) -> dict[str, tuple[float, int]]:
    """Return, for each kind, the share of answering sentences without it, and of how many questions."""
    missing: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for question in questions:
        kind = most_specific(asks_for(question.question, question.language))
        if kind is None or not question.answers:
            continue
        around = _sentence_with_neighbours(question)
        asked[kind] += 1
        missing[kind] += not mentions(kind, around, question.language)
    return {kind: ((missing[kind] + PRIOR) / (asked[kind] + 2 * PRIOR), asked[kind]) for kind in KINDS}


def _sentence_with_neighbours(question: ReadingQuestion) -> str:
    text, place = question.context, question.answers[0].start_char
    spans = [
        span
        for line in re.finditer(r"[^\r\n]+", text)
        for span in sentence_spans(text, line.start(), line.end(), question.language)
    ]
    at = next((i for i, (start, end) in enumerate(spans) if start <= place < end), 0)
    return text[spans[max(0, at - 1)][0] : spans[min(len(spans) - 1, at + 1)][1]]


def main(argv: Sequence[str] | None = None) -> int:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the training sets")
    folder = parser.parse_args(argv).data
    sources = {
        "squad2-train-slice": read_squad(folder / "squad2-train-slice.en.json"),
        "swequad-mc-training": read_swequad(folder / "swequad-mc-training.sv.json"),
    }
    whole = [question for questions in sources.values() for question in questions]
    for name, questions in {**sources, "together": whole}.items():
        figures = {kind: f"{rate:.3f} of {n}" for kind, (rate, n) in miss_rates(questions).items()}
        print(name, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
