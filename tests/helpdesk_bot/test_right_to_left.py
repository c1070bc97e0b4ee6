"""Answers in a language that is written from right to left: what is filled in turns nothing around."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_bot.answers import Question
from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.marking import mark
from helpdesk_bot.phrases import catalogue
from helpdesk_bot.question_parts import parts_of
from helpdesk_bot.question_shapes import asks_for_several
from helpdesk_bot.review.negation import denies
from helpdesk_bot.spoken_language import language_of
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
"""What stands between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE."""

ALONE = {"meaning"}
"""Messages that begin with what is filled in, which is asked again as it is."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Helpdesk]:
    settings = library.settings_for(tmp_path, min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    with library.helpdesk(settings) as opened:
        yield opened


def test_what_is_filled_into_an_arabic_text_is_isolated() -> None:
    words = catalogue("ar")
    for key, text in {**words.messages, **words.reply}.items():
        assert text.count("\u2068") == text.count("\u2069"), key
        bare = ISOLATED.sub("", text)
        assert ("{" in bare) == (key in ALONE), key
        assert "\u2068" not in bare, key


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("كم عدد البلديات التي شاركت؟", {"number"}),
        ("متى بدأ المشروع؟", {"time"}),
        ("ما ميزانية المشروع؟", {"money"}),
        ("ما رقم الهاتف؟", {"contact"}),
        ("من يقود المشروع؟", set()),
    ],
)
def test_an_arabic_question_shows_what_it_asks_for(question: str, kinds: set[str]) -> None:
    assert language_of(question) == "ar"
    assert set(asks_for(question, "ar")) == kinds


def test_an_arabic_question_is_taken_apart_and_read() -> None:
    parts = [part.text for part in parts_of("كم تكلف الخدمة؟ ومتى تنتهي المهلة؟", "ar")]
    assert parts == ["كم تكلف الخدمة", "ومتى تنتهي المهلة"]
    assert parts_of("ما المدن والمناطق المشاركة؟", "ar") == ()
    assert asks_for_several("ما هي الشروط؟", "ar")
    assert not asks_for_several("من يقود المشروع؟", "ar")
    assert denies("لم تشارك المدينة", "ar")
    assert not denies("ليس فقط في المدينة", "ar")


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many libraries lent tablets to residents?", "en"),
        ("Hur många kommuner införde digital identitet för sina invånare?", "sv"),
        ("Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?", "vi"),
    ],
)
def test_an_answer_in_arabic_frames_quotes_that_stay_as_they_are(
    desk: Helpdesk, question: str, language: str
) -> None:
    answer = desk.ask(Question(question, language="ar"))
    assert (answer.question_language, answer.answer_language) == (language, "ar")
    assert answer.outcome == "answered"
    assert catalogue("ar").text("answered") in answer.text
    assert answer.citations
    for citation in answer.citations:
        text = desk.catalog.text(citation.document.document_id, citation.document.version)
        assert text[citation.start_char : citation.end_char] == citation.quote
        assert " ".join(citation.quote.split()) in " ".join(answer.text.split())


def test_the_arabic_article_makes_no_country_of_a_language() -> None:
    """The Arabic names of Iraq and of Arabic begin alike, as nearly all names with the article do."""
    about = {
        thing.text: (thing.sort, thing.code) for thing in mark("ما القواعد السويدية في العراق؟", "ar").things
    }
    assert about == {"السويدية": ("belonging", "SE"), "العراق": ("place", "IQ")}
    assert all(thing.code is None for thing in mark("Which rules exist in Arabic?", "en").things)
