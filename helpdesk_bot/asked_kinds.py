"""What kind of thing a question asks for: the words that show it stand in its language's catalogue.

The other side, where a text mentions such a thing, is `helpdesk_bot.expected_kinds`.
"""

from __future__ import annotations

import unicodedata

from helpdesk_bot.phrases import Catalogue, catalogue, languages
from helpdesk_bot.review.negation import denies

OPENING_WORDS = 3
"""Within so many words a lone "when" opens the question."""

_TAKEN = "#"
"""Stands for the words of a phrase that was found."""


def asks_for(text: str, language: str) -> tuple[str, ...]:
    """Return the kinds that the question words of the language's catalogue show (`expected_kinds.KINDS`).

    Money is asked for where cost is spoken of and nothing else is asked: not who bears it, which
    project costs most, or how costs can be cut. A "when" that denies ("when is no permit needed?")
    asks for the case, not for the day.

    Args:
        text: the question, NFC.
        language: of the question, two letters; without a catalogue it shows nothing.

    Returns:
        the kinds, sorted by name.
    """
    if language not in languages():
        return ()
    words, folded = catalogue(language), _folded(text)
    asked = {kind for kind, phrases in words.question_words.items() if _found(kind, phrases, folded)}
    if "money" not in asked and _asks_what_was_spent(folded, words):
        asked.add("money")
    elif "money" in asked and (asks_why(text, language) or _asks_otherwise(folded, words)):
        asked.remove("money")
    if "time" in asked and denies(text, language):
        asked.remove("time")
    return tuple(sorted(asked))


def asks_why(text: str, language: str) -> bool:
    """Tell whether a question opens by asking for a reason: that takes a sentence, never a few words.

    Args:
        text: the question, NFC.
        language: of the question, two letters; without a catalogue it is not told.
    """
    if language not in languages():
        return False
    opening = " ".join(_folded(text).split()[:OPENING_WORDS])
    return any(_holds(opening, phrase) for phrase in catalogue(language).asks_about["reason"])


def _found(kind: str, phrases: tuple[str, ...], folded: str) -> bool:
    # "When" far from the start joins two clauses: "who led the city when the report came".
    opening = " ".join(folded.split()[:OPENING_WORDS])
    return any(
        _holds(opening if kind == "time" and " " not in phrase else folded, phrase) for phrase in phrases
    )


def _asks_what_was_spent(folded: str, words: Catalogue) -> bool:
    """Tell whether "how much" goes with paying: no other amount is paid."""
    return any(_holds(folded, much) for much in words.amounts["much"]) and any(
        _holds(folded, verb) for verb in words.amounts["spending"]
    )


def _asks_otherwise(folded: str, words: Catalogue) -> bool:
    """Tell whether an asking word is left that asks for no sum and does not stand beside its name."""
    left = f" {folded} "
    for kind in ("money", "number", "share"):
        for phrase in sorted(words.question_words[kind], key=len, reverse=True):
            left = left.replace(f" {_folded(phrase)} ", f" {_TAKEN} ")
    for phrase in words.amounts["asking"]:
        left = left.replace(f" {_folded(phrase)} ", " ")
    for phrase in words.clauses.asking:
        left = left.replace(f" {_TAKEN} {_folded(phrase)} ", " ").replace(
            f" {_folded(phrase)} {_TAKEN} ", " "
        )
    return any(f" {_folded(phrase)} " in left for phrase in words.clauses.asking)


def _holds(folded: str, phrase: str) -> bool:
    return f" {_folded(phrase)} " in f" {folded} "


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(
        "".join(char if char.isalnum() or unicodedata.combining(char) else " " for char in folded).split()
    )
