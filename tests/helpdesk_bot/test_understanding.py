"""What is asked, in which language, read together with what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.conversation import Carried, Earlier
from helpdesk_bot.understanding import understand


@pytest.mark.parametrize(
    ("text", "language", "kinds"),
    [
        ("How many officials took part?", "en", ("number",)),
        ("When did the scheme start?", "en", ("time",)),
        ("Whenever and however many-sided", "en", ()),
        ("Hur många tjänstemän deltog?", "sv", ("number",)),
        ("När infördes lagen?", "sv", ("time",)),
        ("Có bao nhiêu hồ sơ?", "vi", ("number",)),
        ("Chương trình bắt đầu khi nào?", "vi", ("time",)),
        ("Có bao nhiêu ho\u0302\u0300 sơ?", "vi", ("number",)),  # decomposed
        ("HOW MANY?!", "en", ("number",)),
        ("What is govtech?", "en", ()),
        ("How many?", "xx", ()),
    ],
)
def test_question_words_show_what_is_asked_for(text: str, language: str, kinds: tuple[str, ...]) -> None:
    assert asks_for(text, language) == kinds


@pytest.mark.parametrize(
    ("text", "chosen", "question", "answer", "note"),
    [
        ("What do the libraries offer to residents?", None, "en", "en", False),
        ("Vad erbjuder biblioteken till de boende?", None, "sv", "sv", False),
        ("Thư viện cung cấp những gì cho người dân?", None, "vi", "vi", False),
        ("Thư viện cung cấp những gì cho người dân?", "sv", "vi", "sv", False),
        ("Mida pakuvad raamatukogud elanikele?", None, "et", "en", True),
        ("12345 ?", None, "en", "en", False),
        ("12345 ?", "vi", "vi", "vi", False),
    ],
)
def test_languages(text: str, chosen: str | None, question: str, answer: str, note: bool) -> None:
    read = understand(text, language=chosen, history=(), default_language="en")
    assert (read.question_language, read.answer_language) == (question, answer)
    assert (read.language_note is not None) == note


HISTORY = (
    Earlier("What does the brief say of vouchers?", "They helped [1]."),
    Earlier("Hur många kommuner i Norge deltog?", "57 [1]."),
)


@pytest.mark.parametrize(
    ("text", "language"), [("And in Finland?", "en"), ("Och i Finland?", "sv"), ("Còn ở Phần Lan?", "vi")]
)
def test_a_follow_up_is_read_with_the_last_question_and_answered_in_its_own_language(
    text: str, language: str
) -> None:
    read = understand(text, language=None, history=HISTORY, default_language="en")
    assert read.stand_alone == "Hur många kommuner i Finland deltog?"
    assert (read.is_follow_up, read.stand_alone_language) == (True, "sv")
    assert (read.question_language, read.answer_language) == (language, language)
    assert read.asks_for == ("number",)


@pytest.mark.parametrize(
    "text",
    [
        "How many libraries lent tablets to the residents of the town?",
        "Hur många bibliotek lånade ut surfplattor till boende i staden?",
        "Bao nhiêu thư viện cho người dân mượn máy tính bảng trong năm?",
    ],
)
def test_a_whole_question_stands_alone(text: str) -> None:
    read = understand(text, language=None, history=HISTORY, default_language="en")
    assert replace(read, otherwise=None) == understand(text, language=None, history=(), default_language="en")
    assert (read.stand_alone, read.is_follow_up, read.carried) == (text, False, Carried())
    assert read.otherwise is not None
    assert read.otherwise.stand_alone == f"{HISTORY[-1].question} {text}"
    assert (read.otherwise.reads, read.otherwise.is_follow_up) == (text, True)


@pytest.mark.parametrize(
    "text",
    [
        "How many libraries in Poland lent tablets to residents?",
        "Hur många kommuner anslöt sig till MOSAICO under året?",
        "Dự án GRANDIS hỗ trợ những doanh nghiệp nào trong năm?",
    ],
)
def test_what_names_a_subject_is_never_taken_for_a_follow_up(text: str) -> None:
    read = understand(text, language=None, history=HISTORY, default_language="en")
    assert (read.is_follow_up, read.otherwise) == (False, None)
