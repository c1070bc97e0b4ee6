"""Personal data is noticed before anything is stored; numbers that are not personal pass."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_bot import guardrails
from helpdesk_bot.answers import Question, Turn, answer_to_json
from helpdesk_bot.helpdesk import Helpdesk
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

SWEDISH = "811218-9876"
PERSONAL = [
    ("My number is 811218-9876, may I apply?", "identity_number"),
    ("Mitt personnummer är 19811218-9876, får jag söka?", "identity_number"),
    ("Mã số của tôi là 8112189876, tôi có được nộp không?", "identity_number"),
    ("Hetuni on 131052-308T", "identity_number"),
    ("Fødselsnummer 15108695088", "identity_number"),
    ("PESEL 44051401359", "identity_number"),
    ("Write to anna.svensson@example.org about the voucher", "email"),
    ("Skriv till anna@kommun.example.se om bidraget", "email"),
    ("Hãy viết cho lan@example.vn về hồ sơ", "email"),
    ("Pay to GB82 WEST 1234 5698 7654 32", "account_number"),
    ("Betala till SE35 5000 0000 0549 1000 0003", "account_number"),
    ("Kort 4111 1111 1111 1111 går det bra?", "account_number"),
    ("Thẻ 4111-1111-1111-1111 có dùng được không?", "account_number"),
    ("My phone is 212-555-0123, may I apply?", "telephone_number"),
    ("Ring mig på 070-123 45 67 om bidraget", "telephone_number"),
    ("Số điện thoại của tôi là 0912 345 678, tôi được nộp không?", "telephone_number"),
    ("My personal number is 811218-9875, may I apply?", "identity_number"),
    ("Mitt personnummer är 19811218-9875, får jag söka?", "identity_number"),
    ("Căn cước công dân của tôi là 001 099 012 345, tôi nộp được không?", "identity_number"),
    ("CMND 012345678, tôi có được nộp không?", "identity_number"),
    ("hidden 811218\u200b-98\u200b76 digits", "identity_number"),
]
NOT_PERSONAL = [
    "What changed between 2019 and 2024?",
    "Does ISO 9001:2015 or ISO/IEC 27001 apply to municipalities?",
    "What does doi 10.1787/9789264268333-en say about skills?",
    "Is ISBN 978-92-64-26833-3 still in print?",
    "What does Regulation (EU) 2024/1689, article 6(2), require of small firms?",
    "How were 1,200,000,000 euro spent in 2021-2027?",
    "Call 2024-05-01 the deadline: which 3.5 % target does it set?",
    "Vad ändrades mellan 2019-01-01 och 2024-12-31?",
    "Gäller ISO 27001:2022 för kommuner med 10 000 invånare?",
    "Vad säger förordning 2016/679 om artikel 9.2?",
    "Hur användes 12 000 000 kronor i diarienummer 2023-4567?",
    "SOU 2021:97 och prop. 2020/21:30, vad föreslås?",
    "Nghị định 13/2023/NĐ-CP quy định gì về dữ liệu?",
    "Năm 2020 và 2025 có bao nhiêu xã, 10.598 hay 3.321?",
    "Tiêu chuẩn ISO 9001:2015 áp dụng từ ngày 01/01/2024 phải không?",
    "ISBN 9789264268333 có nói về chính phủ điện tử không?",
    "How many personal numbers, 1 200 300 400 or fewer, were issued in 2024?",
    "Vilka får ett samordningsnummer enligt lagen (2022:1697) från 2023-09-01?",
    "Đến 2024 đã cấp bao nhiêu căn cước công dân, 87 000 000 hay 90 000 000?",
    "Is the mailbox described by user@ or @handle only?",
]


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_personal_identifiers_are_noticed(text: str, kind: str) -> None:
    assert guardrails.personal_data(text) == (kind,)


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_other_numbers_pass(text: str) -> None:
    assert guardrails.personal_data(text) == ()


def test_several_kinds_are_all_named() -> None:
    assert guardrails.personal_data("811218-9876, a@b.example") == ("email", "identity_number")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    date=st.dates().map(lambda day: day.strftime("%y%m%d")),
    serial=st.integers(1, 999),
    joint=st.sampled_from(["-", "", "+"]),
    frame=st.sampled_from(["My number is {}.", "Mitt personnummer är {}, hjälp?", "Số của tôi là {} ạ"]),
)
def test_every_swedish_number_with_its_checksum_is_noticed(
    date: str, serial: int, joint: str, frame: str
) -> None:
    if joint == "+":
        return  # a person over a hundred; see the fixed cases
    digits = f"{date}{serial:03}"
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(digits))
    number = f"{date}{joint}{serial:03}{-total % 10}"
    assert guardrails.personal_data(frame.format(number)) == ("identity_number",)


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_a_blocked_question_is_told_so_and_never_stored(tmp_path: Path, text: str, kind: str) -> None:
    with library.helpdesk(library.settings_for(tmp_path / "var", min_confidence=0.0)) as desk:
        answer = answer_to_json(desk.ask(Question(text)))
        events = list(desk.stream(Question(text)))
        answered = desk.ask(Question("Nothing personal here, is there?"))
        assert desk.records.get(answered.answer_id) is not None
        assert desk.records.get(answer["answer_id"]) is None
    for given_back in (answer, events[-1][1]):
        assert (given_back["outcome"], given_back["outcome_reason"]) == (
            "blocked_personal_data",
            "personal_data",
        )
        assert given_back["question"] == ""
        _holds_none_of(json.dumps(given_back, ensure_ascii=False), text)
        assert given_back["trace"]["retrieved"] == []
        assert given_back["text"]
    for path in (tmp_path / "var").rglob("*"):
        if path.is_file():
            _holds_none_of(path.read_bytes().decode("utf-8", "replace"), text)


def _holds_none_of(where: str, question: str) -> None:
    canaries = [
        found for found in re.findall(r"\S+", question) if any(c.isdigit() or c == "@" for c in found)
    ]
    assert canaries
    for canary in canaries:
        if len(canary) > 4:
            assert canary not in where


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_the_message_names_the_kind_in_the_language_of_the_question(desk: Helpdesk, language: str) -> None:
    text = {
        "en": "Write to me at a@b.example",
        "sv": "Skriv till mig på a@b.example",
        "vi": "Viết cho a@b.example",
    }
    answer = desk.ask(Question(text[language], language=language))
    named = {"en": "an e-mail address", "sv": "e-post", "vi": "thư điện tử"}[language]
    assert named in answer.text.casefold()
    assert answer.answer_language == language


@pytest.mark.parametrize("text", [text for text in NOT_PERSONAL if text.endswith("?")])
def test_policy_questions_are_not_stopped(desk: Helpdesk, text: str) -> None:
    assert not desk.ask(Question(text)).outcome.startswith("blocked")


def test_personal_data_in_an_earlier_turn_is_not_stored_either(tmp_path: Path) -> None:
    settings = library.settings_for(tmp_path / "var", min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    with library.helpdesk(settings) as desk:
        for earlier, then in (
            (f"I am {SWEDISH}, may I borrow tablets?", "And how long?"),
            (f"Jag är {SWEDISH}, får jag låna?", "Hur länge?"),
            (f"Tôi là {SWEDISH}, mượn được không?", "Bao lâu?"),
        ):
            answer = desk.ask(Question(then, history=(Turn("user", earlier),)))
            _holds_none_of(json.dumps(answer_to_json(answer), ensure_ascii=False), earlier)
    for path in (tmp_path / "var").glob("helpdesk.db*"):
        assert SWEDISH.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  two\n\twords ", "two words"),
        ("Vie\u0323\u0302t", "Việt"),
        ("a\u030angstro\u0308m", "ångström"),
        ("ta\U000e0041gs", "tags"),
        ("ha\ud800lf", "half"),
        ("nu\x00ll", "null"),
        ("", ""),
    ],
)
def test_a_question_is_cleaned(raw: str, cleaned: str) -> None:
    assert guardrails.clean(raw) == cleaned


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_can_be_stored(text: str) -> None:
    cleaned = guardrails.clean(text)
    assert guardrails.clean(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [("AI", True), ("税金", True), ("å 5", True), ("5", False), ("?!", False), ("", False), ("📊", False)],
)
def test_words_are_letters_of_any_script(text: str, expected: bool) -> None:
    assert guardrails.has_words(text) is expected


def test_the_kinds_have_a_name_in_every_catalogue() -> None:
    from helpdesk_bot.phrases import catalogue, languages

    kinds: set[Any] = {kind for _, kind in PERSONAL}
    for language in languages():
        assert kinds <= set(catalogue(language).personal_data)
