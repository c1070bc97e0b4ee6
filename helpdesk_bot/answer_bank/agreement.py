"""Whether two questions, in any two languages, name the same things: what keeps near misses apart.

Two questions of one subject lie close together by meaning however they differ
in a year, a place or a name, and that is where a wrong answer does harm. So
these have to agree, whatever the similarity says. A doubt counts as a difference:
the question then takes the ordinary way, and nothing is lost but time.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.expected_kinds import most_specific
from helpdesk_bot.marking import Marked, is_identifier, mark
from helpdesk_bot.phrase_matching import PhraseBook, phrase_book, words_of
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.question_parts import count_parts
from helpdesk_bot.review.negation import denies

_NUMBER = re.compile(r"(?<![^\W\d_])\d+(?:[.,'\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d+)?")
_BETWEEN_THOUSANDS = re.compile(r"[.,'\u00a0\u202f ](?=\d{3}(?!\d))")
_SAYING_NOTHING = frozenset({"articles", "courtesies", "closings"})
_ANYTHING = "anything"
_SHARED_LETTERS = 4
"""Of a name's beginning: what inflection leaves alone (Stockholms, Warszawie)."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names, in a form that languages share.

    ``names`` are runs of words with capitals and identifiers; ``words`` all words of the question,
    since a question typed in small letters has no names to see; ``telling`` are those but articles
    and courtesies. ``kind``: what it asks for, where its language has a catalogue
    (`expected_kinds.KINDS`); ``about``: ``person``, ``place`` or ``reason``, where its first asking
    word is one for these. ``denies``: whether it holds a word that denies, where that can be told.
    """

    language: str
    numbers: frozenset[str]
    places: frozenset[str]
    names: frozenset[str]
    words: frozenset[str]
    telling: frozenset[str]
    kind: str | None
    about: str | None
    denies: bool | None
    has_catalogue: bool
    n_parts: int


@lru_cache(maxsize=4096)
def named(text: str, language: str) -> Named:
    """Return what a question, NFC, of this language names."""
    marked = mark(text, language)
    places = {thing.code for thing in marked.things if thing.code is not None}
    names = {
        _plain(word.text)
        for thing in marked.things
        if thing.sort in ("identifier", "name")
        for word in words_of(thing.text)
    }
    numbers = {_digits(number) for number in _NUMBER.findall(_western(text))}
    known = language in languages()
    return Named(
        language=language,
        numbers=frozenset(numbers),
        places=frozenset(places),
        names=frozenset(name for name in names if not name.isdigit()),
        words=frozenset(_plain(word.text) for word in words_of(text)),
        telling=frozenset(
            _plain(word.text)
            for word, lists in zip(marked.words, marked.lists, strict=True)
            if not lists & _SAYING_NOTHING
        ),
        kind=most_specific(asks_for(text, language)) if known else None,
        about=_about(marked) if known else None,
        # The last word of a question may ask and not deny: Vietnamese "có ... không?".
        denies=denies(text[: marked.words[-1].start] if marked.words else text, language),
        has_catalogue=known,
        n_parts=count_parts(text, language),
    )


def differ(one: Named, other: Named) -> str | None:
    """Return in what two questions differ, ``None`` where they agree.

    Within one language the words have to be the same but for their order and inflection, articles
    and courtesies: there two questions about different things are closest by meaning (when it began,
    when it ended), and another wording becomes a phrasing of its own when an expert merges it.

    Returns:
        ``numbers``, ``places``, ``names``, ``kind``, ``about``, ``negation``, ``parts`` or ``words``.
    """
    if one.numbers != other.numbers:
        return "numbers"
    if one.places != other.places:
        return "places"
    if not (_holds(other, one.names) and _holds(one, other.names)):
        return "names"
    if one.has_catalogue and other.has_catalogue and one.kind != other.kind:
        return "kind"
    if one.has_catalogue and other.has_catalogue and one.about != other.about:
        return "about"
    if None not in (one.denies, other.denies) and one.denies != other.denies:
        return "negation"
    if one.n_parts != other.n_parts:
        return "parts"
    if one.language != other.language:
        return None
    return None if _holds(other, one.telling) and _holds(one, other.telling) else "words"


def _about(marked: Marked) -> str | None:
    """Return what the first asking word asks for, ``None`` where that may be anything."""
    book, shouted = _asking(marked.language), marked.text.isupper()
    for at, word in enumerate(marked.words):
        if not shouted and is_identifier(word.text):
            continue  # AI is not "ai", who
        _, names = book.longest(marked.words, at)
        if names:
            return None if _ANYTHING in names else min(names)
    return None


@cache
def _asking(language: str) -> PhraseBook:
    words = catalogue(language)
    told = {phrase for phrases in words.asks_about.values() for phrase in phrases}
    others = [phrase for phrase in words.follow_up["interrogatives"] if phrase not in told]
    return phrase_book({**words.asks_about, _ANYTHING: others})


def _holds(question: Named, names: frozenset[str]) -> bool:
    return all(any(_alike(name, word) for word in question.words) for name in names)


def _alike(name: str, word: str) -> bool:
    if name == word:
        return True
    shared = 0
    for one, two in zip(name, word, strict=False):
        if one != two:
            break
        shared += 1
    return shared >= max(_SHARED_LETTERS, (2 * max(len(name), len(word)) + 2) // 3)


def _digits(number: str) -> str:
    """Return a number without what stands between thousands: 5,000 and 5.000 are one number."""
    return _BETWEEN_THOUSANDS.sub("", number).replace(",", ".")


def _western(text: str) -> str:
    """Return a text with the digits of all scripts as 0 to 9."""
    return "".join(
        str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char for char in text
    )


def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFD", word.casefold())
    return "".join(char for char in folded if not unicodedata.combining(char)).replace("đ", "d")


def without_names(text: str, language: str) -> str:
    """Return a question without its names, places and numbers; as it is where hardly anything is left.

    A name outweighs the rest of a short question: what the two ask about it is compared by this.
    """
    marked = mark(text, language)
    taken = {at for thing in marked.things for at in range(thing.first, thing.last)}
    left = [word.text for at, word in enumerate(marked.words) if at not in taken]
    return " ".join(left) if len(left) >= 2 else text
