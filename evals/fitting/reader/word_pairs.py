"""Which word of one language means which of another, told from the training texts alone.

There are no questions across languages to learn from. Two ways, the surer one
first: what help pages put in the same place (`translation_table`); and the
bundled embedder, which places single words of all its languages in one space:
after each language's mean is taken away, the nearest word of another language
is often its translation (Lample et al. 2018, https://arxiv.org/abs/1710.04087,
whose measure against hubs is used). Words come from the sets marked for
training only.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from evals.datasets.gnome_help import read_gnome_help
from evals.datasets.parallel_rows import read_parallel_rows
from evals.datasets.squad import read_squad
from evals.datasets.swequad import read_swequad
from evals.fitting.reader.aligned_texts import Aligned, aligned_texts
from evals.fitting.reader.parallel import LANGUAGES
from evals.fitting.reader.translation_table import translations
from index.chunks import FloatArray
from index.embedding import Embedder

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
LEAST_LIKENESS, LEAST_PROBABILITY = 0.55, 0.25
"""Of a pair by the embedder (cosine) and by aligned texts (looked at by eye: most pairs above are right)."""
PIVOT = "en"
_NEIGHBOURS = 10
_LEAST_SEEN: Mapping[str, int] = {"en": 3, "sv": 3, "de": 2, "vi": 2}
_PAIR_SEEN, _PAIR_TOGETHER = 4, 2.5  # two Vietnamese syllables that are one word, by count and by log ratio


@dataclass(frozen=True, slots=True)
class WordPairs:
    """For two languages, a casefolded word and the word for it."""

    by_languages: Mapping[tuple[str, str], Mapping[str, str]]

    def of(self, word: str, source: str, target: str) -> str | None:
        """Return the word for a word, with its capital, ``None`` where none is known."""
        found = self.by_languages.get((source, target), {}).get(folded(word))
        if found is None:
            return None
        return found[0].upper() + found[1:] if word[0].isupper() else found


def folded(text: str) -> str:
    """Return text as words are compared."""
    return unicodedata.normalize("NFC", text).casefold()


def word_pairs(folder: Path, embedder: Embedder, sources: Sequence[str] = ("en", "sv")) -> WordPairs:
    """Find pairs from each source language to every other language of the training sets.

    Args:
        folder: the training sets.
        embedder: the bundled one; about 20,000 words are embedded.
        sources: languages to translate from.
    """
    words = vocabularies(folder)
    vectors = {code: _centred(embedder.embed_queries(found)) for code, found in words.items()}
    tables = _tables(aligned_texts(folder, embedder), {word for word in words["vi"] if " " in word})
    found = {
        (source, target): {
            **_pairs(words[source], vectors[source], words[target], vectors[target]),
            **tables.get((source, target), {}),
        }
        for source in sources
        for target in words
        if source != target
    }
    # Few texts are aligned without English: what it knows on both sides leads on.
    for (source, target), known in found.items():
        by_english = found.get((source, PIVOT), {})
        onwards = found.get((PIVOT, target), {})
        via = {word: onwards[middle] for word, middle in by_english.items() if middle in onwards}
        known.update({word: best for word, best in via.items() if word not in tables[source, target]})
    return WordPairs(found)


def _tables(aligned: Aligned, compounds: set[str]) -> dict[tuple[str, str], dict[str, str]]:
    found = {}
    for (one, other), texts in aligned.items():
        sides = [(_tokens(a, one, compounds), _tokens(b, other, compounds)) for a, b in texts]
        for pair, pieces in (((one, other), sides), ((other, one), [(b, a) for a, b in sides])):
            found[pair] = {
                word: best
                for word, (best, probability) in translations(pieces).items()
                if probability >= LEAST_PROBABILITY
            }
    return found


def _tokens(text: str, code: str, compounds: set[str]) -> list[str]:
    """Return the words of a text; two Vietnamese syllables that are one word, as one."""
    words = _words(text)
    if code != "vi":
        return words
    found: list[str] = []
    for word in words:
        if found and f"{found[-1]} {word}" in compounds:
            found[-1] = f"{found[-1]} {word}"
        else:
            found.append(word)
    return found


def vocabularies(folder: Path) -> dict[str, list[str]]:
    """Return the words of each language that are seen often enough; in Vietnamese of two syllables too."""
    texts: dict[str, list[str]] = {code: [] for code in LANGUAGES}
    for code, items in (
        ("en", read_squad(folder / "squad2-train-slice.en.json")),
        ("sv", read_swequad(folder / "swequad-mc-training.sv.json")),
    ):
        kept = list(items)
        texts[code] += [*dict.fromkeys(item.context for item in kept), *(item.question for item in kept)]
    for code in LANGUAGES:
        texts[code] += [page.text for page in read_gnome_help(folder / "gnome-help", code).values()]
    rows = read_parallel_rows(folder / "libreoffice-help-doc_vi-q_vi")
    texts["vi"] += dict.fromkeys(row.text for row in rows)
    counts = {code: Counter(word for text in found for word in _words(text)) for code, found in texts.items()}
    seen = {
        code: [word for word, n in found.items() if n >= _LEAST_SEEN[code]] for code, found in counts.items()
    }
    # Help pages name menus and commands in English.
    english = set(seen["en"])
    native = [word for word in seen["vi"] if not (word.isascii() and word in english)]
    seen["vi"] = [*native, *_two_syllables(texts["vi"], counts["vi"], set(native))]
    return seen


def _words(text: str) -> list[str]:
    return WORD.findall(folded(text))


def _two_syllables(texts: Iterable[str], counts: Counter[str], native: set[str]) -> list[str]:
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for clause in re.split(r"[^\w\s-]|\n", folded(text)):
            found = WORD.findall(clause)
            pairs.update(pairwise(found))
    total = sum(counts.values())
    return [
        f"{first} {second}"
        for (first, second), n in pairs.items()
        if n >= _PAIR_SEEN
        and {first, second} <= native
        and math.log(n * total / (counts[first] * counts[second])) > _PAIR_TOGETHER
    ]


def _centred(vectors: FloatArray) -> FloatArray:
    moved = vectors - vectors.mean(axis=0)
    unit: FloatArray = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return unit


def _pairs(
    source_words: Sequence[str], source: FloatArray, target_words: Sequence[str], target: FloatArray
) -> dict[str, str]:
    likeness = source @ target.T
    near_source = np.partition(likeness, -_NEIGHBOURS, axis=1)[:, -_NEIGHBOURS:].mean(axis=1)
    near_target = np.partition(likeness, -_NEIGHBOURS, axis=0)[-_NEIGHBOURS:].mean(axis=0)
    best = np.argmax(2 * likeness - near_source[:, None] - near_target[None], axis=1)
    return {
        word: target_words[at]
        for word, at, like in zip(source_words, best, likeness[np.arange(len(best)), best], strict=True)
        if like >= LEAST_LIKENESS and target_words[at] != word
    }
