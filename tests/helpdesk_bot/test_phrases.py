"""Every catalogue says the same things, each in its own language."""

from __future__ import annotations

import string
from typing import get_args

import pytest

from corpus.documents import KINDS
from helpdesk_bot.answers import Outcome
from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.phrases import Catalogue, catalogue, language_name, languages

ENGLISH = catalogue("en")
PARTS = ("messages", "kinds", "personal_data", "question_words", "asks_about")


def test_the_languages_to_begin_with_are_there() -> None:
    assert set(languages()) >= {
        "en",
        "sv",
        "vi",
        "de",
        "fr",
        "es",
        "it",
        "pl",
        "ar",
        "da",
        "nb",
        "fi",
        "cs",
        "nl",
        "pt",
    }


@pytest.mark.parametrize("language", languages())
class TestCatalogue:
    def test_has_the_same_keys(self, language: str) -> None:
        for part in PARTS:
            assert set(getattr(catalogue(language), part)) == set(getattr(ENGLISH, part)), part

    def test_has_no_empty_text(self, language: str) -> None:
        phrases = catalogue(language)
        texts = [*phrases.messages.values(), *phrases.kinds.values(), *phrases.personal_data.values()]
        for words in phrases.question_words.values():
            assert words
            texts += words
        assert all(text == text.strip() != "" for text in texts)

    def test_has_the_same_placeholders(self, language: str) -> None:
        for key, text in catalogue(language).messages.items():
            assert _placeholders(text) == _placeholders(ENGLISH.messages[key]), key

    def test_is_in_its_own_language(self, language: str) -> None:
        if language == "en":
            return
        phrases = catalogue(language)
        same = [key for key, text in phrases.messages.items() if text == ENGLISH.messages[key]]
        assert not same

    def test_has_a_name_for_every_kind_of_document(self, language: str) -> None:
        assert set(catalogue(language).kinds) == set(KINDS)

    def test_question_words_are_recognised(self, language: str) -> None:
        for kind, words in catalogue(language).question_words.items():
            for word in words:
                assert kind in asks_for(f"{word.capitalize()}, 2024?", language)

    def test_asking_words_ask_for_one_thing(self, language: str) -> None:
        listed = [word for words in catalogue(language).asks_about.values() for word in words]
        assert len(set(listed)) == len(listed)
        assert all(word == word.strip().casefold() != "" for word in listed)

    def test_knows_the_shapes_of_an_answer(self, language: str) -> None:
        shapes = catalogue(language).shapes
        assert shapes.side.count("{thing}") == 1
        lists = (shapes.several, shapes.counted, shapes.before, shapes.joint, shapes.infix, shapes.other)
        for words in (*lists, shapes.behind, shapes.aspect):
            assert words
            assert all(word == word.strip().lower() != "" for word in words)

    def test_fills_its_placeholders(self, language: str) -> None:
        filled = catalogue(language).text("quoted_in", language=language_name("sv", language))
        assert "{" not in filled
        assert language_name("sv", language) in filled


def _placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_outcome_has_a_message() -> None:
    keys = set(ENGLISH.messages)
    for outcome in get_args(Outcome):
        assert {outcome, outcome.removeprefix("unanswerable_"), outcome.removeprefix("blocked_")} & keys


def test_an_unknown_language_has_no_catalogue() -> None:
    for code in ("xx", "../en", ""):
        with pytest.raises(KeyError):
            catalogue(code)


@pytest.mark.parametrize(
    ("code", "in_language", "name"),
    [
        ("sv", "en", "Swedish"),
        ("vi", "sv", "vietnamesiska"),
        ("en", "vi", "Tiếng Anh"),
        ("xx", "en", "xx"),
        ("sv", "not a locale", "sv"),
    ],
)
def test_languages_are_named_in_each_other(code: str, in_language: str, name: str) -> None:
    assert language_name(code, in_language) == name


def test_a_catalogue_is_a_value() -> None:
    assert isinstance(ENGLISH, Catalogue)
    with pytest.raises(AttributeError):
        ENGLISH.language = "sv"  # type: ignore[misc]  # that it cannot be set is the point
