"""The words of a topic are those that tell it from other questions, in any language."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_bot.database import open_database
from helpdesk_bot.records import Records
from helpdesk_bot.telling_words import MOST_WORDS, Text, background, telling_words, words_in
from helpdesk_bot.usage import usage_of
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library
from tests.helpdesk_bot.test_retention import answer

TOPICS: dict[str, list[str]] = {
    "en": ["What does parking cost in the harbour?", "What is the cost of parking in the harbour?"],
    "sv": ["Vad kostar parkering i hamnen?", "Vad är det som parkering kostar i hamnen?"],
    "vi": ["Phí đỗ xe ở bến cảng là gì?", "Mức phí đỗ xe ở bến cảng là gì?"],
}
ABOUT = {"en": {"parking", "harbour"}, "sv": {"parkering", "hamnen"}, "vi": {"phí đỗ xe", "bến cảng"}}
OTHERS: dict[str, list[str]] = {
    "en": [
        "What is the AI Act?",
        "What does the law say about open data in the regions?",
        "What are the goals of the strategy?",
        "What is the role of the agency?",
        "What does the report find in the north?",
        "What is the size of the grant?",
    ],
    "sv": [
        "Vad är AI-förordningen?",
        "Vad säger lagen om öppna data i regionerna?",
        "Vad är det som strategin ska nå?",
        "Vad är det som gäller i norr?",
        "Vad finner rapporten i kommunerna?",
        "Vad är bidragets storlek?",
    ],
    "vi": [
        "Luật trí tuệ nhân tạo là gì?",
        "Dữ liệu mở ở các tỉnh là gì?",
        "Mục tiêu của chiến lược là gì?",
        "Vai trò của cơ quan là gì?",
        "Kết quả ở miền bắc là gì?",
        "Khoản tài trợ là gì?",
    ],
}
SAYING_NOTHING = {
    "en": {"what", "is", "the", "of", "in", "does"},
    "sv": {"vad", "är", "det", "som", "i"},
    "vi": {"là", "gì", "là gì"},
}


def everything(n_times: int = 1) -> list[Text]:
    return [
        (text, language) for language in TOPICS for text in (*TOPICS[language], *(n_times * OTHERS[language]))
    ]


def told() -> list[Text]:
    passages = {
        "en": "The report is on the work of the agency in the north.",
        "sv": "Det är kommunen som ger stöd i norr.",
    }
    passages["vi"] = "Cổng dịch vụ công là nơi nộp hồ sơ."
    return [(text, language) for language, text in passages.items() for _ in range(5)]


@pytest.mark.parametrize("language", TOPICS)
def test_a_topic_is_told_by_its_own_words(language: str) -> None:
    topic = [(text, language) for text in TOPICS[language]]
    wanted = {word for text, _ in topic for word in words_in(text)}
    found = telling_words(topic, background(everything(), wanted), background(told(), wanted))
    assert ABOUT[language] <= set(found)
    assert not SAYING_NOTHING[language] & set(found)
    assert not SAYING_NOTHING[language] & {word for each in found for word in each.split()}


@pytest.mark.parametrize("language", TOPICS)
def test_what_another_language_says_often_counts_nothing(language: str) -> None:
    """A word is common in a language: that others use it says nothing."""
    topic = [(text, language) for text in TOPICS[language]]
    wanted = {word for text, _ in topic for word in words_in(text)}
    others = [(text, "fi") for text in TOPICS[language] for _ in range(50)]
    asked = background([*everything(), *others], wanted)
    assert telling_words(topic, asked, background(told(), wanted)) == telling_words(
        topic, background(everything(), wanted), background([*told(), *others], wanted)
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_order_and_form_change_nothing_and_words_are_those_of_the_questions(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(list(TOPICS)))
    topic = [(text, language) for text in TOPICS[language]]
    texts = data.draw(st.permutations(everything()))
    wanted = {word for text, _ in topic for word in words_in(text)}
    asked, nothing = background(texts, wanted), background([], wanted)
    found = telling_words(topic, asked, nothing)
    apart = [(unicodedata.normalize("NFD", text), of) for text, of in texts]
    assert telling_words(topic, background(apart, wanted), nothing) == found
    assert 0 < len(found) <= MOST_WORDS
    assert {word for each in found for word in each.split()} <= wanted
    assert len(set(found)) == len(found)


def test_without_anything_to_compare_with_the_shared_words_are_given() -> None:
    nothing = background([], [])
    assert telling_words([("Bidrag till hamnar?", "sv")], nothing, nothing) == ("bidrag", "hamnar", "till")
    assert telling_words([("?!", "sv")], nothing, nothing) == ()
    assert telling_words([("Giá?", "vi"), ("Bến?", "vi")], nothing, nothing) == ()


def test_the_usage_shows_what_unanswered_questions_are_about(data_dir: Path) -> None:
    made = library.settings_for(data_dir)
    library.fill(made, FakeEmbedder())
    engine = open_database(made)
    records, number = Records(engine), 0
    for language in TOPICS:
        for text in TOPICS[language] + OTHERS[language]:
            number += 1
            given_answer = answer(text, language, 1, f"c{number}")
            if text in TOPICS[language]:
                given_answer = replace(given_answer, outcome="unanswerable_not_in_documents")
            records.add(replace(given_answer, answer_id=f"{number:032}"))
    topics = usage_of(engine, 3, date(2026, 1, 31)).unanswered
    assert {topic.language: topic.n_questions for topic in topics} == dict.fromkeys(TOPICS, 2)
    for topic in topics:
        assert ABOUT[topic.language] <= set(topic.words)
        assert not SAYING_NOTHING[topic.language] & set(topic.words)
    engine.dispose()
