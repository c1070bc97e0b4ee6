"""A conversation read turn by turn, each question resolved on the ones before it, without a language model.

What is carried from turn to turn is a `Thread`: the question that the
conversation turns on, and the last one where it points to that. So a chain
holds ("And in Lithuania?", "And in Poland?"), and a new subject cuts it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from helpdesk_bot.answers import Turn
from helpdesk_bot.follow_ups import Leaning, lean
from helpdesk_bot.marking import Marked, mark
from helpdesk_bot.spoken_language import language_of
from helpdesk_bot.stand_alone import said
from helpdesk_bot.thread import LONGEST_CARRIED, Thread, grown

MOST_TURNS = 20
"""Earlier questions that are read; what lies further back is forgotten."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier question with what is known of its answer: its words, the documents that it cited."""

    question: str
    answer: str = ""
    documents: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Carried:
    """What a follow-up takes over from the turns before it.

    ``entities``: what the earlier questions named. ``filters``: those asked
    with, empty where they are not known. ``documents``: ids of those cited
    since the subject was last changed. ``wants_others``: more of the same is
    asked for, so these documents are not what is wanted.
    """

    entities: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    wants_others: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question as it stands alone, with the language that this is written in.

    ``reads`` is what is asked of the passages that ``stand_alone`` finds; ``asks``
    is the text whose question words show what is asked for: of
    "What did it cost?" that, of "And in Lithuania?" the question before
    (``asks_as_before``). ``otherwise``: the same question as a follow-up, where it
    seems to stand alone but names nothing.
    """

    text: str
    language: str
    is_follow_up: bool
    stand_alone: str
    stand_alone_language: str
    reads: str
    asks: str
    asks_language: str
    asks_as_before: bool
    carried: Carried
    otherwise: Resolved | None = None


def with_shown(turns: Sequence[Turn], recorded: Sequence[Earlier]) -> tuple[Earlier, ...]:
    """Return the user's turns, each with the answer behind it and what is recorded of the same question."""
    known = {earlier.question: earlier for earlier in recorded}
    found: list[Earlier] = []
    for turn in turns:
        if turn.role == "user":
            earlier = known.get(turn.text, Earlier(turn.text))
            found.append(replace(earlier, question=turn.text))
        elif found:
            found[-1] = replace(found[-1], answer=turn.text)
    return tuple(found)


def resolve(
    text: str, history: Sequence[Earlier], *, language: str | None, default_language: str
) -> Resolved:
    """Return a question as it stands alone after the questions before it.

    Args:
        text: the question, cleaned, NFC.
        history: the earlier questions, the oldest first.
        language: the language that the asker chose for the answer, if any.
        default_language: where the question's own cannot be told.
    """
    thread: Thread | None = None
    for earlier in history[-MOST_TURNS:]:
        question = " ".join(unicodedata.normalize("NFC", earlier.question).split())
        if any(char.isalnum() for char in question):
            thread = _followed(thread, _carried_part(question), earlier, language, default_language)
    if thread is None:
        spoken = language_of(text)
        return alone(text, spoken if spoken != "und" else (language or default_language))
    resolved, _ = _resolved(thread, text, language, default_language)
    return resolved


def alone(text: str, language: str) -> Resolved:
    """Return a question that leans on nothing."""
    return Resolved(text, language, False, text, language, text, text, language, False, Carried())


def _followed(
    thread: Thread | None, question: str, earlier: Earlier, language: str | None, default_language: str
) -> Thread | None:
    resolved, further = _resolved(thread, question, language, default_language)
    if further is None:
        return None
    kept = further.documents if resolved.is_follow_up else ()
    documents = tuple(dict.fromkeys((*kept, *earlier.documents)))
    filters = earlier.filters or (further.filters if resolved.is_follow_up else {})
    return replace(further, answer=earlier.answer, documents=documents, filters=filters)


def _resolved(
    thread: Thread | None, text: str, chosen: str | None, default_language: str
) -> tuple[Resolved, Thread | None]:
    before = () if thread is None else (thread.root.language, thread.last().language)
    spoken = language_of(text, before)
    asked = mark(text, spoken if spoken != "und" else (chosen or default_language))
    if thread is not None:
        leaning = lean(asked, thread.last())
        if leaning.how != "alone":
            further = grown(thread, asked, leaning)
            return _as_follow_up(thread, further, asked, leaning), further
        whole = replace(alone(text, asked.language), otherwise=_otherwise(thread, asked, leaning))
        return whole, _begun(thread, asked)
    return alone(text, asked.language), _begun(thread, asked)


def _otherwise(thread: Thread, asked: Marked, leaning: Leaning) -> Resolved | None:
    """Return a question that names nothing as a follow-up, however whole it is by its words."""
    if not asked.words or any(thing.sort not in ("year", "number") for thing in asked.things):
        return None
    leaning = replace(leaning, how="pointing")
    return _as_follow_up(thread, grown(thread, asked, leaning), asked, leaning)


def _begun(thread: Thread | None, asked: Marked) -> Thread | None:
    """Return the thread of a question that stands alone; thanks alone change no subject."""
    if all(lists & {"courtesies", "links"} for lists in asked.lists):
        return thread
    head, sign, rest = asked.text.partition(". ")
    first = mark(head, asked.language)
    if sign and rest and not first.own() and not first.things:  # "Thanks, that helps. What ...?"
        return _begun(thread, mark(rest, asked.language))
    return Thread(asked)


def _as_follow_up(thread: Thread, further: Thread, asked: Marked, leaning: Leaning) -> Resolved:
    last = further.last()
    things = dict.fromkeys(thing.text for thing in (*thread.root.things, *thread.last().things))
    entities = tuple(text for text in things if last.mentions(text) and not asked.mentions(text))
    asks = further.tail or further.root
    return Resolved(
        text=asked.text,
        language=asked.language,
        is_follow_up=True,
        stand_alone=last.text,
        stand_alone_language=last.language,
        reads=further.read(),
        asks=asks.text,
        asks_language=asks.language,
        asks_as_before=further.tail is None or further.tail.text != said(asked, leaning),
        carried=Carried(entities, thread.filters, thread.documents, leaning.how == "more"),
    )


def _carried_part(question: str) -> str:
    """Return an earlier question, or the end of a long one, which is where a long one asks."""
    if len(question) <= LONGEST_CARRIED:
        return question
    last = re.split(r"(?<=[.?!。？！])\s*", question.rstrip())
    sentence = next((part for part in reversed(last) if part), question)
    if len(sentence) <= LONGEST_CARRIED:
        return sentence
    return sentence[-LONGEST_CARRIED:].partition(" ")[2] or sentence[-LONGEST_CARRIED:]
