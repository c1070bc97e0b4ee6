"""The words of a text, and which of a catalogue's phrases stand in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ANY_ENDING = "*"
ANY_WORD = "_"
_LETTERS = 3
"""By so many a phrase is found whose first word may end anyhow."""

_WORD = re.compile(r"\d+(?:[.,-]\d+)*(?![^\W_])|[^\W_]+(?:[-\u2010\u2011][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, folded for comparing, and its half-open span in code points."""

    text: str
    folded: str
    start: int
    end: int


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of an NFC text; an apostrophe parts words, a hyphen does not."""
    return tuple(Word(m.group(), _folded(m.group()), m.start(), m.end()) for m in _WORD.finditer(text))


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", word.casefold()).replace("\u2010", "-").replace("\u2011", "-")


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """Named lists of phrases, to be found in a text word by word.

    In a phrase ``*`` at the end of a word stands for any ending, and the word ``_`` for any word.
    Phrases are found by their first word, those whose first word may end anyhow by its first letters.
    """

    by_first: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    by_beginning: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]

    def longest(self, words: Sequence[Word], at: int) -> tuple[int, frozenset[str]]:
        """Return the length of the longest phrase that begins at a word, and its lists; 0 if none does."""
        length, names = 0, set[str]()
        first = words[at].folded
        letters = (first[:n] for n in range(min(len(first), _LETTERS) + 1))
        begun = (found for key in letters for found in self.by_beginning.get(key, ()))
        for phrase, name in (*self.by_first.get(first, ()), *begun):
            if len(phrase) >= length and _stands(phrase, words, at):
                if len(phrase) > length:
                    length, names = len(phrase), set()
                names.add(name)
        return length, frozenset(names)


def phrase_book(lists: Mapping[str, Sequence[str]]) -> PhraseBook:
    """Return a book of phrases by the name of their list."""
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    by_beginning: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, phrases in lists.items():
        for phrase in phrases:
            parts = tuple(_folded(part) for part in phrase.split())
            if parts[0].endswith(ANY_ENDING):
                stem = parts[0].removesuffix(ANY_ENDING)
                by_beginning.setdefault(stem[:_LETTERS], []).append((parts, name))
            else:
                by_first.setdefault(parts[0], []).append((parts, name))
    return PhraseBook(
        {first: tuple(found) for first, found in by_first.items()},
        {letters: tuple(found) for letters, found in by_beginning.items()},
    )


def _stands(phrase: tuple[str, ...], words: Sequence[Word], at: int) -> bool:
    if at + len(phrase) > len(words):
        return False
    return all(
        part in (ANY_WORD, word.folded)
        or (part.endswith(ANY_ENDING) and word.folded.startswith(part[: -len(ANY_ENDING)]))
        for part, word in zip(phrase, words[at:], strict=False)
    )
