"""What is asked, in which language, and for what kind of thing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from corpus.language import detect
from helpdesk_bot.answers import Turn
from helpdesk_bot.phrases import catalogue, languages

FOLLOW_UP_CHARS = 36
"""A question of at most this many characters is read together with the one before it."""

OPENING_WORDS = 3
"""Within so many words a lone "when" opens the question."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """The question as it is searched.

    ``asks_for`` holds what the question words show (see `expected_kinds.KINDS`);
    ``stand_alone`` is the text that is searched, earlier questions included
    where the last one cannot stand alone.
    """

    question_language: str
    answer_language: str
    language_note: str | None
    stand_alone: str
    asks_for: tuple[str, ...]


def understand(
    text: str, *, language: str | None, history: tuple[Turn, ...], default_language: str
) -> Understanding:
    """Read a cleaned question.

    Args:
        text: the question, cleaned.
        language: the language of the answer, where the asker chose one.
        history: the earlier turns, the oldest first.
        default_language: what the answer is written in when the question's
            own language has no catalogue.
    """
    detected = detect(text)
    question_language = detected if detected != "und" else (language or default_language)
    wanted = language or question_language
    note = None
    if wanted not in languages():
        note = f"no catalogue for {wanted}, answered in {default_language}"
        wanted = default_language
    return Understanding(
        question_language=question_language,
        answer_language=wanted,
        language_note=note,
        stand_alone=_stand_alone(text, history),
        asks_for=asks_for(text, question_language),
    )


def asks_for(text: str, language: str) -> tuple[str, ...]:
    """Return the kinds that the question words of the language's catalogue show (`expected_kinds.KINDS`)."""
    if language not in languages():
        return ()
    folded = _folded(text)
    words = f" {folded} "
    # "When" far from the start joins two clauses: "who led the city when the report came".
    opening = f" {' '.join(folded.split()[:OPENING_WORDS])} "
    return tuple(
        kind
        for kind, phrases in sorted(catalogue(language).question_words.items())
        if any(
            f" {_folded(phrase)} " in (opening if kind == "time" and " " not in phrase else words)
            for phrase in phrases
        )
    )


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(
        "".join(char if char.isalnum() or unicodedata.combining(char) else " " for char in folded).split()
    )


def _stand_alone(text: str, history: tuple[Turn, ...]) -> str:
    earlier = [turn.text for turn in history if turn.role == "user"]
    if not earlier or len(text) > FOLLOW_UP_CHARS:
        return text
    return f"{earlier[-1]} {text}"
