"""Whether a question asks for several things, so that the answer is a list."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cache

from helpdesk_bot.asked_kinds import OPENING_WORDS, asks_for
from helpdesk_bot.phrase_matching import PhraseBook, Word, phrase_book, words_of
from helpdesk_bot.phrases import catalogue, languages

MOST_COUNTED = 20
"""A larger number before a noun counts what the documents tell of, not what is asked for."""

_ADJECTIVES = 2
"""Words that may stand between a number and what it counts: "five very important reasons"."""

_SINGULAR = ("ss", "us", "is", "ís", "és")
"""Endings of words that end like a plural and are none: process, status, país."""

_COMMA = re.compile(r"[,،;:]")

_SHORTEST_PLURAL = 4
"""Letters; "is", "was" and "has" end like a plural."""


def asks_for_several(text: str, language: str) -> bool:
    """Tell whether a question asks for several things: by its asking words, or by a number of them.

    Args:
        text: the question, NFC.
        language: its two-letter code; of one without a catalogue nothing is told.
    """
    if language not in languages():
        return False
    words = words_of(text)
    places = range(len(words))
    single = _single(words, language)
    if any(_listed(words, at, language, single) for at in places):
        return True
    if any(_plural(words, at, language, single) and _asks_first(text, words, at, language) for at in places):
        return True
    # "How many took part in the three projects?" has a number, and asks for one.
    return "number" not in asks_for(text, language) and any(_counted(words, at, language) for at in places)


def _listed(words: Sequence[Word], at: int, language: str, single: Set[int]) -> bool:
    """Tell whether a phrase stands here that asks for several; one word ("list") does so in opening alone."""
    length = _several(language).longest(words, at)[0]
    while length and at + length - 1 in single:  # "các cổng đóng khi nào": that is "when"
        length = _several(language).longest(words[: at + length - 1], at)[0]
    return length > 1 or (length == 1 and at < OPENING_WORDS)


def _plural(words: Sequence[Word], at: int, language: str, single: Set[int]) -> bool:
    """Tell whether an asking word stands here that a plural follows, perhaps behind a word describing it."""
    shapes = catalogue(language).shapes
    if words[at].folded not in shapes.plural_asking or at + 1 == len(words):
        return False
    if not shapes.plural_endings or _is_plural(words, at + 1, language, single):
        return True
    # "Which company makes software?": behind a noun that is a verb.
    length = _is_number(words, at + 1, language) or int(_describes(words[at + 1], language))
    behind = at + 1 + length
    return (
        length > 0
        and _is_plural(words, behind, language, single)
        and not _has_object(words, behind + 1, language)
    )


def _has_object(words: Sequence[Word], at: int, language: str) -> bool:
    """Tell whether an object follows, so that the word before is a verb: "Which hospital reports this?"."""
    leaning = catalogue(language).follow_up
    return at < len(words) and words[at].folded in {*leaning["articles"], *leaning["pronouns"]}


def _is_plural(words: Sequence[Word], at: int, language: str, single: Set[int]) -> bool:
    if at >= len(words) or at in single:
        return False
    word = words[at].folded
    return (
        len(word) >= _SHORTEST_PLURAL
        and word.endswith(catalogue(language).shapes.plural_endings)
        and not word.endswith(_SINGULAR)
        and word not in catalogue(language).follow_up["question_openings"]
    )


def _describes(word: Word, language: str) -> bool:
    """Tell whether a word describes the one behind it: an adjective, or an acronym ("AI systems")."""
    describing = catalogue(language).shapes.describing
    if word.folded in describing or word.folded.endswith(_endings(language)):
        return True
    return bool(describing) and len(word.text) > 1 and word.text.isupper()


def _asks_first(text: str, words: Sequence[Word], at: int, language: str) -> bool:
    """Tell whether a word is the first that asks, or stands behind a comma: "who decides which systems"."""
    earlier = [place for place in range(at) if _asking(language).longest(words, place)[0]]
    return not earlier or bool(_COMMA.search(text[words[earlier[-1]].end : words[at].start]))


def _single(words: Sequence[Word], language: str) -> Set[int]:
    """Return the places of words that look like several things, and are none."""
    found: set[int] = set()
    for at in range(len(words)):
        length = _looking(language).longest(words, at)[0]
        found |= {at + length - 1} if length else set()
    return found


def _counted(words: Sequence[Word], at: int, language: str) -> bool:
    """Tell whether a number stands here that counts what is asked for: "three examples", "ba lý do"."""
    length = _is_number(words, at, language)
    behind = range(at + length, min(at + length + _ADJECTIVES + 1, len(words)))
    return length > 0 and any(_things(language).longest(words, place)[0] for place in behind)


def _is_number(words: Sequence[Word], at: int, language: str) -> int:
    """Return how many words a number of 2 to `MOST_COUNTED` takes here, 0 where none stands."""
    if words[at].folded.isdecimal():
        return int(2 <= int(words[at].folded) <= MOST_COUNTED)
    return _numbers(language).longest(words, at)[0]


@cache
def _several(language: str) -> PhraseBook:
    return phrase_book({"several": catalogue(language).shapes.several})


@cache
def _looking(language: str) -> PhraseBook:
    return phrase_book({"single": catalogue(language).shapes.single})


@cache
def _asking(language: str) -> PhraseBook:
    return phrase_book({"asking": catalogue(language).clauses.asking})


@cache
def _endings(language: str) -> tuple[str, ...]:
    return tuple(word[1:] for word in catalogue(language).shapes.describing if word.startswith("-"))


@cache
def _things(language: str) -> PhraseBook:
    return phrase_book({"counted": catalogue(language).shapes.counted})


@cache
def _numbers(language: str) -> PhraseBook:
    values = catalogue(language).checks.numbers
    return phrase_book({"numbers": [word for word, value in values.items() if 2 <= value <= MOST_COUNTED]})
