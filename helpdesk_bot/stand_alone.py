"""Writing the question that stands alone: what a follow-up leaves out, put back from the question before.

Nothing is made up: the words come from the two questions, and the name of a
place may change its language. Where no place for the words can be told, the
two are set side by side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpdesk_bot.follow_ups import Leaning
from helpdesk_bot.marking import SYLLABIC, Marked, mark
from helpdesk_bot.pointers import pointers_of
from helpdesk_bot.swapping import in_language, inner
from helpdesk_bot.topics import about, topic

_TAIL = re.compile(r"[\s?!.;:¿¡？！。…]*$")
_LONGEST_PHRASE = 3
_LEAST_BEFORE = 2
"""Words in a phrase that may give way to another, and before it: in "Which libraries in towns lend
books?" nothing tells where the phrase ends."""
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
    return f"{base.text} {asked.text}"


def said(asked: Marked, leaning: Leaning) -> str:
    """Return what a follow-up says itself, as a question: without "and", "what about", "then"."""
    head = "¿" if "¿" in asked.text[: asked.words[leaning.first].start] else ""
    return f"{head}{_begun(asked.span(leaning.first, leaning.last))}{_tail(asked.text) or '?'}"


def pointed(root: Marked, asked: Marked, named: Sequence[str] = ()) -> str:
    """Return a question with what it points to in it.

    Args:
        root: the question that the conversation turns on.
        asked: the follow-up, see `said`.
        named: further names to be carried, from the answer before.
    """
    pointers = pointers_of(asked, 0, len(asked.words))
    subject = about(root)
    if len(pointers) == 1 and not named:
        if subject is not None and _may_be_replaced(asked, pointers[0]):
            return _begun(_replaced(asked, pointers[0], subject))
        place = _place_pointed_to(root, asked, pointers[0])
        if subject is None and place is not None:
            return _begun(_replaced(asked, pointers[0], place))
    if named and len(pointers) == 1 and _may_be_replaced(asked, pointers[0]):
        asked = mark(_begun(_replaced(asked, pointers[0], " / ".join(named))), asked.language)
    body, tail = _parted(asked.text)
    carried = [subject or topic(root), *named]
    missing = [text for text in carried if text and not asked.mentions(text)]
    return f"{body} ({'; '.join(missing)}){tail}" if missing else asked.text


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
