"""Message catalogues: one TOML file a language, holding every text of an answer that is not a quote."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language.

    ``question_words`` maps what is asked for to its phrases, casefolded;
    ``number_words`` are numbers written out.
    """

    language: str
    messages: Mapping[str, str]
    kinds: Mapping[str, str]
    personal_data: Mapping[str, str]
    question_words: Mapping[str, tuple[str, ...]]
    number_words: tuple[str, ...]

    def text(self, key: str, **values: str) -> str:
        """Return a message with its placeholders filled."""
        return self.messages[key].format(**values)


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
        personal_data=values["personal_data"],
        question_words={key: tuple(words) for key, words in values["question_words"].items()},
        number_words=tuple(values["number_words"]["words"]),
    )


def language_name(code: str, in_language: str) -> str:
    """Return the name of a language in another, e.g. ``sv`` in English: Swedish."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale(in_language).languages.get(code)
    except (UnknownLocaleError, ValueError):
        name = None
    return str(name or code)
