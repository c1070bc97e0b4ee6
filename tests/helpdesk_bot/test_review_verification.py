"""Checking a person's own words: what is in the passage passes, what is not is named."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.review.dates import dates_in
from helpdesk_bot.review.negation import denies
from helpdesk_bot.review.numbers import numbers_in, roman_numbers_in
from helpdesk_bot.review.values import Content, DraftSentence
from helpdesk_bot.review.verification import Checker, Source

SV = (
    "Sammanlagt 492 tjänstemän från Oxford Economics och EY deltog den 3 maj 2024. "
    "Projektet i Lettland kostade 1,5 miljoner euro."
)
VI = "Từ ngày 07/02/2018, hệ thống của Estonia và Phần Lan được kết nối với 1.083 tổ chức."
EN = "In May 2023 the council of Malmö did not fund the AI4Cities pilot, at 12,000 euro for ten months."


def checked(text: str, language: str, quote: str, quote_language: str, **more: Any) -> DraftSentence:
    """Check a sentence by rule alone: no model stands behind these tests."""
    citation = {"citation_id": "c", "quote": quote, "language": quote_language, "document": {"title": "T"}}
    source = Source(
        citation, more.get("is_exact", True), more.get("is_in_force", True), more.get("about", "")
    )
    content = Content(language, (DraftSentence(text, ("c",)),), {"c": citation})
    return Checker(None).check(content, {"c": source}).sentences[0]


def codes(sentence: DraftSentence) -> set[str]:
    return {reason.code for reason in sentence.reasons} - {"meaning_not_checked"}


@pytest.mark.parametrize(
    ("text", "language", "quote", "quote_language"),
    [
        ("Fler än 490 deltog, nämligen 492.", "sv", SV + " 490", "sv"),
        ("492 officials took part on 3 May 2024.", "en", SV, "sv"),
        ("Dự án ở Latvia tốn 1,5 triệu euro.", "vi", SV, "sv"),
        ("The project in Latvia cost 1.5 million euro.", "en", SV, "sv"),
        ("Das Projekt kostete 1.500.000 Euro.", "de", SV, "sv"),
        ("Estonia and Finland were connected on 7 February 2018, with 1,083 organisations.", "en", VI, "vi"),
        ("Estland och Finland kopplades ihop den 7 februari 2018.", "sv", VI, "vi"),
        ("Malmö finansierade inte AI4Cities i maj 2023.", "sv", EN, "en"),
        (
            "Thành phố Malmö không tài trợ AI4Cities vào tháng 5 năm 2023, tốn 12.000 euro trong 10 tháng.",
            "vi",
            EN,
            "en",
        ),
        ("Piloten kostade 12 000 euro och fick inga pengar under tio månader.", "sv", EN, "en"),
    ],
)
def test_what_the_passage_says_passes_in_any_language(
    text: str, language: str, quote: str, quote_language: str
) -> None:
    assert codes(checked(text, language, quote, quote_language)) - {"name_perhaps_not_in_passage"} == set()


@pytest.mark.parametrize(
    ("text", "language", "quote", "quote_language", "code", "value"),
    [
        ("294 tjänstemän deltog.", "sv", SV, "sv", "number_not_in_passage", "294"),
        ("It cost 15 million euro.", "en", SV, "sv", "number_not_in_passage", "15 million"),
        ("Dự án tốn 1.500 euro.", "vi", SV, "sv", "number_not_in_passage", "1.500"),
        ("Es dauerte zwölf Monate.", "de", EN, "en", "number_not_in_passage", "zwölf"),
        ("De deltog den 4 maj 2024.", "sv", SV, "sv", "date_not_in_passage", "4 maj 2024"),
        ("They met on 3 June 2024.", "en", SV, "sv", "date_not_in_passage", "3 June 2024"),
        ("Hai nước được kết nối ngày 08/02/2018.", "vi", VI, "vi", "date_not_in_passage", "08/02/2018"),
        ("Tjänstemän från Gartner deltog.", "sv", SV, "sv", "name_not_in_passage", "Gartner"),
        ("The system of Norway was connected.", "en", VI, "vi", "name_not_in_passage", "Norway"),
        ("Hệ thống của Na Uy được kết nối.", "vi", VI, "vi", "name_not_in_passage", "Na Uy"),
        ("Malmö finansierade AI4Cities.", "sv", EN, "en", "negation_differs", ""),
        ("Projektet kostade inte 1,5 miljoner euro.", "sv", SV, "sv", "negation_differs", ""),
        ("Hệ thống chưa được kết nối.", "vi", VI, "vi", "negation_differs", ""),
        ("EY säger att ”492 tjänstemän från Gartner deltog”.", "sv", SV, "sv", "quote_not_verbatim", None),
    ],
)
def test_what_the_passage_does_not_say_is_named(
    text: str, language: str, quote: str, quote_language: str, code: str, value: str | None
) -> None:
    sentence = checked(text, language, quote, quote_language)
    assert sentence.verification == "unsupported"
    found = {reason.code: reason.value for reason in sentence.reasons}
    assert code in found
    assert value is None or found[code] == value


def test_a_quote_is_supported_and_one_that_has_gone_is_not() -> None:
    assert checked(SV, "sv", SV, "sv").verification == "supported"
    assert checked("Projektet i Lettland kostade 1,5 miljoner euro.", "sv", SV, "sv").score == 1.0
    assert codes(checked(SV, "sv", SV, "sv", is_exact=False)) >= {"quote_not_verbatim"}
    assert codes(checked(SV, "sv", SV, "sv", is_in_force=False)) == {"source_not_in_force"}


PORTS = "Små hamnar får 3 miljoner kronor om året för landström."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Small ports receive {} million kronor a year for shore power.", "sv"),
        ("Varje år får små hamnar {} miljoner kronor till landström.", "vi"),
        ("Các cảng nhỏ nhận {} triệu kronor mỗi năm cho điện bờ.", "en"),
    ],
)
def test_a_sentence_in_another_language_than_its_text_is_read_in_its_own(text: str, language: str) -> None:
    assert codes(checked(text.format(3), language, PORTS, "sv")) == set()
    assert codes(checked(text.format(5), language, PORTS, "sv")) == {"number_not_in_passage"}


def test_part_of_a_sentence_is_no_quote_of_it() -> None:
    quote = "It is not true that the fee was raised."
    assert codes(checked("the fee was raised.", "en", quote, "en")) == {"negation_differs"}


def test_no_citation_and_an_unknown_one_are_unsupported() -> None:
    content = Content("en", (DraftSentence("Free of charge."), DraftSentence("Free.", ("gone",))), {})
    first, second = Checker(None).check(content, {}).sentences
    assert (codes(first), codes(second)) == ({"no_citation"}, {"unknown_citation"})
    assert {first.verification, second.verification} == {"unsupported"}


def test_without_a_model_own_words_stay_unchecked() -> None:
    assert checked("492 tjänstemän deltog.", "sv", SV, "sv").verification == "not_checked"


def test_a_language_without_a_list_of_denials_is_not_called_supported() -> None:
    sentence = checked("Projekt maksis 1,5 miljonit eurot.", "et", SV, "sv")
    assert "negation_not_checked" in codes(sentence)
    assert sentence.verification == "not_checked"


def test_the_title_and_date_of_the_document_count() -> None:
    about = "Statskontoret\n2024-05-01"
    assert (
        codes(checked("Statskontoret skrev den 1 maj 2024 att 492 deltog.", "sv", SV, "sv", about=about))
        == set()
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_number_survives_being_written_in_another_language(seed: int) -> None:
    chance = random.Random(seed)
    value = Decimal(chance.choice([chance.randrange(10_000, 9_999_999), chance.randrange(11, 999)]))
    tenths = chance.randrange(1, 10)
    written = {"en": f"{value:,}.{tenths}", "sv": f"{value:,}".replace(",", "\u00a0") + f",{tenths}"}
    written |= {"vi": f"{value:,}".replace(",", ".") + f",{tenths}"}
    wanted = value + Decimal(tenths) / 10
    for language, text in written.items():
        found = numbers_in(f"a {text} b", language)
        assert [number.values for number in found] == [frozenset({wanted})], (language, text)


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_knows_numbers_and_denials(language: str) -> None:
    checks = catalogue(language).checks
    assert set(checks.numbers.values()) == set(range(21))
    assert checks.ambiguous_numbers <= set(checks.numbers)
    assert all(denies(f"x {word} x", language) for word in checks.negations)
    assert not any(denies(f"x {phrase.rstrip('*')} x", language) for phrase in checks.not_negations)


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("on 1 May 2024", "en", (2024, 5, 1)),
        ("May 1, 2024", "en", (2024, 5, 1)),
        ("den 1 maj 2024", "sv", (2024, 5, 1)),
        ("ngày 1 tháng 5 năm 2024", "vi", (2024, 5, 1)),
        ("tháng 12/2023", "vi", (2023, 12, None)),
        ("am 1. Mai 2024", "de", (2024, 5, 1)),
        ("le 1er mai 2024", "fr", (2024, 5, 1)),
        ("el 1 de mayo de 2024", "es", (2024, 5, 1)),
        ("1 maggio 2024", "it", (2024, 5, 1)),
        ("1 maja 2024 r.", "pl", (2024, 5, 1)),
        ("2024-05-01", "und", (2024, 5, 1)),
    ],
)
def test_dates_are_read_in_every_language(text: str, language: str, day: tuple[int, int, int | None]) -> None:
    found = dates_in(text, language)
    assert [(each.year, each.month, each.day) for date in found for each in date.days] == [day]


def test_a_verb_is_no_month_and_roman_numbers_count() -> None:
    assert dates_in("May we come? They may.", "en") == ()
    assert [number.values for number in roman_numbers_in("siglos XVIII y XIX, MIX, Vi, I")] == [
        frozenset({Decimal(18)}),
        frozenset({Decimal(19)}),
        frozenset({Decimal(1009)}),
    ]
