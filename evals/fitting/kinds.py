"""Count how often the kind of thing that is asked for is absent from where the answer is.

    python -m evals.fitting.kinds var/fitting/observations.jsonl

Over the development questions that `evals.fitting.answerability` asked (its
observations): of those asking for a number, a share, a time, money or a
contact whose answer is among the quotes, the share where it is absent all the
same (`helpdesk_bot.answerability.features`, ``kind_absent``). What it prints
stands in `helpdesk_bot.answerability.MISS_RATES`, rounded.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from evals.fitting.observations import Observation, read_observations
from helpdesk_bot.expected_kinds import KINDS

PRIOR = 1.0
"""Added to both counts (Laplace), since few questions ask for money."""


def miss_rates(observations: Iterable[Observation]) -> dict[str, tuple[float, int]]:
    """Return, for each kind, the share of answers that lack it, and of how many questions."""
    missing: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for each in observations:
        if each.kind is None or not each.answers:
            continue
        asked[each.kind] += 1
        missing[each.kind] += each.features["kind_absent"] > 0
    return {kind: ((missing[kind] + PRIOR) / (asked[kind] + 2 * PRIOR), asked[kind]) for kind in KINDS}


def main(argv: Sequence[str] | None = None) -> int:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("observations", type=Path, help="JSON lines of the fit of the calibration")
    for kind, (rate, n) in miss_rates(read_observations(parser.parse_args(argv).observations)).items():
        print(f"{kind}: {rate:.3f} of {n}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
