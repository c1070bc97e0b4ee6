"""Follow-ups through the whole helpdesk: records, filters, the guard, the words shown to the asker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from api.answer_view import view
from api.commands.asking import readable
from api.messages import messages
from api.pages import render
from helpdesk_bot.answerability import Calibration
from helpdesk_bot.answering import answer_question
from helpdesk_bot.answers import Question, Turn, answer_to_json
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.settings import Settings
from helpdesk_bot.understood import understood_as
from tests.helpdesk_bot import library


def ask(desk: Helpdesk, text: str, **more: Any) -> dict[str, Any]:
    return answer_to_json(desk.ask(Question(text, **more)))


@pytest.mark.parametrize(
    ("turns", "understood"),
    [
        (
            ("Which libraries in Latvia lent tablets?", "And in Lithuania?", "And in Poland?"),
            "Which libraries in Poland lent tablets?",
        ),
        (
            ("Vilka kommuner i Lettland införde digital identitet?", "Och i Litauen?", "Och i Polen?"),
            "Vilka kommuner i Polen införde digital identitet?",
        ),
        (
            ("Cổng dịch vụ công ở Latvia tiếp nhận bao nhiêu hồ sơ?", "Còn ở Lít-va?", "Còn ở Ba Lan?"),
            "Cổng dịch vụ công ở Ba Lan tiếp nhận bao nhiêu hồ sơ?",
        ),
    ],
)
def test_a_recorded_conversation_is_followed(desk: Helpdesk, turns: tuple[str, ...], understood: str) -> None:
    conversation = ask(desk, turns[0])["conversation_id"]
    for turn in turns[1:]:
        last = ask(desk, turn, conversation_id=conversation)
    assert last["question"] == turns[-1]
    assert last["trace"]["searched_for"] == understood
    assert last["trace"]["carried"]["wants_others"] is False


def test_filters_of_a_recorded_turn_go_with_a_follow_up_and_no_further(desk: Helpdesk) -> None:
    swedish = {"language": ("sv",)}
    begun = ask(desk, "How many municipalities in Latvia took part?", filters=swedish)
    assert begun["trace"]["filters"] == {"language": ["sv"]}
    conversation = begun["conversation_id"]
    followed = ask(desk, "And in Lithuania?", conversation_id=conversation)
    assert followed["trace"]["filters"] == {"language": ["sv"]}
    assert {cited["document"]["language"] for cited in followed["citations"]} <= {"sv"}
    narrowed = ask(desk, "And in Poland?", conversation_id=conversation, filters={"language": ("en",)})
    assert narrowed["trace"]["filters"] == {"language": ["en"]}
    changed = ask(desk, "How many libraries lent tablets to residents?", conversation_id=conversation)
    assert "filters" not in changed["trace"]
    assert "carried" not in changed["trace"]


def test_a_year_alone_is_a_question_after_one_and_none_by_itself(desk: Helpdesk) -> None:
    assert ask(desk, "2022?")["outcome"] == "blocked_guardrail"
    history = (Turn("user", "How many libraries lent tablets in 2023?"),)
    followed = ask(desk, "2022?", history=history)
    assert followed["outcome"] != "blocked_guardrail"
    assert followed["trace"]["searched_for"] == "How many libraries lent tablets in 2022?"


BY_WORDS = Calibration({"coverage": 40.0}, -8.0, {})
"""The seeded embedder's similarities mean nothing to the fitted calibration; shared words do."""


@pytest.fixture(scope="module")
def by_words(filled: Settings) -> Iterator[Helpdesk]:
    """Nor do they mean that passages in other languages lie less near."""
    alike = filled.model_copy(update={"switched_off": ("other_languages",)})
    with library.helpdesk(alike) as opened:
        yield opened


NAMING_NOTHING = [
    ("How many libraries lent tablets to residents?", "For which span may a machine stay at home?"),
    (
        "Hur många kommuner införde digital identitet för sina invånare?",
        "Vem betalade notan?",
    ),
    ("Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?", "Việc ấy nhanh hơn ra sao?"),
]
"""A question, and one after it whose words neither point back nor stand in any document."""


def ask_surely(desk: Helpdesk, text: str, **more: Any) -> dict[str, Any]:
    parts = replace(
        desk._parts,
        calibration=BY_WORDS,
        settings=desk.settings.model_copy(update={"min_confidence": 0.35}),
    )
    return answer_to_json(answer_question(Question(text, **more), parts))


@pytest.mark.parametrize(("before", "then"), NAMING_NOTHING)
def test_what_nothing_answers_alone_is_tried_as_a_follow_up(
    by_words: Helpdesk, before: str, then: str
) -> None:
    refused = ask_surely(by_words, then)
    assert refused["outcome"].startswith("unanswerable")
    followed = ask_surely(by_words, then, history=(Turn("user", before),))
    assert followed["outcome"] == "answered"
    assert followed["trace"]["searched_for"] == f"{before} {then}"
    assert followed["trace"]["carried"]["wants_others"] is False
    assert followed["citations"]


@pytest.mark.parametrize(("before", "then"), NAMING_NOTHING)
def test_what_is_answered_alone_is_no_follow_up(desk: Helpdesk, before: str, then: str) -> None:
    others = [question for question, _ in NAMING_NOTHING if question != before]
    for other in others:
        alone = ask_surely(desk, other, history=(Turn("user", before),))
        assert (alone["outcome"], alone["trace"]["searched_for"]) == ("answered", other)
        assert "carried" not in alone["trace"]


def test_what_answers_neither_way_is_refused_as_it_was_asked(desk: Helpdesk) -> None:
    history = (Turn("user", "Who won the football championship last weekend?"),)
    question = "Which colour was the winning shirt?"
    refused = ask_surely(desk, question, history=history)
    assert refused["outcome"].startswith("unanswerable")
    assert refused["trace"]["searched_for"] == question


def test_the_reading_as_a_follow_up_carries_no_personal_data_and_keeps_the_filters(desk: Helpdesk) -> None:
    before, then = NAMING_NOTHING[0]
    history = (Turn("user", f"{before} Ask anna.svensson@example.org"),)
    assert "anna.svensson" not in str(ask_surely(desk, then, history=history))
    conversation = ask_surely(desk, before, filters={"language": ("en",)})["conversation_id"]
    followed = ask_surely(desk, then, conversation_id=conversation)
    assert followed["trace"]["filters"] == {"language": ["en"]}


@pytest.mark.parametrize("then", ["Why?", "Varför?", "Tại sao?"])
def test_personal_data_is_not_carried_on(desk: Helpdesk, then: str) -> None:
    history = (Turn("user", "May anna.svensson@example.org borrow tablets?"),)
    blocked = ask(desk, then, history=history)
    assert blocked["outcome"] == "blocked_personal_data"
    assert "anna.svensson" not in str(blocked)
    new_subject = ask(desk, "How many libraries lent tablets to residents?", history=history)
    assert new_subject["outcome"] != "blocked_personal_data"
    assert "anna.svensson" not in str(new_subject)


def test_a_conversation_longer_than_what_is_read_keeps_its_thread(desk: Helpdesk) -> None:
    conversation = ask(desk, "Which libraries in Latvia lent tablets?")["conversation_id"]
    for place in ("Lithuania", "Poland", "Estonia", "Finland"):
        ask(desk, f"And in {place}?", conversation_id=conversation)
    (oldest, latest) = desk.records.earlier(conversation, most=2)
    assert oldest.question == "Which libraries in Estonia lent tablets?"
    assert latest.question == "And in Finland?"
    assert desk.records.earlier("nothing") == ()


@pytest.mark.parametrize(
    ("first", "then", "line"),
    [
        ("What is SVEA?", "Who leads it?", "Understood as: “Who leads SVEA?”"),
        ("Vad är SVEA?", "Vem leder det?", "Uppfattat som: ”Vem leder SVEA?”"),
        ("SVEA là gì?", "Nó có hiệu lực khi nào?", "Được hiểu là: “SVEA có hiệu lực khi nào?”"),
    ],
)
def test_the_asker_sees_what_was_understood(desk: Helpdesk, first: str, then: str, line: str) -> None:
    followed = desk.ask(Question(then, history=(Turn("user", first),)))
    assert understood_as(followed.trace, followed.answer_language) == line
    assert readable(followed).startswith(f"{line}\n\n{followed.text}")
    language = followed.answer_language
    shown = view(answer_to_json(followed), messages(language), language)
    assert shown.understood == line
    around = {"ask_address": None, "lang_query": "", "max_chars": 2000}
    page = render("_answer.html", language, answer=shown, **around)
    assert line in page
    alone = desk.ask(Question(first))
    assert understood_as(alone.trace, alone.answer_language) is None
    assert readable(alone).startswith(alone.text)
    plain = view(answer_to_json(alone), messages(language), language)
    assert "understood" not in render("_answer.html", language, answer=plain, **around)
