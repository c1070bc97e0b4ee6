"""Questions of several parts: taken apart where that is sure, whole everywhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.question_parts import MOST_PARTS, parts_of


def texts(question: str, language: str) -> list[str]:
    return [part.text for part in parts_of(question, language)]


@pytest.mark.parametrize(
    ("language", "question", "expected"),
    [
        (
            "en",
            "What does MOSAICO cost and when does it end?",
            ["What does MOSAICO cost", "when does it end"],
        ),
        (
            "en",
            "How many municipalities took part, and which ones?",
            ["How many municipalities took part", "which ones"],
        ),
        ("en", "Who founded the lab and when?", ["Who founded the lab", "when"]),
        ("en", "Who leads it? By when is it to end?", ["Who leads it", "By when is it to end"]),
        (
            "en",
            "What does it cost, when does it start and who leads it?",
            ["What does it cost", "when does it start", "who leads it"],
        ),
        (
            "en",
            "In the survey, how many libraries lent tablets and for how long can one keep them?",
            ["In the survey, how many libraries lent tablets", "for how long can one keep them"],
        ),
        (
            "sv",
            "Hur många kommuner deltog och vilka var de?",
            ["Hur många kommuner deltog", "vilka var de"],
        ),
        (
            "sv",
            "Vad kostade projektet samt när avslutas det?",
            ["Vad kostade projektet", "när avslutas det"],
        ),
        (
            "vi",
            "Dự án MOSAICO tốn bao nhiêu tiền và kết thúc khi nào?",
            ["Dự án MOSAICO tốn bao nhiêu tiền", "kết thúc khi nào"],
        ),
        (
            "vi",
            "AI được dùng ở đâu và người dân được lợi gì?",
            ["AI được dùng ở đâu", "người dân được lợi gì"],
        ),
        ("de", "Was kostet MOSAICO und wann endet es?", ["Was kostet MOSAICO", "wann endet es"]),
        ("fr", "Combien coûte MOSAICO et qui le dirige ?", ["Combien coûte MOSAICO", "qui le dirige"]),
        ("es", "¿Cuánto cuesta MOSAICO y cuándo termina?", ["Cuánto cuesta MOSAICO", "cuándo termina"]),
        ("it", "Quanto costa MOSAICO e quando finisce?", ["Quanto costa MOSAICO", "quando finisce"]),
        (
            "pl",
            "Ile kosztuje MOSAICO i kiedy się kończy?",
            ["Ile kosztuje MOSAICO", "kiedy się kończy"],
        ),
        ("fi", "Paljonko se maksaa? Milloin se päättyy?", ["Paljonko se maksaa", "Milloin se päättyy"]),
        (
            "sv",
            "Om Svea: 1) Vad kostar den? 2) Vem leder den?",
            ["Vad kostar den", "Vem leder den"],
        ),
    ],
)
def test_a_question_of_several_parts_is_taken_apart(
    language: str, question: str, expected: list[str]
) -> None:
    assert texts(question, language) == expected


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Which regions and cities take part?"),
        ("en", "What is the budget and the end date of MOSAICO?"),
        ("en", "What rules decide who may apply and what they must pay?"),
        ("en", "When and where was it held?"),
        ("en", "Can you help me? What does MOSAICO cost?"),
        ("en", "And who is in charge of it?"),
        ("en", "When a company closes, who pays?"),
        ("sv", "Vilka städer och regioner deltar?"),
        ("sv", "När och var hölls mötet?"),
        ("sv", "Vem grundade X-Road och var den första chefen?"),
        ("vi", "Ai và cơ quan nào chịu trách nhiệm?"),
        ("vi", "Trẻ em và phụ huynh được hướng dẫn điều gì?"),
        ("fr", "Quel est le projet qui a commencé en 2020 et qui finit en 2022 ?"),
        ("de", "Welche Städte und Regionen nehmen teil?"),
        ("fi", "Mitkä kaupungit ja alueet osallistuvat?"),
        ("en", "?"),
        ("en", ""),
        ("vi", "và"),
    ],
)
def test_any_other_question_stays_whole(language: str, question: str) -> None:
    assert parts_of(question, language) == ()


@pytest.mark.parametrize(
    ("language", "question", "word"),
    [
        ("en", "What does MOSAICO cost and when does it end?", "MOSAICO"),
        ("sv", "Vad kostar MOSAICO och när avslutas det?", "MOSAICO"),
        ("vi", "MOSAICO tốn bao nhiêu tiền và kết thúc khi nào?", "MOSAICO"),
        ("en", "How many libraries lent tablets and for how long?", "tablets"),
        ("sv", "Hur stor andel av de vuxna är på nätet, och vad är målet?", "vuxna"),
        ("vi", "Bao nhiêu xã ở Thụy Điển xin hỗ trợ và bao nhiêu nơi được chọn?", "Thụy Điển"),
    ],
)
def test_a_later_part_gets_the_subject_that_it_lacks(language: str, question: str, word: str) -> None:
    first, second = parts_of(question, language)
    assert first.stand_alone == first.text
    assert word not in second.text
    assert word in second.stand_alone


def test_what_the_first_part_asks_is_not_to_answer_for_the_second() -> None:
    _, second = parts_of("How many tasks of Project 06 were open, and how many finished?", "en")
    assert "open" in second.stand_alone
    assert second.named == "how many finished (Project 06)"


def test_a_part_with_names_of_its_own_borrows_none() -> None:
    _, second = parts_of("When did MOSAICO start and who leads ENAIBLER?", "en")
    assert (second.stand_alone, second.named) == ("who leads ENAIBLER", "who leads ENAIBLER")


def test_the_last_part_holds_what_is_more_than_enough() -> None:
    parts = parts_of("1. What is it? 2. Who leads it? 3. When did it start? 4. Why did it end?", "en")
    assert len(parts) == MOST_PARTS
    assert "When did it start" in parts[-1].text
    assert "Why did it end" in parts[-1].text


def test_parts_of_a_follow_up_lean_on_the_question_as_it_stands_alone() -> None:
    parts = parts_of("And what does it cost and who leads it?", "en", "What is MOSAICO about?")
    assert all("MOSAICO" in part.stand_alone for part in parts)
    assert not any("MOSAICO" in part.text for part in parts)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.data(), language=st.sampled_from([*languages(), "fi"]))
def test_parts_are_the_askers_own_words_in_order(data: st.DataObject, language: str) -> None:
    clauses = catalogue(language if language in languages() else "en").clauses
    pool = [*clauses.asking, *clauses.joining, "MOSAICO", "2024", "x", "AI", ",", "?", "1.", "(", "đó"]
    question = " ".join(data.draw(st.lists(st.sampled_from(pool), max_size=16)))
    parts = parts_of(question, language)
    assert len(parts) == 0 or 2 <= len(parts) <= MOST_PARTS
    at = 0
    for part in parts:
        at = question.index(part.text, at) + len(part.text)
        assert part.text.strip()
        assert part.stand_alone.strip()


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_can_take_a_question_apart(language: str) -> None:
    clauses = catalogue(language).clauses
    assert clauses.joining
    assert clauses.prepositions
    assert all(phrase == phrase.casefold() for phrase in (*clauses.asking, *clauses.joining))
    asking = clauses.asking[0]
    question = f"{asking} MOSAICO Lund Riga {clauses.joining[0]} {asking} ENAIBLER Oslo Bonn?"
    assert len(parts_of(question, language)) == 2
