"""Which words stand for each other in aligned texts: IBM Model 1, both ways.

Brown et al. 1993, https://aclanthology.org/J93-2003: expectation maximisation
over which word of the one side each word of the other comes from.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

_ROUNDS = 6
_NOTHING = ""  # what a word comes from that the other side lacks
_LEAST_SEEN = 3.0

Tokens = Sequence[str]
_Table = Mapping[tuple[str, str], float]


def translations(aligned: Sequence[tuple[Tokens, Tokens]]) -> dict[str, tuple[str, float]]:
    """Return for each word of the first side the best word of the second.

    Args:
        aligned: the words of pieces of text that say the same.

    Returns:
        the word, and the geometric mean of its probability both ways, 0..1.
    """
    forth, seen = _probabilities(aligned)
    back, _ = _probabilities([(second, first) for first, second in aligned])
    best: dict[str, tuple[str, float]] = {}
    for (target, source), probability in forth.items():
        if source == _NOTHING or seen[source] < _LEAST_SEEN:
            continue
        score = math.sqrt(probability * back.get((source, target), 0.0))
        if score > best.get(source, (_NOTHING, 0.0))[1]:
            best[source] = (target, score)
    return best


def _probabilities(aligned: Sequence[tuple[Tokens, Tokens]]) -> tuple[_Table, Mapping[str, float]]:
    """Return the probability of (second word, first word), and how often each first word was used."""
    table: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
    totals: dict[str, float] = {}
    for _ in range(_ROUNDS):
        counts: dict[tuple[str, str], float] = defaultdict(float)
        totals = defaultdict(float)
        for first, second in aligned:
            origins = [*first, _NOTHING]
            for word in second:
                whole = sum(table[word, origin] for origin in origins)
                for origin in origins:
                    share = table[word, origin] / whole
                    counts[word, origin] += share
                    totals[origin] += share
        table = {pair: count / totals[pair[1]] for pair, count in counts.items()}
    return table, totals
