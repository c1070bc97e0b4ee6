"""Words that tell a few questions from everything else: found by counting, in any language, without a list.

A word that stands in many other questions, or in many passages, says nothing
about a topic: "what", "vilka", "là". What is left is what it is about.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log

from helpdesk_bot.marking import SYLLABIC

Text = tuple[str, str]
"""A text, NFC or not, and its language, two letters."""

MOST_WORDS = 4
OF_THE_BEST = 0.6
"""A word is left out that tells less than this part of what the best one tells."""

_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True, slots=True)
class Background:
    """How many texts there are of each language, and in how many of them a word stands."""

    n_texts: Mapping[str, int]
    n_holding: Mapping[str, Counter[str]]

    def information(
        self, word: str, languages: Collection[str], n_own: int = 0, n_own_texts: int = 0
    ) -> float:
        """Return how much a word tells: -log of the share of texts, in these languages, that hold it.

        Args:
            word: casefolded.
            languages: of the texts that are looked at.
            n_own: how many texts of the topic itself, counted here too, hold it.
            n_own_texts: how many those are.

        Returns:
            nats, more than 0; half a text is added to both sides, so that nothing is known of no texts.
        """
        held = sum(self.n_holding[each][word] for each in languages if each in self.n_holding) - n_own
        n_texts = sum(self.n_texts.get(each, 0) for each in languages) - n_own_texts
        return log((max(n_texts, 0) + 1) / (max(held, 0) + 0.5))


def background(texts: Sequence[Text], words: Collection[str]) -> Background:
    """Count these words in texts."""
    wanted = frozenset(words)
    n_texts: Counter[str] = Counter()
    n_holding: dict[str, Counter[str]] = {}
    for text, language in texts:
        n_texts[language] += 1
        n_holding.setdefault(language, Counter()).update(words_in(text) & wanted)
    return Background(n_texts, n_holding)


def words_in(text: str) -> frozenset[str]:
    """Return the words of a text, casefolded."""
    return frozenset(_WORD.findall(_folded(text)))


def telling_words(topic: Sequence[Text], asked: Background, told: Background) -> tuple[str, ...]:
    """Return the words that questions on one thing share and others do not, the most telling first.

    In a language that writes syllables apart, neighbours are given as one: "đỗ xe".

    Args:
        topic: the questions; of a single one all words count as shared.
        asked: of all questions, those of the topic among them.
        told: of passages.

    Returns:
        at most `MOST_WORDS`.
    """
    languages = {language for _, language in topic}
    counts = Counter(word for text, _ in topic for word in words_in(text))
    worth = {
        word: n
        / len(topic)
        * (asked.information(word, languages, n, len(topic)) + told.information(word, languages))
        for word, n in counts.items()
        if n > 1 or len(topic) == 1
    }
    least = OF_THE_BEST * max(worth.values(), default=0.0)
    # Of words that tell as much the longer one: those of every day are short in all languages.
    chosen = sorted(
        (word for word in worth if worth[word] >= least),
        key=lambda word: (-round(worth[word], 6), -len(word), word),
    )
    return tuple(_joined(chosen, *topic[0]))[:MOST_WORDS]


def _joined(words: Sequence[str], text: str, language: str) -> list[str]:
    """Put the words together that stand side by side in a text of syllables, in the order of their best."""
    if language not in SYLLABIC:
        return list(words)
    folded, at = _folded(text), 0
    runs: list[list[str]] = []
    for match in _WORD.finditer(folded):
        if match.group() in words:
            stands_beside = runs and not folded[at : match.start()].strip()
            runs = [*runs[:-1], [*runs[-1], match.group()]] if stands_beside else [*runs, [match.group()]]
            at = match.end()
    runs.sort(key=lambda run: min(words.index(word) for word in run))
    inside = {word for run in runs for word in run}
    return [*dict.fromkeys(" ".join(run) for run in runs), *(word for word in words if word not in inside)]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
