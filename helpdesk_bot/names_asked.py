"""The names and numbers in a question: what any language writes alike, and a document has to hold."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise

_LEAST_OF_A_NAME = 4
_LONGEST_ENDING = 2
_LONG = 8
"""A name in a question may end otherwise than where it is told, by a letter or, from `_LONG` letters on,
two: "Nangs", "Tampereen"."""

_SENTENCE_ENDS = re.compile(r"[.!?…]\W*\s")
_LONGEST_ABBREVIATION = 3
"""A stop after one letter or a capital and so few characters may be that of "U.S.", "z. B." or "St."."""


def question_names(text: str) -> tuple[str, ...]:
    """Return the numbers, acronyms and names of a question, casefolded: what any language writes alike.

    A name is a word with a capital that does not open a sentence, or one that
    mixes letters with digits or capitals (``AI4Citizens``, ``eIDAS``). Of a
    compound it is the part up to its last capital or digit (``GovTech`` of
    "GovTech-labbet"): the rest is a common noun, and no document need join the two.
    """
    return tuple(_named_part(word).casefold() for word in _named_words(text))


def _named_words(text: str) -> tuple[str, ...]:
    found = list(re.finditer(r"\w[\w-]*", text))
    opening = {0} | {
        place
        for place, (before, word) in enumerate(pairwise(found), start=1)
        if not _may_be_short_for(before[0]) and _SENTENCE_ENDS.match(text, before.end(), word.start())
    }
    return tuple(
        match[0]
        for place, match in enumerate(found)
        if any(char.isdigit() for char in match[0])
        or any(char.isupper() for char in match[0][1:])
        or (place not in opening and match[0][0].isupper() and len(match[0]) > 1)
    )


def _may_be_short_for(word: str) -> bool:
    return len(word) == 1 or (len(word) <= _LONGEST_ABBREVIATION and word.istitle())


def _named_part(word: str) -> str:
    parts = word.split("-")
    while len(parts) > 1 and parts[-1] == parts[-1].casefold() and not any(map(str.isdigit, parts[-1])):
        parts.pop()
    return "-".join(parts)


def without_names(text: str) -> str | None:
    """Return the question without its numbers and names; ``None`` where it has none, or nothing is left."""
    names = {word.casefold() for word in _named_words(text)}
    left = [word for word in re.findall(r"\w[\w-]*", text) if word.casefold() not in names]
    return " ".join(left) if names and len(left) >= 2 else None


def stands_in(name: str, text: str, words: Collection[str]) -> bool:
    """Tell whether a name stands in a text, or less its ending: "Nangs", "Tampereen" of "Tampere"."""
    if name in text:
        return True
    ending = _LONGEST_ENDING if len(name) >= _LONG else 1
    shortest = max(_LEAST_OF_A_NAME, len(name) - ending)
    return name.isalpha() and any(name[:end] in words for end in range(shortest, len(name)))
