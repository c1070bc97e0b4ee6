"""The language of a question that follows others, told from a few words and from what was spoken before."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.language import detect, rank
from helpdesk_bot.marking import mark
from helpdesk_bot.phrases import languages

_FEW_WORDS = 6
"""Up to here the detector alone is not believed: it tells languages by their letters, and there are few."""
_SURE = 0.8
_ANY_CHANCE = 0.03
_SPOKEN_BEFORE = 0.25
"""What it counts that the question before was in this language, beside a probability and a share of words."""


def language_of(text: str, before: Sequence[str]) -> str:
    """Return the language of a question after others; ``und`` where nothing tells.

    A few words are too little for the detector. What the catalogues' lists
    know of them, and the language spoken so far, are weighed in.
    """
    ranked = dict(rank(text)[:8])
    first = next(iter(ranked.items()), None)
    if first is None:
        return before[-1] if before else "und"
    if before and before[-1] not in languages() and ranked.get(before[-1], 0.0) >= _ANY_CHANCE:
        return before[-1]  # no catalogue speaks for it, and those of its neighbours would
    if first[1] >= _SURE or len(mark(text, first[0]).words) > _FEW_WORDS:
        return detect(text)
    candidates = {code for code, chance in ranked.items() if chance >= _ANY_CHANCE} | set(before)
    scores = {
        code: ranked.get(code, 0.0) + _share(text, code) + _SPOKEN_BEFORE * (code in before[-1:])
        for code in sorted(candidates)
    }
    return max(scores, key=lambda code: scores[code]) if scores else detect(text)


def _share(text: str, language: str) -> float:
    """Return the share, 0..1, of the words that a language's catalogue knows."""
    if language not in languages():
        return 0.0
    marked = mark(text, language)
    named = {at for thing in marked.things if thing.code for at in range(thing.first, thing.last)}
    known = sum(bool(lists) or at in named for at, lists in enumerate(marked.lists))
    return known / len(marked.words) if marked.words else 0.0
