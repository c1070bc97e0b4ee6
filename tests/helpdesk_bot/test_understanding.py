"""What is asked, in which language, read together with what."""

from __future__ import annotations

import pytest

from helpdesk_bot.answers import Turn
from helpdesk_bot.understanding import asks_for, understand


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
        ("Mitä kirjastot tarjoavat asukkaille?", None, "fi", "en", True),
        ("12345 ?", None, "en", "en", False),
        ("12345 ?", "vi", "vi", "vi", False),
    ],
)
def test_languages(text: str, chosen: str | None, question: str, answer: str, note: bool) -> None:
    read = understand(text, language=chosen, history=(), default_language="en")
    assert (read.question_language, read.answer_language) == (question, answer)
    assert (read.language_note is not None) == note


HISTORY = (
    Turn("user", "What does the brief say of vouchers?"),
    Turn("assistant", "They helped [1]."),
    Turn("user", "Hur många kommuner deltog?"),
    Turn("assistant", "57 [1]."),
)


@pytest.mark.parametrize("text", ["And in Finland?", "Och i Finland?", "Còn ở Phần Lan?"])
def test_a_short_question_is_read_with_the_last_one_of_the_user(text: str) -> None:
    read = understand(text, language=None, history=HISTORY, default_language="en")
    assert read.stand_alone == f"Hur många kommuner deltog? {text}"


@pytest.mark.parametrize(
    "text",
    [
        "How many libraries lent tablets to the residents of the town?",
        "Hur många bibliotek lånade ut surfplattor till boende i staden?",
        "Bao nhiêu thư viện cho người dân mượn máy tính bảng trong năm?",
    ],
)
def test_a_whole_question_stands_alone(text: str) -> None:
    assert understand(text, language=None, history=HISTORY, default_language="en").stand_alone == text
    assistant_only = (Turn("assistant", "Hello"),)
    assert (
        understand("Why?", language="en", history=assistant_only, default_language="en").stand_alone == "Why?"
    )
