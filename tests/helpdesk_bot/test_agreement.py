"""What two questions have to agree in is found out in a time that grows as the question does."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from helpdesk_bot import question_parts
from helpdesk_bot.answer_bank.agreement import named
from helpdesk_bot.conversation import resolve
from helpdesk_bot.question_parts import MOST_PARTS, count_parts, parts_of
from helpdesk_bot.settings import load_settings

HOSTILE = [
    ("en", "and when "),
    ("en", "when? "),
    ("en", "who pays? "),
    ("en", "who pays the fee and "),
    ("en", "A, B and "),
    ("sv", "och när kostar "),
    ("sv", "vem betalar? "),
    ("vi", "là gì và "),
    ("vi", "và "),
    ("vi", "bao nhiêu và khi nào "),
]
LONGEST = load_settings().max_question_chars
HANG = 5 * 10
"""Seconds of this process: five times what a question may take on the slowest machine."""


def work_on(text: str, language: str, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the phrases that are held against a place, and the questions that are resolved."""
    counts: Counter[str] = Counter()

    def match(*args: object) -> int:
        counts["phrases"] += 1
        return original(*args)  # type: ignore[arg-type]  # passed through

    def resolving(*args: object, **more: object) -> object:
        counts["resolved"] += 1
        return resolve(*args, **more)  # type: ignore[arg-type]  # passed through

    original = question_parts._match
    with monkeypatch.context() as patched:
        patched.setattr(question_parts, "_match", match)
        patched.setattr(question_parts, "resolve", resolving)
        named.__wrapped__(text, language)
    return counts


@pytest.mark.parametrize(("language", "unit"), HOSTILE)
def test_the_work_grows_as_the_question_does(
    language: str, unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = time.process_time()
    half, whole = ((unit * LONGEST)[:length] for length in (LONGEST // 2, LONGEST))
    small, large = (work_on(text, language, monkeypatch) for text in (half, whole))
    assert small["phrases"] > 0
    assert large["phrases"] <= 2.5 * small["phrases"]
    assert large["resolved"] == 0
    assert time.process_time() - begun < HANG


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What does it cost and when does it end?"),
        ("en", "Which regions and cities take part?"),
        ("en", "Who pays? When? How much? Since when?"),
        ("sv", "Vad kostar det och när slutar det?"),
        ("sv", "Vilka regioner och städer deltar?"),
        ("vi", "Chi phí là bao nhiêu và khi nào kết thúc?"),
        ("fi", "Mitä se maksaa? Milloin se päättyy?"),
    ],
)
def test_parts_are_counted_as_they_are_taken_apart(language: str, question: str) -> None:
    assert count_parts(question, language) == max(1, len(parts_of(question, language)))
    assert count_parts(question, language) <= MOST_PARTS
    assert named(question, language).n_parts == count_parts(question, language)
