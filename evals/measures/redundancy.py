"""redundancy: how much the cited quotes of one answer say again.

The share of repeated word 4-grams over all cited quotes, 1 - distinct / all
(``seq-rep-4`` of Welleck et al. 2020, https://arxiv.org/abs/1908.04319, on the
quotes instead of a model's text). 0: nothing stands there twice. The same quote
twice: 0.5. Words are found without knowing the language; of scripts without
spaces every character is a word. A 4-gram never spans two quotes. Lower is
better.

Undefined with fewer than two citations that quote something, and where no quote
has four words.
"""

from __future__ import annotations

import re

from evals.measures.observation import Observation
from index.analysis import words

N_WORDS = 4

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def redundancy(observation: Observation) -> float | None:
    """Return the share, 0..1, None where undefined."""
    quotes = [citation["quote"] for citation in observation.citations if citation.get("quote")]
    if len(quotes) < 2:
        return None
    grams = [gram for quote in quotes for gram in _grams(quote)]
    return 1 - len(set(grams)) / len(grams) if grams else None


def _grams(quote: str) -> list[tuple[str, ...]]:
    units = words(quote)
    if _UNSPACED.search(quote):
        units = [unit for word in units for unit in (word if _UNSPACED.search(word) else [word])]
    return list(zip(*(units[offset:] for offset in range(N_WORDS)), strict=False))
