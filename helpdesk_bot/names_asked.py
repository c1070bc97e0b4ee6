"""The names and numbers in a question: what any language writes alike, and a document has to hold."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise

from helpdesk_bot.places_asked import places_in

_LEAST_OF_A_NAME = 4
_LONGEST_ENDING = 2
_LONG = 8
"""A name in a question may end otherwise than where it is told, by a letter or, from `_LONG` letters on,
two: "Nangs", "Tampereen"."""

NOUNS_WITH_CAPITALS = frozenset({"de"})
"""Languages that write every noun with a capital, so that one word with a capital need be no name."""

_SENTENCE_ENDS = re.compile(r"[.!?…]\W*\s")
_LONGEST_ABBREVIATION = 3
"""A stop after one letter or a capital and so few characters may be that of "U.S.", "z. B." or "St."."""


def question_names(text: str, language: str) -> tuple[str, ...]:
    """Return the numbers, acronyms and names of a question, casefolded: what any language writes alike.

    A name is a word with a capital that does not open a sentence, or one that
    mixes letters with digits or capitals (``AI4Citizens``, ``eIDAS``). Of a
    compound it is the part up to its last capital or digit (``GovTech`` of
    "GovTech-labbet"): the rest is a common noun, and no document need join the two.
    In German a capital makes a name only beside another one ("Deutsche Bahn"), or of a country.

    Args:
        text: the question.
        language: of it, two letters.
    """
    return tuple(_named_part(word, language).casefold() for word in _named_words(text, language))


def _named_words(text: str, language: str) -> tuple[str, ...]:
    found = list(re.finditer(r"\w[\w-]*", text))
    opening = {0} | {
        place
        for place, (before, word) in enumerate(pairwise(found), start=1)
        if not _may_be_short_for(before[0]) and _SENTENCE_ENDS.match(text, before.end(), word.start())
    }
    with_capitals = {
        place
        for place, match in enumerate(found)
        if place not in opening and match[0][0].isupper() and len(match[0]) > 1
    }
    if language in NOUNS_WITH_CAPITALS:
        beside = [
            place
            for place in with_capitals
            if place + 1 in with_capitals and text[found[place].end() : found[place + 1].start()] == " "
        ]
        places = places_in(text, language)
        with_capitals = {place for place in with_capitals if found[place][0].casefold() in places}
        with_capitals |= {place + step for place in beside for step in (0, 1)}
    return tuple(
        match[0]
        for place, match in enumerate(found)
        if place in with_capitals or any(map(_is_written_as_a_name, _parts(match[0], language)))
    )


def _is_written_as_a_name(part: str) -> bool:
    return any(char.isdigit() or char.isupper() for char in part[1:]) or part[0].isdigit()


def _parts(word: str, language: str) -> list[str]:
    """Return what is looked at by itself: of "Online-Zugang" each word, of other compounds the whole."""
    return [part for part in word.split("-") if part] if language in NOUNS_WITH_CAPITALS else [word]


def _may_be_short_for(word: str) -> bool:
    return len(word) == 1 or (len(word) <= _LONGEST_ABBREVIATION and word.istitle())


def _named_part(word: str, language: str) -> str:
    parts = word.split("-")
    while len(parts) > 1 and _is_common(parts[-1], language):
        parts.pop()
    return "-".join(parts)


def _is_common(part: str, language: str) -> bool:
    if language in NOUNS_WITH_CAPITALS:
        return not part or not _is_written_as_a_name(part)
    return part == part.casefold() and not any(map(str.isdigit, part))


def without_names(text: str, language: str) -> str | None:
    """Return the question without its numbers and names; ``None`` where it has none, or nothing is left."""
    names = {word.casefold() for word in _named_words(text, language)}
    left = [word for word in re.findall(r"\w[\w-]*", text) if word.casefold() not in names]
    return " ".join(left) if names and len(left) >= 2 else None


def stands_in(name: str, text: str, words: Collection[str]) -> bool:
    """Tell whether a name stands in a text, or less its ending: "Nangs", "Tampereen" of "Tampere"."""
    if name in text:
        return True
    ending = _LONGEST_ENDING if len(name) >= _LONG else 1
    shortest = max(_LEAST_OF_A_NAME, len(name) - ending)
    return name.isalpha() and any(name[:end] in words for end in range(shortest, len(name)))
