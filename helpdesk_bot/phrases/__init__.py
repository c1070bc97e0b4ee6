"""Message catalogues: one TOML file a language, holding every text of an answer that is not a quote."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Clauses:
    """The words that tell where a question of several parts can be taken apart, casefolded.

    ``asking`` words open their clause, perhaps behind one of the
    ``prepositions``, unless ``asks_anywhere``; ``joining`` words stand between
    two clauses; ``question_mark`` ends a question (";" in Greek).
    """

    asks_anywhere: bool
    joining: tuple[str, ...]
    asking: tuple[str, ...]
    prepositions: tuple[str, ...]
    question_mark: str


@dataclass(frozen=True, slots=True)
class Checks:
    """With what a person's own words are held against a text (`helpdesk_bot.review.claims`), casefolded.

    ``negations``: words that deny; ``not_negations``: phrases in which they
    do not. ``numbers`` maps a number written out to its value;
    ``ambiguous_numbers`` are those that mean something else as often.
    """

    negations: tuple[str, ...]
    not_negations: tuple[str, ...]
    numbers: Mapping[str, int]
    ambiguous_numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The words that tell which shape an answer is asked for.

    A list (`helpdesk_bot.question_shapes`): ``several`` phrases, ``plural_asking``
    words before a word with one of the ``plural_endings`` (none: any word), perhaps behind
    one that is ``describing`` it (a word, or ``-`` and an ending), what looks like several and is a
    ``single`` thing, and what is ``counted`` behind a number. A comparison
    (`helpdesk_bot.comparisons`): phrases ``before`` the things compared, the
    ``joint`` between them, the likeliest first, those that stand between two things (``infix``)
    or ``behind`` both, the word of a choice (``other``), and what begins the
    respect in which they are compared (``aspect``); ``side`` asks about one thing.
    """

    several: tuple[str, ...]
    plural_asking: tuple[str, ...]
    plural_endings: tuple[str, ...]
    single: tuple[str, ...]
    describing: tuple[str, ...]
    counted: tuple[str, ...]
    before: tuple[str, ...]
    joint: tuple[str, ...]
    infix: tuple[str, ...]
    behind: tuple[str, ...]
    other: tuple[str, ...]
    aspect: tuple[str, ...]
    side: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language.

    ``kinds_asked`` maps kinds of resources to what a question calls them
    (see `helpdesk_bot.resources_asked`);
    ``question_words`` maps what is asked for to its phrases, casefolded;
    ``asks_about`` lists the asking words for a person, a place and a reason
    (see `helpdesk_bot.answer_bank.agreement`);
    ``amounts`` lists the asking words that may ask for a sum (see `helpdesk_bot.asked_kinds`),
    ``shares`` the words by which a number is a share (see `helpdesk_bot.expected_kinds`);
    ``number_words`` are numbers written out; ``follow_up`` lists the words
    with which a question leans on earlier ones (see `helpdesk_bot.follow_ups`);
    ``place_names`` are further names of places, by their code; ``clauses``:
    see `Clauses`; ``reply`` holds the texts of the helpdesk reply;
    ``conditions`` lists the words by which documents say what something takes
    (see `helpdesk_bot.reply.conditions`); ``checks``: see `Checks`; ``shapes``: see `Shapes`.
    """

    language: str
    messages: Mapping[str, str]
    kinds: Mapping[str, str]
    kinds_asked: Mapping[str, tuple[str, ...]]
    personal_data: Mapping[str, str]
    question_words: Mapping[str, tuple[str, ...]]
    asks_about: Mapping[str, tuple[str, ...]]
    amounts: Mapping[str, tuple[str, ...]]
    shares: Mapping[str, tuple[str, ...]]
    number_words: tuple[str, ...]
    follow_up: Mapping[str, tuple[str, ...]]
    place_names: Mapping[str, tuple[str, ...]]
    clauses: Clauses
    reply: Mapping[str, str]
    conditions: Mapping[str, tuple[str, ...]]
    checks: Checks
    shapes: Shapes

    def text(self, key: str, **values: str) -> str:
        """Return a message with its placeholders filled."""
        return self.messages[key].format(**values)

    def quoted(self, text: str) -> str:
        """Return a text between the quotation marks of this language."""
        return self.reply["quote"].format(quote=text)


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a catalogue, sorted."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of a language.

    Raises:
        KeyError: no file for this language (see `languages`).
    """
    if language not in languages():
        raise KeyError(language)
    values = tomllib.loads((resources.files(__name__) / f"{language}.toml").read_text("utf-8"))
    return Catalogue(
        language=language,
        messages=values["messages"],
        kinds=values["kinds"],
        kinds_asked=_lists(values["kinds_asked"]),
        personal_data=values["personal_data"],
        question_words=_lists(values["question_words"]),
        asks_about=_lists(values["asks_about"]),
        amounts=_lists(values["amounts"]),
        shares=_lists(values["shares"]),
        number_words=_folded(values["number_words"]["words"]),
        follow_up=_lists(values["follow_up"]),
        place_names={code: tuple(names) for code, names in values["place_names"].items()},
        clauses=_clauses(values["clauses"]),
        reply=values["reply"],
        conditions=_lists(values["conditions"]),
        checks=_checks(values["checks"]),
        shapes=_shapes(values["shapes"]),
    )


@cache
def alphabet(language: str) -> frozenset[str]:
    """Return the letters, casefolded, that the words of a language's catalogue are spelt with."""
    words = (word for phrases in catalogue(language).follow_up.values() for word in phrases)
    return frozenset(char for word in words for char in word.casefold() if char.isalpha())


def _folded(words: Sequence[str]) -> tuple[str, ...]:
    """Return words as they are compared: casefolded, which in Greek makes every ς a σ."""
    return tuple(word.casefold() for word in words)


def _lists(values: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {key: _folded(words) for key, words in values.items()}


def _checks(values: Mapping[str, Any]) -> Checks:
    written = enumerate(values["numbers"])
    numbers = {word.casefold(): value for value, words in written for word in words.split("|")}
    return Checks(
        _folded(values["negations"]),
        _folded(values["not_negations"]),
        numbers,
        frozenset(_folded(values["ambiguous_numbers"])),
    )


def _shapes(values: Mapping[str, Any]) -> Shapes:
    lists = _lists({key: words for key, words in values.items() if key != "side"})
    return Shapes(**lists, side=values["side"])


def _clauses(values: Mapping[str, Any]) -> Clauses:
    return Clauses(
        values["asking_place"] == "anywhere",
        _folded(values["joining"]),
        _folded(values["asking"]),
        _folded(values["prepositions"]),
        values["question_mark"],
    )


def question_mark(language: str) -> str:
    """Return what ends a question of a language; "?" for one without a catalogue."""
    return catalogue(language).clauses.question_mark if language in languages() else "?"


def locale_name(language: str) -> str:
    """Return what Unicode's CLDR calls a language as it is written here: Portuguese as in Portugal."""
    return {"pt": "pt_PT"}.get(language, language)


def language_name(code: str, in_language: str) -> str:
    """Return the name of a language in another, e.g. ``sv`` in English: Swedish."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(locale_name(in_language)).languages.get(code)
    except (UnknownLocaleError, ValueError):
        name = None
    return str(name or code)
