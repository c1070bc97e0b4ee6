"""Writing the question that stands alone: what a follow-up leaves out, put back from the question before.

Nothing is made up: the words come from the two questions, and the name of a
place may change its language. Where no place for the words can be told, the
two are set side by side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk_bot.follow_ups import Leaning
from helpdesk_bot.marking import SYLLABIC, Marked, mark
from helpdesk_bot.phrases import question_mark
from helpdesk_bot.pointers import pointers_of
from helpdesk_bot.swapping import in_language, inner
from helpdesk_bot.topics import about, topic

_TAIL = re.compile(r"[\s?!.;:¿¡？！。…]*$")
_LONGEST_PHRASE = 3
_LEAST_BEFORE = 2
"""Words in a phrase that may give way to another, and before it: in "Which libraries in towns lend
books?" nothing tells where the phrase ends."""
_ASKING_ALONE = frozenset({"interrogatives", "prepositions", "closings", "links", "joints"})
_PHRASE_ENDS = frozenset({"prepositions", "joints", "interrogatives", "question_openings"})


def rephrased(base: Marked, asked: Marked, leaning: Leaning) -> str | None:
    """Return the base with a phrase replaced by one with the same preposition (in schools, in hospitals)."""
    if base.language != asked.language or "prepositions" not in asked.lists[leaning.first]:
        return None
    preposition = asked.words[leaning.first].folded
    for at in range(len(base.words) - 2, 0, -1):
        if base.words[at].folded == preposition:
            end = _end_of_phrase(base, at)
            if end is None:
                return None
            left, right = base.words[at].start, base.words[end - 1].end
            return base.text[:left] + inner(asked, leaning.first, leaning.last) + base.text[right:]
    return None


def _end_of_phrase(base: Marked, at: int) -> int | None:
    """Return where a preposition's phrase ends, ``None`` where only who knows the verb could tell."""
    longest = _LONGEST_PHRASE * (2 if base.language in SYLLABIC else 1)
    end = at + 1
    while end < len(base.words) and not base.lists[end] & _PHRASE_ENDS and not base.parted(end):
        end += 1
    light = {"articles", "prepositions"} | (set() if base.language in SYLLABIC else {"interrogatives"})
    before = sum(not lists & light for lists in base.lists[:at])
    n_words = end - at - 1
    told = before >= _LEAST_BEFORE or (n_words == 1 and end == len(base.words))
    return end if 0 < n_words <= longest and told else None


def extended(base: Marked, asked: Marked, leaning: Leaning) -> str:
    """Return the base with what the follow-up adds at its end."""
    body, tail = _parted(base.text)
    if base.language == asked.language and "prepositions" in asked.lists[leaning.first]:
        return f"{body} {inner(asked, leaning.first, leaning.last)}{tail}"
    things = asked.named(leaning.first, leaning.last)
    names = [in_language(thing, asked, base.language) for thing in things]
    return f"{body} ({', '.join(names) if names else asked.span(leaning.first, leaning.last)}){tail}"


def beside(base: Marked, asked: Marked) -> str:
    """Return both questions, the earlier first."""
    sign = "" if _tail(base.text).strip() else question_mark(base.language)
    return f"{base.text.rstrip()}{sign} {asked.text}"


def said(asked: Marked, leaning: Leaning) -> str:
    """Return what a follow-up says itself, as a question: without "and", "what about", "then"."""
    head = "¿" if "¿" in asked.text[: asked.words[leaning.first].start] else ""
    sign = _tail(asked.text) or question_mark(asked.language)
    return f"{head}{_begun(asked.span(leaning.first, leaning.last))}{sign}"


@dataclass(frozen=True, slots=True)
class StandAlone:
    """``text``: a follow-up with what it points to; ``reads``: what is asked of the passages it finds."""

    text: str
    reads: str


def pointed(root: Marked, asked: Marked, named: Sequence[str] = ()) -> StandAlone:
    """Return a question with what it points to: a name in it, else the whole question in front of it.

    Beside another question a reader would look for the answers to both, so it reads the follow-up alone,
    unless that says nothing by itself ("Since when?").

    Args:
        root: the question that the conversation turns on.
        asked: the follow-up, see `said`.
        named: further names to be carried, from the answer before.
    """
    subject = about(root)
    place = None if subject or named else _with_place(root, asked)
    if place is not None:
        return StandAlone(place, place)
    whole = _with_names(asked, subject, named, topic(root) if root.has("introductions") else "")
    if whole.mentions(subject or topic(root)):
        return StandAlone(whole.text, whole.text)
    both = beside(root, whole)
    says = whole.things or any(not lists & _ASKING_ALONE for lists in whole.lists)
    return StandAlone(both, whole.text if says else both)


def _with_names(asked: Marked, subject: str | None, named: Sequence[str], presented: str) -> Marked:
    """Return a question with names in the place of its pronoun, or in brackets behind it.

    ``presented``: what the question before asks to be told of ("What is e-residency?").
    """
    pointers = pointers_of(asked, 0, len(asked.words))
    replaceable = len(pointers) == 1 and _may_be_replaced(asked, pointers[0])
    if replaceable and (named or subject):
        names = " / ".join(named) if named else str(subject)
        asked = mark(_begun(_replaced(asked, pointers[0], names)), asked.language)
    body, tail = _parted(asked.text)
    missing = [text for text in (subject or presented, *named) if text and not asked.mentions(text)]
    return mark(f"{body} ({'; '.join(missing)}){tail}", asked.language) if missing else asked


def _with_place(root: Marked, asked: Marked) -> str | None:
    pointers = pointers_of(asked, 0, len(asked.words))
    place = _place_pointed_to(root, asked, pointers[0]) if len(pointers) == 1 else None
    return None if place is None else _begun(_replaced(asked, pointers[0], place))


def _place_pointed_to(root: Marked, asked: Marked, pointer: tuple[int, int]) -> str | None:
    """Return the place, with its preposition, that "there" stands for, if the follow-up says what it asks."""
    places = [thing for thing in root.things if thing.sort == "place"]
    if "places" not in asked.lists[pointer[0]] or len(places) != 1 or root.language != asked.language:
        return None
    if not asked.own():
        return None
    before = root.preposition(places[0])
    return root.span(places[0].first if before is None else before, places[0].last)


def _may_be_replaced(asked: Marked, pointer: tuple[int, int]) -> bool:
    """Tell whether a name can take the pronoun's place: no "its", no "which one", no elided word."""
    first, last = pointer
    elided = asked.text[asked.words[last - 1].end :][:1] in ("'", "’")
    return not (elided or asked.lists[first] & {"determiners", "places"} or last - first > 2)


def _replaced(asked: Marked, pointer: tuple[int, int], text: str) -> str:
    left, right = asked.words[pointer[0]].start, asked.words[pointer[1] - 1].end
    return asked.text[:left] + text + asked.text[right:]


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tail(text: str) -> str:
    found = _TAIL.search(text)
    return found.group() if found else ""


def _parted(text: str) -> tuple[str, str]:
    tail = _tail(text)
    return text[: len(text) - len(tail)], tail
