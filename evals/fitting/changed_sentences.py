"""Sentences made wrong by rule, one thing at a time: a number, a date, a name, a denial.

Only to measure whether a check notices: the rules know where a word that
denies can stand in the three languages that the set is made of, no more.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from helpdesk_bot.marking import mark
from helpdesk_bot.review.dates import dates_in
from helpdesk_bot.review.negation import denies
from helpdesk_bot.review.numbers import numbers_in

CHANGES = ("number", "date", "name", "denied")

_AFTER = {
    "en": (r"\b(?:is|are|was|were|has|have|had|can|could|will|would|should|must|may|did|does|do)\b", " not"),
    "sv": (r"\b(?:är|var|har|hade|kan|kunde|ska|skulle|får|fick|måste|blir|blev|finns|fanns)\b", " inte"),
    "vi": (r"\b(?:được|là|có|đã|sẽ|phải|cần)\b", ""),
}
_BEFORE = {"vi": "không "}


def changed(kind: str, text: str, language: str, names: Sequence[str], chance: random.Random) -> str | None:
    """Return a sentence with one thing changed, ``None`` where it has nothing of the kind.

    Args:
        kind: one of `CHANGES`.
        text: the sentence.
        language: of the sentence.
        names: of other sentences, to put in the place of one.
        chance: what is chosen with.
    """
    match kind:
        case "number":
            return _number(text, language, chance)
        case "date":
            return _date(text, language, chance)
        case "name":
            return _name(text, language, names, chance)
        case _:
            return _denied(text, language)


def names_of(text: str, language: str) -> tuple[str, ...]:
    """Return the names in a sentence that can be put in the place of others."""
    return tuple(
        thing.text for thing in mark(text, language).things if thing.sort in ("name", "identifier", "place")
    )


def _number(text: str, language: str, chance: random.Random) -> str | None:
    dates = [(date.start, date.end) for date in dates_in(text, language)]
    found = [n for n in numbers_in(text, language, dates) if re.fullmatch(r"\d{2,}", text[n.start : n.end])]
    if not found:
        return None
    number = chance.choice(found)
    old = text[number.start : number.end]
    new = str(int(old) + chance.choice((1, 2, 3, 7, 10, 40)))
    return None if new in text else text[: number.start] + new + text[number.end :]


def _date(text: str, language: str, chance: random.Random) -> str | None:
    dates = [date for date in dates_in(text, language) if re.search(r"\d", date.text)]
    if not dates:
        return None
    date = chance.choice(dates)
    digits = chance.choice(list(re.finditer(r"\d+", date.text)))
    value, span = int(digits.group()), digits.span()
    new = value + chance.choice((1, 2, 3)) if value > 31 else 1 + (value % 12)
    shifted = date.text[: span[0]] + str(new).zfill(len(digits.group())) + date.text[span[1] :]
    return None if shifted == date.text else text.replace(date.text, shifted, 1)


def _name(text: str, language: str, names: Sequence[str], chance: random.Random) -> str | None:
    own = names_of(text, language)
    others = [name for name in names if name not in text and not set(name.split()) & set(text.split())]
    return text.replace(chance.choice(own), chance.choice(others), 1) if own and others else None


def _denied(text: str, language: str) -> str | None:
    if language not in _AFTER or denies(text, language):
        return None
    verb, after = _AFTER[language]
    match = re.search(verb, text)
    if match is None:
        return None
    before = _BEFORE.get(language, "")
    return text[: match.start()] + before + match.group() + after + text[match.end() :]
