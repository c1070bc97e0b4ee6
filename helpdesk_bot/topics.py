"""What a question is about, as far as its words show it."""

from __future__ import annotations

import re

from helpdesk_bot.marking import Marked

_COMMON_ACRONYM = re.compile(r"[A-Z]{2,3}|[A-Z]{2,5}s")
"""AI, SMEs: behind a preposition ("barriers for SMEs") not what a question is about, as a project is."""


def about(root: Marked) -> str | None:
    """Return the one thing that a question is about, if it says nothing else itself ("What is MOSAICO?")."""
    subjects = [thing for thing in root.things if thing.sort in ("identifier", "name")]
    places = [thing for thing in root.things if thing.sort in ("place", "belonging")]
    if len(subjects) != 1 or places or root.own():
        return None
    subject = subjects[0]
    common = subject.sort == "name" or bool(_COMMON_ACRONYM.fullmatch(subject.text))
    return None if common and root.preposition(subject) is not None else subject.text


def topic(root: Marked) -> str:
    """Return a question without the words that ask: "Which regions use AI?" is about regions use AI."""
    asking = {"interrogatives", "question_openings", "introductions", "definitions"}
    before = asking | {"links", "courtesies", "articles", "prepositions", "details"}
    first, last = 0, len(root.words)
    while first < last and root.lists[first] & before:
        first += 1
    while last > first and root.lists[last - 1] & asking:
        last -= 1
    return root.span(first, last).replace(" (", ", ").replace("(", "").replace(")", "")
