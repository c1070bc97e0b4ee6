"""Two texts that grew from one: shown side by side, and put together by choice without losing either."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from api.review_view.texts import Working

Choice = Literal["mine", "theirs", "both"]
Sentence = Mapping[str, Any]

ALIKE = 0.4
"""Share of common words from which a sentence counts as an edited form of another."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Part:
    """A place in both texts: the same there, or different with a choice to make.

    ``advice``: what only one of the two changed is theirs or mine; what both changed, both.
    """

    mine: tuple[Sentence, ...]
    theirs: tuple[Sentence, ...]
    same: bool
    advice: Choice


def parts(mine: Sequence[Sentence], theirs: Sequence[Sentence], base: Sequence[Sentence]) -> tuple[Part, ...]:
    """Return two texts place by place, aligned by the text that both began with."""
    found = []
    my_places, their_places = _places(base, mine), _places(base, theirs)
    for place, (a, b) in enumerate(zip(my_places, their_places, strict=True)):
        begun = (
            (base[place // 2],) if place % 2 else ()
        )  # odd: a sentence of the base; even: what was put between
        if a or b:
            found.append(_part(a, b, begun))
    return tuple(found)


def _part(mine: tuple[Sentence, ...], theirs: tuple[Sentence, ...], begun: tuple[Sentence, ...]) -> Part:
    a, b, before = ([_key(one) for one in side] for side in (mine, theirs, begun))
    advice: Choice = "theirs" if a in (before, b) else "mine" if b == before else "both"
    return Part(mine, theirs, a == b, advice)


def combine(found: Sequence[Part], choices: Mapping[int, str], mine: Working, theirs: Working) -> Working:
    """Return the text that the choices make; a part without a choice keeps both."""
    sentences: list[dict[str, Any]] = []
    for number, part in enumerate(found):
        choice = "mine" if part.same else choices.get(number, "both")
        chosen = {"mine": part.mine, "theirs": part.theirs}.get(choice, (*part.theirs, *part.mine))
        sentences += [dict(one) for one in chosen]
    citations = {one["citation_id"]: one for one in (*theirs.citations, *mine.citations)}
    used = {cited for one in sentences for cited in one["citations"]}
    return Working(sentences, [one for key, one in citations.items() if key in used])


def _places(base: Sequence[Sentence], text: Sequence[Sentence]) -> list[tuple[Sentence, ...]]:
    """Return what stands before, at and between the sentences of the base: ``2 * len(base) + 1`` runs."""
    pairs = _aligned(base, text)
    runs: list[tuple[Sentence, ...]] = []
    at = 0
    for index in range(len(base)):
        partner = pairs.get(index)
        if partner is None:
            runs += [(), ()]
        else:
            runs += [tuple(text[at:partner]), (text[partner],)]
            at = partner + 1
    return [*runs, tuple(text[at:])]


def _aligned(base: Sequence[Sentence], text: Sequence[Sentence]) -> dict[int, int]:
    """Return which sentence each of the base became: the order is kept, the most words in common win."""
    alike = [[_likeness(one, other) for other in text] for one in base]
    best = [[0.0] * (len(text) + 1) for _ in range(len(base) + 1)]
    for i in reversed(range(len(base))):
        for j in reversed(range(len(text))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + alike[i][j])
    pairs: dict[int, int] = {}
    i = j = 0
    while i < len(base) and j < len(text):
        if alike[i][j] and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            pairs[i] = j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likeness(one: Sentence, other: Sentence) -> float:
    a, b = (frozenset(_WORD.findall(str(text["text"]).casefold())) for text in (one, other))
    if a == b:
        return 1.0
    share = len(a & b) / max(1, len(a | b))
    return share if share >= ALIKE else 0.0


def _key(sentence: Sentence) -> tuple[str, tuple[str, ...]]:
    return (" ".join(str(sentence["text"]).split()), tuple(sorted(sentence["citations"])))
