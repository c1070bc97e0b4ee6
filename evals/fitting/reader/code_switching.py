"""Examples whose words are partly those of another language.

Code-switching (Qin et al. 2020, https://arxiv.org/abs/2006.06402) stands in for
questions across languages, which no training set has: some words of the
question, or of the excerpt, are put into another language by
`evals.fitting.reader.word_pairs`; names, numbers and what has no pair stay.
"""

from __future__ import annotations

import random
from dataclasses import replace

from evals.fitting.reader.examples import Example
from evals.fitting.reader.parallel import LANGUAGES
from evals.fitting.reader.word_pairs import WORD, WordPairs

QUESTIONS, EXCERPTS = 0.5, 0.15
"""The shares of the examples whose question, or whose excerpt, is switched."""
_WORDS = 0.85
"""Of the words that have a pair."""


def switched(example: Example, language: str, pairs: WordPairs, rng: random.Random) -> Example:
    """Return an example as it is, or with its question or its excerpt switched.

    Args:
        example: one in a language from which there are pairs.
        language: of its question and excerpt, two letters.
        pairs: words and the words for them.
        rng: what decides.
    """
    target = rng.choice([code for code in LANGUAGES if code != language])
    draw = rng.random()
    if draw < QUESTIONS:
        return replace(example, question=_switch(example.question, language, target, pairs, rng)[0])
    if draw < QUESTIONS + EXCERPTS:
        excerpt, shifts = _switch(example.excerpt, language, target, pairs, rng)
        span = None
        if example.span is not None:
            span = (_moved(example.span[0], shifts, first=True), _moved(example.span[1], shifts, first=False))
        return replace(example, excerpt=excerpt, span=span)
    return example


def _switch(
    text: str, source: str, target: str, pairs: WordPairs, rng: random.Random
) -> tuple[str, list[tuple[int, int, int, int]]]:
    """Return the text with words put into another language, and each change: its old and its new place."""
    parts, changes, last, length = [], [], 0, 0
    for match in WORD.finditer(text):
        found = pairs.of(match[0], source, target)
        if found is None or rng.random() >= _WORDS:
            continue
        parts += [text[last : match.start()], found]
        length += match.start() - last
        changes.append((match.start(), match.end(), length, length + len(found)))
        length += len(found)
        last = match.end()
    return "".join([*parts, text[last:]]), changes


def _moved(char: int, changes: list[tuple[int, int, int, int]], *, first: bool) -> int:
    """Return where a span's end lies after the changes; inside a changed word it takes in the whole of it."""
    shift = 0
    for start, end, new_start, new_end in changes:
        if char < end and char > start:
            return new_start if first else new_end
        if char >= end:
            shift = new_end - end
        elif char <= start:
            break
    return char + shift
