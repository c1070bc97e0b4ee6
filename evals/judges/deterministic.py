"""A judge without a model: words and numbers, the same verdict on every machine.

What it does, in order:

1. A hypothesis that stands in the premise word for word (NFC, case and white
   space apart, not within a longer word or number) is entailed. This decides
   nearly every sentence of an engine that quotes.
2. A number of the hypothesis that no number of the premise can mean: not
   entailed (``12 000``, ``12,000`` and ``12.000`` can mean the same).
3. Within one language: every acronym must stand in the premise; the hypothesis
   must be negated if and only if the sentence of the premise that it shares
   most with is (word lists of `negations.toml`; another language: no check);
   and words that carry at least ``coverage`` of the hypothesis's letters must
   stand in the premise. Weighing by letters lets the short words, which are
   mostly grammar, count little without a list of them; words match by a common
   beginning too, so inflection mostly does not matter.
4. Between two languages words cannot be compared. With an embedder the cosine
   similarity must reach ``similarity``; without one the judge is undecided and
   says so, since either verdict would be a guess.

What it cannot do, plainly. It has no notion of meaning: a paraphrase in other
words is refused, and a sentence that puts the premise's words together
otherwise (who did what to whom, "all" for "some", "may" for "must", a cause for
a coincidence) is accepted. Numbers in words are not seen, nor units and what a
number counts. A premise that quotes a statement in order to deny it entails the
statement by rule 1. So it is a check on quoting and on figures, fit for
comparing versions of one system; to judge what a language model writes, use a
chat model (`evals.judges.chat`) and read samples of its verdicts.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.errors import JudgeUndecided
from evals.judges.figures import missing_numbers
from evals.measures.normalisation import squash
from index.analysis import words
from index.sentences import sentence_spans

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Takes n texts, gives ``(n, dim)`` vectors of unit norm."""

COVERAGE = 0.75
SIMILARITY = 0.85
VERSION = 1
"""Raise it with every change that can change a verdict: verdicts are kept under it."""

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_STEM_CHARS = 4
_STEM_SHARE = 0.6


class WordJudge:
    """Judges by words and numbers; see the module for what that can and cannot tell."""

    def __init__(
        self,
        embed: Embed | None = None,
        embedder: str | None = None,
        *,
        coverage: float = COVERAGE,
        similarity: float = SIMILARITY,
    ) -> None:
        """Make a judge.

        Args:
            embed: a multilingual embedder, for texts of two languages.
            embedder: its name and version; needed with ``embed``, since the
                verdicts depend on it.
            coverage: least share of the hypothesis's letters, 0..1.
            similarity: least cosine similarity between languages, -1..1.

        Raises:
            ValueError: ``embed`` without its name.
        """
        if embed is not None and not embedder:
            raise ValueError("name the embedder: the judge's verdicts depend on it")
        self._embed, self._embedder = embed, embedder
        self._coverage, self._similarity = coverage, similarity

    def entails(self, premise: str, premise_language: str, hypothesis: str, hypothesis_language: str) -> bool:
        """Return the verdict; see `evals.judges.protocol.EntailmentJudge`."""
        if not words(hypothesis):
            return False
        if stands_in(hypothesis, premise):
            return True
        if missing_numbers(hypothesis, premise):
            return False
        first, second = premise_language.split("-")[0], hypothesis_language.split("-")[0]
        if first == second or "und" in (first, second):
            return self._same_language(premise, hypothesis, first if first == second else "und")
        if self._embed is None:
            raise JudgeUndecided(
                f"words of {first} and {second} cannot be compared; give an embedder or take judge 'chat'"
            )
        vectors = self._embed([premise, hypothesis])
        return bool(float(vectors[0] @ vectors[1]) >= self._similarity)

    def _same_language(self, premise: str, hypothesis: str, language: str) -> bool:
        given = _units(premise)
        if not _acronyms(hypothesis) <= set(words(premise)):
            return False
        if _covered(hypothesis, given) < self._coverage:
            return False
        return _nearest_is_negated(premise, hypothesis, language) == is_negated(hypothesis, language)

    def describe(self) -> Mapping[str, Any]:
        """Return name, version and thresholds."""
        return {
            "name": "deterministic",
            "version": VERSION,
            "model": None,
            "prompt_sha256": None,
            "coverage": self._coverage,
            "embedder": self._embedder,
            "similarity": self._similarity if self._embed else None,
        }


def stands_in(part: str, whole: str) -> bool:
    """Return whether a text stands in another word for word, not within a longer word."""
    needle, hay = squash(part), squash(whole)
    start = hay.find(needle)
    while start >= 0:
        end = start + len(needle)
        if not _joined(hay, start) and not _joined(hay, end):
            return True
        start = hay.find(needle, start + 1)
    return False


def _joined(text: str, position: int) -> bool:
    """Return whether a word or number goes on over a position (scripts without spaces: never)."""
    if not 0 < position < len(text):
        return False
    left, right = text[position - 1], text[position]
    if left in ".," and right.isdigit() and position > 1 and text[position - 2].isdigit():
        return True  # 3|.5: the number goes on
    if right in ".," and left.isdigit() and text[position + 1 : position + 2].isdigit():
        return True
    return left.isalnum() and right.isalnum() and not (_UNSPACED.match(left) or _UNSPACED.match(right))


def _nearest_is_negated(premise: str, hypothesis: str, language: str) -> bool:
    """Return whether the sentence that shares most with the hypothesis is negated."""
    if not is_negated(premise, language):
        return False
    nearest = max(
        (premise[start:end] for start, end in sentence_spans(premise, 0, len(premise), language)),
        key=lambda sentence: _covered(hypothesis, _units(sentence)),
    )
    return is_negated(nearest, language)


def is_negated(sentence: str, language: str) -> bool:
    """Return whether a sentence holds a word of negation; False for a language without a list."""
    patterns = _negations().get(language)
    if patterns is None:
        return False
    negation, exceptions = patterns
    text = unicodedata.normalize("NFC", sentence).casefold().replace("’", "'")
    return bool(negation.search(exceptions.sub(" ", text) if exceptions else text))


@lru_cache(maxsize=1)
def _negations() -> Mapping[str, tuple[re.Pattern[str], re.Pattern[str] | None]]:
    table = tomllib.loads(resources.files("evals.judges").joinpath("negations.toml").read_text("utf-8"))
    return {
        language: (
            re.compile(
                "|".join(
                    [rf"\b{re.escape(word)}\b" for word in rules["words"]]
                    + [rf"{re.escape(ending)}\b" for ending in rules["endings"]]
                )
            ),
            re.compile("|".join(rf"\b{re.escape(phrase)}\b" for phrase in rules["not_these"]))
            if rules["not_these"]
            else None,
        )
        for language, rules in table.items()
    }


def _units(text: str) -> dict[str, list[str]]:
    """Return the words by their first letters; runs of a script without spaces as pairs of characters."""
    by_stem: dict[str, list[str]] = {}
    for unit in _split(text):
        by_stem.setdefault(unit[:_STEM_CHARS], []).append(unit)
    return by_stem


def _split(text: str) -> list[str]:
    found = words(text)
    if not _UNSPACED.search(text):
        return found
    units: list[str] = []
    for word in found:
        if _UNSPACED.search(word) and len(word) > 1:
            units += [word[position : position + 2] for position in range(len(word) - 1)]
        else:
            units.append(word)
    return units


def _covered(hypothesis: str, given: Mapping[str, Sequence[str]]) -> float:
    """Return the share of the hypothesis's letters in words that are given, 0..1."""
    wanted = _split(hypothesis)
    there = [
        unit for unit in wanted if any(_same_word(unit, other) for other in given.get(unit[:_STEM_CHARS], ()))
    ]
    return sum(map(len, there)) / max(1, sum(map(len, wanted)))


def _same_word(left: str, right: str) -> bool:
    if left == right:
        return True
    if left[0].isdigit() or min(len(left), len(right)) < _STEM_CHARS:
        return False
    n_common = next(
        (place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b),
        min(len(left), len(right)),
    )
    return n_common >= _STEM_CHARS and n_common >= _STEM_SHARE * max(len(left), len(right))


def _acronyms(text: str) -> set[str]:
    """Return the words in capitals, case folded; none of a text that is in capitals throughout."""
    if not any(char.islower() for char in text):
        return set()
    return {word.casefold() for word in re.findall(r"[^\W_]{2,}", text) if word.isupper()}
