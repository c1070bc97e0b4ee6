"""The names and numbers in a question."""

from __future__ import annotations

import pytest

from helpdesk_bot.names_asked import question_names, stands_in, without_names


@pytest.mark.parametrize(
    ("language", "question", "names"),
    [
        ("en", "What is the budget of AI4Citizens in Malmö?", ("ai4citizens", "malmö")),
        ("sv", "Vilka uppgifter har det litauiska GovTech-labbet?", ("govtech",)),
        ("sv", "Hur kan man slippa det i ett annat EU-land?", ("eu",)),
        ("de", "Was kostet ein e-ID-Kartenleser?", ("e-id",)),
        ("sv", "Gäller COVID-19-reglerna för X-Road?", ("covid-19", "x-road")),
        ("vi", "Nghị định 69/2024/NĐ-CP có hiệu lực khi nào?", ("69", "2024", "nđ-cp")),
        ("en", "Are 18-year-olds covered?", ("18",)),
    ],
)
def test_of_a_compound_the_name_is_what_its_capitals_and_digits_reach(
    language: str, question: str, names: tuple[str, ...]
) -> None:
    assert question_names(question, language) == names


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Wie lange muss ich die Stundenzettel meiner Minijobber aufheben?", ()),
        ("Gilt das Online-Verfahren auch für Betriebe in Litauen?", ("litauen",)),
        ("Wie viele Busse der Deutschen Bahn fahren elektrisch?", ("deutschen", "bahn")),
        ("Was verlangt die KI-Verordnung von Behörden?", ("ki",)),
        ("Wie hoch war das Budget von MOSAICO im Jahr 2022?", ("mosaico", "2022")),
    ],
)
def test_a_capital_alone_makes_no_german_noun_a_name(question: str, names: tuple[str, ...]) -> None:
    assert question_names(question, "de") == names


@pytest.mark.parametrize(
    ("language", "question", "names"),
    [
        ("en", "We use AI. What must we tell people?", ("ai",)),
        ("sv", "Vi köpte en bildgenerator 2025. Hur länge får den användas?", ("2025",)),
        ("vi", "Chúng tôi là một xã nhỏ. Ai được cấp tài khoản?", ()),
        ("en", "Is it for us?! Or for Tampere?", ("tampere",)),
        ("en", "Who moved from the U.S. Congress to St. Petersburg?", ("congress", "st", "petersburg")),
    ],
)
def test_a_capital_that_opens_a_sentence_makes_no_name(
    language: str, question: str, names: tuple[str, ...]
) -> None:
    assert question_names(question, language) == names


def test_a_question_without_its_names_keeps_what_is_asked_of_them() -> None:
    assert (
        without_names("Hur stor var budgeten för projektet MOSAICO?", "sv")
        == "Hur stor var budgeten för projektet"
    )
    assert without_names("Vilka AI-system räknas som högrisk?", "sv") == "Vilka räknas som högrisk"
    assert without_names("What is a GovTech?", "en") == "What is a"
    assert without_names("MOSAICO when?", "en") is None
    assert without_names("What is a sandbox?", "en") is None
    assert without_names("Wie lange muss ich die Belege aufheben?", "de") is None


def test_a_name_may_end_otherwise_where_it_is_told() -> None:
    told = "the portal of tampere and the register of nang"
    words = set(told.split())
    assert stands_in("nangs", told, words)
    assert stands_in("tampereen", told, words)
    assert not stands_in("turku", told, words)
