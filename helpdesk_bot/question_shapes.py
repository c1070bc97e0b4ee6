"""Whether a question asks for several things, so that the answer is a list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from helpdesk_bot.phrase_matching import PhraseBook, Word, phrase_book, words_of
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.understanding import OPENING_WORDS, asks_for

MOST_COUNTED = 20
"""A larger number before a noun counts what the documents tell of, not what is asked for."""

_ADJECTIVES = 2
"""Words that may stand between a number and what it counts: "five very important reasons"."""

_SINGULAR = ("ss", "us", "is", "ís", "és")
"""Endings of words that end like a plural and are none: process, status, país."""

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
    if any(_listed(words, at, language) or _plural(words, at, language) for at in places):
        return True
    # "How many took part in the three projects?" has a number, and asks for one.
    return "number" not in asks_for(text, language) and any(_counted(words, at, language) for at in places)


def _listed(words: Sequence[Word], at: int, language: str) -> bool:
    """Tell whether a phrase stands here that asks for several; one word ("list") does so in opening alone."""
    length = _several(language).longest(words, at)[0]
    return length > 1 or (length == 1 and at < OPENING_WORDS)


def _plural(words: Sequence[Word], at: int, language: str) -> bool:
    """Tell whether an asking word stands here that a plural follows, perhaps behind an adjective."""
    shapes, phrases = catalogue(language).shapes, catalogue(language).follow_up
    following = [word.folded for word in words[at + 1 : at + 4]]
    if words[at].folded not in shapes.plural_asking or not following:
        return False
    if not shapes.plural_endings or _is_plural(following[0], language):
        return True
    # "Which company makes the ...": that is a verb; without articles nothing tells.
    articles = phrases["articles"]
    is_noun = bool(articles) and (len(following) < 3 or following[2] not in articles)
    return len(following) > 1 and is_noun and _is_plural(following[1], language)


def _is_plural(word: str, language: str) -> bool:
    return (
        len(word) >= _SHORTEST_PLURAL
        and word.endswith(catalogue(language).shapes.plural_endings)
        and not word.endswith(_SINGULAR)
        and word not in catalogue(language).follow_up["question_openings"]
    )


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
def _things(language: str) -> PhraseBook:
    return phrase_book({"counted": catalogue(language).shapes.counted})


@cache
def _numbers(language: str) -> PhraseBook:
    values = catalogue(language).checks.numbers
    return phrase_book({"numbers": [word for word, value in values.items() if 2 <= value <= MOST_COUNTED]})
