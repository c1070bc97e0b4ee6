"""What a question compares, and everything that only looks like a comparison."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_bot.comparisons import MOST_SIDES, sides_of
from helpdesk_bot.phrases import languages
from helpdesk_bot.question_parts import parts_of


def things(question: str, language: str) -> list[str]:
    return [side.thing for side in sides_of(question, language)]


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What is the difference between X-Road and Svea?"),
        ("en", "How does X-Road differ from Svea?"),
        ("en", "How do X-Road and Svea differ?"),
        ("en", "Compare X-Road with Svea."),
        ("sv", "Vad är skillnaden mellan X-Road och Svea?"),
        ("sv", "Jämför X-Road med Svea"),
        ("sv", "Hur skiljer sig X-Road från Svea?"),
        ("sv", "Hur skiljer sig X-Road och Svea åt?"),
        ("vi", "So sánh X-Road và Svea"),
        ("vi", "X-Road khác Svea ở điểm nào?"),
        ("vi", "Sự khác nhau giữa X-Road và Svea là gì?"),
        ("vi", "X-Road và Svea khác nhau như thế nào?"),
        ("de", "Was ist der Unterschied zwischen X-Road und Svea?"),
        ("de", "Wie unterscheidet sich X-Road von Svea?"),
        ("fr", "Quelle est la différence entre X-Road et Svea ?"),
        ("es", "¿Cuál es la diferencia entre X-Road y Svea?"),
        ("it", "Qual è la differenza tra X-Road e Svea?"),
        ("pl", "Czym różni się X-Road od Svea?"),
    ],
)
def test_the_two_sides_of_a_comparison_are_found(language: str, question: str) -> None:
    assert things(question, language) == ["X-Road", "Svea"]
    first, second = sides_of(question, language)
    assert "Svea" not in first.asked
    assert "X-Road" not in second.asked
    assert [part.is_compared for part in parts_of(question, language)] == [True, True]


@pytest.mark.parametrize(
    ("language", "question", "respect"),
    [
        ("en", "How do X-Road and Svea differ in cost?", "cost"),
        ("en", "How do X-Road and Svea differ in what they spent on data?", "spent on data"),
        ("sv", "Hur skiljer sig X-Road och Svea åt när det gäller kostnaden?", "kostnaden"),
        ("vi", "X-Road và Svea khác nhau thế nào về chi phí?", "chi phí"),
        ("vi", "X-Road và Svea khác nhau về chi phí ra sao?", "chi phí"),
    ],
)
def test_in_which_respect_things_differ_is_asked_of_each(language: str, question: str, respect: str) -> None:
    sides = sides_of(question, language)
    assert [side.thing for side in sides] == ["X-Road", "Svea"]
    assert all(respect in side.asked for side in sides)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "How do X-Road and Svea differ in what?"),
        ("sv", "Hur skiljer sig X-Road och Svea åt?"),
        ("vi", "X-Road và Svea khác nhau về những gì?"),
        ("vi", "X-Road và Svea khác nhau ở điểm nào?"),
    ],
)
def test_an_asking_word_is_no_respect(language: str, question: str) -> None:
    plain = {
        "en": "How do X-Road and Svea differ?",
        "sv": question,
        "vi": "X-Road và Svea khác nhau thế nào?",
    }
    assert sides_of(question, language) == sides_of(plain[language], language)


@pytest.mark.parametrize(
    ("language", "question", "asked"),
    [
        (
            "en",
            "Compare the cost of MOSAICO and AI4Citizens",
            ["What is the cost of MOSAICO?", "What is the cost of AI4Citizens?"],
        ),
        (
            "en",
            "How many firms use AI in Sweden compared with Finland?",
            ["How many firms use AI in Sweden?", "How many firms use AI in Finland?"],
        ),
        (
            "en",
            "How does edge computing differ from cloud computing?",
            ["What is edge computing?", "What is cloud computing?"],
        ),
        ("en", "Is Helsinki or Amsterdam larger?", ["Is Helsinki larger?", "Is Amsterdam larger?"]),
        (
            "en",
            "Which costs more, fibre or mobile broadband?",
            ["Which costs more, fibre?", "Which costs more, mobile broadband?"],
        ),
        (
            "sv",
            "Vad är skillnaden mellan lagen om tillgänglighet till digital offentlig service i Sverige "
            "och webbdirektivet?",
            [
                "Vad är lagen om tillgänglighet till digital offentlig service i Sverige?",
                "Vad är webbdirektivet?",
            ],
        ),
        (
            "sv",
            "Jämför MOSAICO och AI4Citizens när det gäller kostnad",
            ["Vad är MOSAICO när det gäller kostnad?", "Vad är AI4Citizens när det gäller kostnad?"],
        ),
        (
            "sv",
            "Hur skiljer sig Vietnams indelning av risker från EU:s?",
            ["Vad är Vietnams indelning av risker?", "Vad är EU:s indelning av risker?"],
        ),
        (
            "vi",
            "Sự khác nhau giữa dữ liệu mở và dữ liệu cá nhân là gì?",
            ["dữ liệu mở là gì?", "dữ liệu cá nhân là gì?"],
        ),
        (
            "vi",
            "Đà Nẵng hay Hà Nội có cổng dữ liệu mở trước?",
            ["Đà Nẵng có cổng dữ liệu mở trước?", "Hà Nội có cổng dữ liệu mở trước?"],
        ),
        (
            "en",
            "What is the difference between X-Road, Svea and MOSAICO?",
            ["What is X-Road?", "What is Svea?", "What is MOSAICO?"],
        ),
    ],
)
def test_each_side_is_asked_about_alone(language: str, question: str, asked: list[str]) -> None:
    assert [side.asked for side in sides_of(question, language)] == asked


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Which regions and cities take part?"),
        ("en", "Was the main barrier for small firms a lack of skills or of money?"),
        ("en", "How does the use of AI by large firms compare with that of small ones?"),
        ("en", "How does the way pilots are rolled out differ from classic IT projects?"),
        ("en", "What is the difference?"),
        ("en", "How did the share change between the two surveys?"),
        ("sv", "Hur ändrades andelen mellan de två mätningarna?"),
        ("sv", "Får man betala med kort eller kontant?"),
        ("vi", "Trẻ em và phụ huynh được hướng dẫn điều gì?"),
        ("vi", "Dự án khác có gì?"),
        ("vi", "AI khác với những công cụ kỹ thuật số trước đây ở điểm nào?"),
        ("de", "Welche Städte und Regionen nehmen teil?"),
        ("en", "Compare Svea and Svea"),
        ("et", "Mis vahe on X-Road ja Svea vahel?"),
        ("en", "or"),
        ("en", ""),
    ],
)
def test_any_other_question_compares_nothing(language: str, question: str) -> None:
    assert sides_of(question, language) == ()


@settings(deadline=None, max_examples=60)
@given(
    text=st.lists(
        st.sampled_from(
            [
                "difference between",
                "and",
                "or",
                ",",
                "X-Road",
                "Svea",
                "jämför",
                "och",
                "khác",
                "và",
                "the",
                "?",
            ]
        ),
        max_size=9,
    ),
    language=st.sampled_from(languages()),
)
def test_whatever_is_asked_the_sides_are_few_and_different(text: list[str], language: str) -> None:
    found = sides_of(" ".join(text), language)
    assert len(found) == 0 or 2 <= len(found) <= MOST_SIDES
    assert len({side.thing.casefold() for side in found}) == len(found)
    assert all(side.thing and side.thing in side.asked for side in found)
