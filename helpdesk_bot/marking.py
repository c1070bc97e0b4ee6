"""A question with its words marked: which list of the catalogue they belong to, and what they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from helpdesk_bot.names_asked import NOUNS_WITH_CAPITALS
from helpdesk_bot.phrase_matching import PhraseBook, Word, phrase_book, words_of
from helpdesk_bot.phrases import catalogue, languages, question_mark
from helpdesk_bot.place_names import place_at

Sort = Literal["place", "belonging", "year", "number", "identifier", "name"]
"""What a named thing is: ``belonging`` is what belongs to a place (Latvian); an ``identifier`` is
written alike in every language (MOSAICO, AI4Citizens); a ``name`` is known by its capitals alone."""

SYLLABIC = frozenset({"vi"})
"""Languages that write spaces between syllables: what is one word elsewhere is about two."""

_NEVER_NAMES = frozenset(
    ("links", "topics", "pronouns", "determiners", "interrogatives", "question_openings", "introductions")
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:-(?:(?:19|20)\d\d|\d\d))?")


@dataclass(frozen=True, slots=True)
class Thing:
    """What a question names. ``first`` and ``last``: positions of words, half-open; ``code``: a place's."""

    sort: Sort
    text: str
    first: int
    last: int
    code: str | None = None
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A question: its words, the lists that each belongs to, and the things it names."""

    text: str
    language: str
    words: tuple[Word, ...]
    lists: tuple[frozenset[str], ...]
    things: tuple[Thing, ...]

    def has(self, name: str, first: int = 0, last: int | None = None) -> bool:
        """Tell whether a word from ``first`` to before ``last`` belongs to a list."""
        return any(name in lists for lists in self.lists[first:last])

    def named(self, first: int = 0, last: int | None = None) -> tuple[Thing, ...]:
        """Return the things that stand from word ``first`` to before ``last``."""
        until = len(self.words) if last is None else last
        return tuple(thing for thing in self.things if first <= thing.first and thing.last <= until)

    def own(self, first: int = 0, last: int | None = None) -> tuple[int, ...]:
        """Return the positions of the words in no list that name nothing: what the question is about."""
        until = len(self.words) if last is None else last
        taken = {at for thing in self.things for at in range(thing.first, thing.last)}
        return tuple(at for at in range(first, until) if not self.lists[at] and at not in taken)

    def span(self, first: int, last: int) -> str:
        """Return the text from word ``first`` to before ``last``, verbatim."""
        return self.text[self.words[first].start : self.words[last - 1].end] if first < last else ""

    def mentions(self, text: str) -> bool:
        """Tell whether these words stand in the question, an acronym in its capitals."""
        wanted = [_compared(word) for word in words_of(text)]
        own = [_compared(word) for word in self.words]
        return any(own[at : at + len(wanted)] == wanted for at in range(len(own) - len(wanted) + 1))

    def preposition(self, thing: Thing, first: int = 0) -> int | None:
        """Return the position, from ``first`` on, of the preposition before a thing, past an article."""
        at = thing.first - 1
        if at >= first and "articles" in self.lists[at] and not self.parted(at + 1):
            at -= 1
        if at < first or "prepositions" not in self.lists[at] or self.parted(at + 1):
            return None
        return at

    def until(self, at: int) -> int:
        """Return where the phrase ends that begins at a word."""
        end = at + 1
        while end < len(self.words) and self.lists[at] and self.lists[end] is self.lists[at]:
            end += 1
        return end

    def parted(self, at: int) -> bool:
        """Tell whether a sign stands between a word and the one before it."""
        return at == 0 or bool(self.text[self.words[at - 1].end : self.words[at].start].strip("'’ \t\n-"))


@cache
def book(language: str) -> PhraseBook | None:
    """Return the phrases of a language's ``[follow_up]``, ``None`` where it has no catalogue."""
    return phrase_book(catalogue(language).follow_up) if language in languages() else None


@lru_cache(maxsize=1024)
def mark(text: str, language: str) -> Marked:
    """Return a question, NFC, with its words marked as its language has them."""
    words, lists, shouted = _words_and_lists(text, language)
    things = _things(text, words, lists, language, shouted=shouted)
    return Marked(text, language, words, lists, things)


def mark_words(text: str, language: str) -> Marked:
    """Return a text with its words marked and no things: without the names of all places in that language."""
    words, lists, _ = _words_and_lists(text, language)
    return Marked(text, language, words, lists, ())


def _words_and_lists(text: str, language: str) -> tuple[tuple[Word, ...], tuple[frozenset[str], ...], bool]:
    words = words_of(text)
    phrases = book(language)
    shouted = text.isupper() and (len(words) > 1 or _is_known(words, phrases))
    return words, _lists(words, phrases, shouted=shouted), shouted


def _is_known(words: Sequence[Word], phrases: PhraseBook | None) -> bool:
    """Tell whether a lone word in capitals is one of a language ("WHY?") and no acronym ("AI", "IT")."""
    return (
        phrases is not None and len(words) == 1 < 3 <= len(words[0].text) and phrases.longest(words, 0)[0] > 0
    )


def _lists(words: Sequence[Word], phrases: PhraseBook | None, *, shouted: bool) -> tuple[frozenset[str], ...]:
    found: list[frozenset[str]] = []
    while len(found) < len(words):
        length, names = phrases.longest(words, len(found)) if phrases else (0, frozenset[str]())
        if not shouted and is_identifier(words[len(found)].text):
            length, names = 1, frozenset()  # AI is not "who" in Vietnamese, IT is not "it"
        found += [names] * max(length, 1)
    return tuple(found)


def _things(
    text: str, words: Sequence[Word], lists: Sequence[frozenset[str]], language: str, *, shouted: bool
) -> tuple[Thing, ...]:
    any_case = shouted or not any(w.text[0].isupper() and not is_identifier(w.text) for w in words[1:])
    found: list[Thing] = []
    at = 0
    while at < len(words):
        thing = _number(words, at)
        if thing is None:
            run = 0 if shouted else _run(text, words, lists, at, language)
            thing = _place(text, words, at, language, any_case=any_case)
            if run and (thing is None or run > thing.last):
                thing = _name(text, words, at, run)
        if thing is not None:
            found.append(thing)
        at = thing.last if thing else at + 1
    return tuple(found)


def _number(words: Sequence[Word], at: int) -> Thing | None:
    text = words[at].text
    if not text[0].isdigit() or any(char.isalpha() for char in text):
        return None
    return Thing("year" if _YEAR.fullmatch(text) else "number", text, at, at + 1)


def _place(text: str, words: Sequence[Word], at: int, language: str, *, any_case: bool) -> Thing | None:
    place = place_at(words, at, language, any_case=any_case)
    if place is None:
        return None
    last = at + place.n_words
    name = text[words[at].start : words[last - 1].end]
    return Thing("belonging" if place.belonging else "place", name, at, last, place.code, place.ending)


def _name(text: str, words: Sequence[Word], first: int, last: int) -> Thing:
    sort: Sort = "identifier" if any(is_identifier(word.text) for word in words[first:last]) else "name"
    return Thing(sort, text[words[first].start : words[last - 1].end], first, last)


def _compared(word: Word) -> str:
    return word.text if is_identifier(word.text) else word.folded


def is_identifier(word: str) -> bool:
    """Tell whether a word is written as no common word is: two capitals, or letters with digits."""
    capitals = sum(char.isupper() for char in word)
    return capitals >= 2 or (any(char.isdigit() for char in word) and any(char.isalpha() for char in word))


def _run(
    text: str, words: Sequence[Word], lists: Sequence[frozenset[str]], at: int, language: str
) -> int | None:
    """Return where the run of capitals ends that names something from this word on."""
    if not _is_capital(text, words, lists, at, language):
        return None
    last = at + 1
    while (
        last < len(words) and _joined(text, words, last) and _is_capital(text, words, lists, last, language)
    ):
        last += 1
    if any(is_identifier(word.text) for word in words[at:last]):
        return last
    if all(lists[at:last]):
        return None  # "Thành phố": common words alone
    if last - at == 1 and (language in NOUNS_WITH_CAPITALS or _opens(text, words, at)):
        return None
    asks = text.rstrip().endswith(("?", question_mark(language))) and last - at < len(words)
    if _opens(text, words, at) and language not in SYLLABIC and (asks or not book(language)):
        return None  # "Erbjuder Stockholm kurser?": a verb stands before the name
    return last


def _is_capital(
    text: str, words: Sequence[Word], lists: Sequence[frozenset[str]], at: int, language: str
) -> bool:
    word = words[at].text
    if is_identifier(word):
        return True
    if not word[0].isupper() or (len(word) == 1 and language not in SYLLABIC):
        return False
    if not lists[at]:
        return True
    if not _opens(text, words, at) and language not in NOUNS_WITH_CAPITALS:
        return not lists[at] & _NEVER_NAMES  # "Cần Thơ", "New York": common words within a name
    # "Projektet MOSAICO", "Thành phố Hồ Chí Minh": a word of the catalogue belongs to a name only within it.
    return (
        "generic" in lists[at] and at > 0 and _joined(text, words, at) and is_identifier(words[at - 1].text)
    )


def _opens(text: str, words: Sequence[Word], at: int) -> bool:
    """Tell whether a word opens a sentence, where a capital says nothing."""
    return at == 0 or any(sign in text[words[at - 1].end : words[at].start] for sign in ".?!:¿¡\n")


def _joined(text: str, words: Sequence[Word], at: int) -> bool:
    return text[words[at - 1].end : words[at].start] in (" ", "\u00a0", "-")
