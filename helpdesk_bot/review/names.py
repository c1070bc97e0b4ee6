"""The names in a text, held against a text in any language: places by their code, others by their letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from helpdesk_bot.marking import Thing, mark
from helpdesk_bot.phrase_matching import words_of
from helpdesk_bot.place_names import belonging_name, name_of

LEAST_SHARED = 0.75
"""Share of the shorter word's letters that two forms of one name have in common from the front."""
MOST_ACRONYM = 6

_ORDINAL_OR_UNIT = re.compile(r"\d+[^\W\d_]{1,3}|[^\W\d_]{1,3}[23]")
"""18th, 3e, km2: the number in it is looked at as a number."""


_STEM = 4
"""Letters by which a word is known to belong to a place."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text that names are looked for in, and its language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A name that the evidence does not have.

    ``is_sure``: the name is one that languages write alike, or the evidence is
    in the text's own language; else it may be there under another name.
    """

    name: str
    is_sure: bool


def missing_names(text: str, language: str, evidence: Sequence[Evidence]) -> tuple[Missing, ...]:
    """Return the names of a text that no evidence has.

    Args:
        text: NFC.
        language: of the text, two letters.
        evidence: what it rests on.
    """
    places = {code for each in evidence for code in _places(each.text, each.language)}
    words = [word for each in evidence for word in _words(each.text)]
    same = any(each.language == language for each in evidence)
    found = []
    for thing in mark(text, language).things:
        if thing.sort in ("year", "number") or _ORDINAL_OR_UNIT.fullmatch(thing.text):
            continue
        if thing.code is not None and (thing.code in places or _is_alluded_to(thing.code, evidence)):
            continue
        if not _is_there(thing, words, all_words=same):
            found.append(Missing(thing.text, same or _is_alike_everywhere(thing)))
    return tuple(found)


def _is_alike_everywhere(thing: Thing) -> bool:
    """Tell whether other languages write it so too: a place is known in all, AI4Citizens is itself."""
    if thing.code is not None:
        return True
    # SME, KMU and PME are one thing, World War II is called otherwise elsewhere; MOSAICO2 is itself.
    if thing.sort != "identifier" or not thing.text.isascii() or not thing.text.isalnum():
        return False
    return any(char.isdigit() for char in thing.text) or not _is_acronym(thing.text)


def _is_alluded_to(code: str, evidence: Sequence[Evidence]) -> bool:
    """Tell whether a text has a word of a place's name in its language: Franzosen, European."""
    for each in evidence:
        names = (name_of(code, each.language), belonging_name(code, each.language))
        stems = [_plain(name.casefold()) for name in names if name and " " not in name]
        if any(_begin_alike(word, stem) for word in _words(each.text) for stem in stems):
            return True
    return False


def _begin_alike(word: str, stem: str) -> bool:
    return len(word) >= _STEM and len(stem) >= _STEM and word[:_STEM] == stem[:_STEM]


def _is_acronym(text: str) -> bool:
    return len(text) <= MOST_ACRONYM and sum(char.isupper() for char in text) >= 2


def _is_there(thing: Thing, words: Sequence[str], *, all_words: bool) -> bool:
    parts = [_plain(word.folded) for word in words_of(thing.text)]
    if not parts:
        return True
    if _is_acronym(thing.text) and _initials(thing.text, words):
        return True
    found = [any(_alike(part, word) for word in words) for part in parts]
    return all(found) if all_words else any(found)


def _alike(one: str, two: str) -> bool:
    if one == two:
        return True
    shorter = min(len(one), len(two))
    if shorter < 4 or any(char.isdigit() for char in one + two):
        return False
    shared = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), shorter)
    return shared >= 4 and shared >= LEAST_SHARED * shorter and max(len(one), len(two)) - shared <= 5


def _initials(acronym: str, words: Sequence[str]) -> bool:
    """Tell whether consecutive words begin with the letters of an acronym: AI and artificial intelligence."""
    letters = [_plain(char.casefold()) for char in acronym if char.isalpha() and char.isupper()]
    return len(letters) > 1 and any(
        all(word[:1] == letter for word, letter in zip(words[at : at + len(letters)], letters, strict=True))
        for at in range(len(words) - len(letters) + 1)
    )


@lru_cache(maxsize=512)
def _words(text: str) -> tuple[str, ...]:
    return tuple(
        _plain(part)
        for word in words_of(text)
        for part in dict.fromkeys((word.folded, *word.folded.split("-")))
        if part
    )


@lru_cache(maxsize=512)
def _places(text: str, language: str) -> frozenset[str]:
    return frozenset(thing.code for thing in mark(text, language).things if thing.code is not None)


def _plain(word: str) -> str:
    """Return a word without its marks: Lít-va and Litva, Île and Ile."""
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))
