"""Whether a question leans on the ones before it, and how; decided by its words, not by its length.

A question that says by itself what it is about stands alone, however short
("What is GDPR?"). One leans that opens as the end of another ("And in
Lithuania?"), points to what was said ("What did it cost?"), asks for more of
the same ("Other projects?"), or has no word of its own ("Who pays?").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from helpdesk_bot.marking import SYLLABIC, Marked, Thing
from helpdesk_bot.pointers import pointers_of

How = Literal["alone", "fragment", "pointing", "bare", "more", "details"]

_LONGEST_FRAGMENT = 8
"""Words; a longer text without a question word is a search of its own."""
_LONGEST_TOPIC = 3
"""Own words after "what about"; with more it says by itself what it is about."""
_LONGEST_AFTER_AND = 2
_MOST_BESIDE_A_POINTER = 4
"""Own words and names; with more a question says by itself what it is about, whatever "it" is in it."""
_LONGEST_ELSEWHERE = (3, 24)
"""Words and characters of a follow-up in a language that has no catalogue."""

_ASKING = ("interrogatives", "question_openings", "introductions", "definitions", "not_pointing")
_LIGHT = frozenset(("persons", "places", "pronouns", "weak_pronouns", "prepositions", "articles", "joints"))


@dataclass(frozen=True, slots=True)
class Leaning:
    """How a question leans; what it says itself is its words from ``first`` to before ``last``.

    ``pointers`` are the half-open spans of words that point to what was said before.
    """

    how: How
    first: int
    last: int
    pointers: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the words of a question show; ``weight``: how many of them make one word of another language."""

    asked: Marked
    before: Marked
    first: int
    last: int
    opening: str
    closed: bool
    pointed: bool
    own: tuple[int, ...]
    things: tuple[Thing, ...]
    weight: int

    def has(self, *names: str) -> bool:
        """Tell whether a word of the question itself is in one of these lists."""
        return any(self.asked.has(name, self.first, self.last) for name in names)

    def speaking(self) -> tuple[Thing, ...]:
        """Return the things that say by themselves what a question is about."""
        return tuple(thing for thing in self.things if thing.sort in ("name", "identifier"))

    def known(self) -> bool:
        """Tell whether the question before has all of the own words, whatever their endings."""
        beginnings = {word.folded[:4] for word in self.before.words}
        return all(self.asked.words[at].folded[:4] in beginnings for at in self.own)


def lean(asked: Marked, before: Marked) -> Leaning:
    """Return how a question leans on the one before it, itself resolved."""
    whole = len(asked.words)
    if not any(len(word.text) > 1 or word.text.isdigit() for word in asked.words):
        return Leaning("alone", 0, whole)
    if not any(asked.lists):
        return Leaning(_elsewhere(asked, before), 0, whole)
    first, last, opening, closed = _core(asked)
    if first == last:
        more = any(lists & {"links", "closings"} and "courtesies" not in lists for lists in asked.lists)
        return Leaning("details" if more else "alone", 0, whole)
    pointers = pointers_of(asked, first, last)
    reading = _Reading(
        asked,
        before,
        first,
        last,
        opening,
        closed,
        bool(pointers),
        asked.own(first, last),
        asked.named(first, last),
        2 if asked.language in SYLLABIC else 1,
    )
    return Leaning(_how(reading), first, last, pointers)


def _how(reading: _Reading) -> How:
    asks = reading.has(*_ASKING)
    speaking = reading.speaking()
    if reading.has("details") and not reading.own and not speaking:
        return "details"
    if reading.pointed:
        return _pointing(reading, asks=asks)
    if not speaking and _wants_more(reading) and reading.known():
        return "more"
    if reading.opening == "topics":
        return "fragment" if len(reading.own) <= _LONGEST_TOPIC * reading.weight else "alone"
    if reading.has("definitions"):
        return "alone"
    return _asking(reading) if asks else _without_question(reading)


def _pointing(reading: _Reading, *, asks: bool) -> How:
    """Judge a text with a pronoun that points back."""
    if not asks and reading.has("pronouns") and reading.things and not reading.own:
        return "fragment"  # "And Estonian ones?"
    said = len(reading.own) + reading.weight * len(reading.speaking())
    if said > _MOST_BESIDE_A_POINTER * reading.weight:
        return "alone"
    light = all(lists & _LIGHT for lists in reading.asked.lists[reading.first : reading.last])
    return "details" if light else "pointing"


def _asking(reading: _Reading) -> How:
    """Judge a whole question in which nothing points back, by whether it says what it is about."""
    presents = reading.has("introductions")
    half_a_word = reading.weight > len(reading.own) and not presents
    if not reading.speaking() and (not reading.own or half_a_word):
        if reading.opening or (reading.things and not reading.has("generic")):
            return "fragment" if reading.things else "bare"
        return "bare" if all(thing.sort in ("year", "number") for thing in reading.things) else "alone"
    if reading.speaking() or presents or len(reading.own) > _LONGEST_AFTER_AND * reading.weight:
        return "alone"
    # "How large are the grants?" after a question of grants in Sweden is one of these.
    less = len(reading.own) < len(reading.before.own()) and reading.before.things and not reading.things
    return "bare" if reading.opening or (less and reading.known()) else "alone"


def _without_question(reading: _Reading) -> How:
    """Judge a text that asks nothing by itself: the end of the question before, or a search of its own."""
    n_own = len(reading.own)
    if reading.last - reading.first > _LONGEST_FRAGMENT * reading.weight:
        return "alone"
    placed = "prepositions" in reading.asked.lists[reading.first] and n_own <= _LONGEST_TOPIC * reading.weight
    if reading.opening or reading.closed or placed:
        return "fragment"
    if n_own:
        return "alone"
    if not reading.things:
        return "bare"
    sorts = {thing.sort for thing in reading.before.things}
    return "fragment" if all(thing.sort in sorts for thing in reading.speaking()) else "alone"


def _elsewhere(asked: Marked, before: Marked) -> How:
    """Judge a question of a language that has no catalogue: a few words that name nothing new lean."""
    words, characters = _LONGEST_ELSEWHERE
    sorts = {thing.sort for thing in before.things}
    named = [thing for thing in asked.things if thing.sort in ("name", "identifier")]
    if len(asked.words) > words or len(asked.text) > characters:
        return "alone"
    if any(thing.sort not in sorts or len(asked.words) > thing.last - thing.first + 1 for thing in named):
        return "alone"  # "Mikä on MOSAICO?", what is MOSAICO
    return "fragment" if asked.things else "bare"


def _wants_more(reading: _Reading) -> bool:
    """Tell whether "other", "more" stands beside what it is more of, or by itself."""
    lists, first, last = reading.asked.lists, reading.first, reading.last
    beside = frozenset({"generic", "others"})
    return any(
        "others" in lists[at]
        and (
            not reading.own
            or (at + 1 < last and bool(lists[at + 1] & beside))
            or (at > first and bool(lists[at - 1] & beside))
        )
        for at in range(first, last)
    )


def _core(asked: Marked) -> tuple[int, int, str, bool]:
    """Return where the question itself begins and ends, its opening's list, whether a closing follows."""
    first, last, opening, closed = 0, len(asked.words), "", False
    while first < last:
        name = next((n for n in ("topics", "links", "courtesies") if n in asked.lists[first]), None)
        if name is None or opening == "topics":
            break
        opening = name if name != "courtesies" else opening
        first = asked.until(first)
    while last - 1 > first and "closings" in asked.lists[last - 1]:
        if not opening and "interrogatives" in asked.lists[last - 1]:
            break  # in Vietnamese "How does it work?" ends so, and "What about ...?" too
        last -= 1
        closed = True
    return first, last, opening, closed
