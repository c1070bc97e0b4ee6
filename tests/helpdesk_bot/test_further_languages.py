"""Questions in further languages: follow-ups, kinds, lists, comparisons, parts, denials."""

from __future__ import annotations

import pytest

from helpdesk_bot.asked_kinds import asks_for
from helpdesk_bot.comparisons import sides_of
from helpdesk_bot.conversation import Earlier, Resolved, resolve
from helpdesk_bot.expected_kinds import most_specific
from helpdesk_bot.question_parts import parts_of
from helpdesk_bot.question_shapes import asks_for_several
from helpdesk_bot.review.negation import denies
from helpdesk_bot.spoken_language import language_of
from tests.helpdesk_bot import eastern_questions as east
from tests.helpdesk_bot import northern_questions as north
from tests.helpdesk_bot import western_questions as west


def second(before: str, asked: str) -> Resolved:
    return resolve(asked, [Earlier(before)], language=None, default_language="en")


@pytest.mark.parametrize(
    ("language", "before", "asked", "understood"), north.FOLLOW_UPS + west.FOLLOW_UPS + east.FOLLOW_UPS
)
def test_a_follow_up_is_read_with_the_question_before_it(
    language: str, before: str, asked: str, understood: str | None
) -> None:
    resolved = second(before, asked)
    assert resolved.is_follow_up
    assert resolved.stand_alone_language == language
    assert resolved.stand_alone != asked
    assert understood is None or resolved.stand_alone == understood


@pytest.mark.parametrize(("language", "question"), north.ALONE + west.ALONE + east.ALONE)
@pytest.mark.parametrize("before", ["Hvad er MOSAICO?", "Mikä on MOSAICO?", "Co je MOSAICO?"])
def test_a_whole_question_is_left_alone(before: str, language: str, question: str) -> None:
    assert not second(before, question).is_follow_up
    assert language_of(question) == language


@pytest.mark.parametrize(("language", "question", "kind"), north.KINDS + west.KINDS + east.KINDS)
def test_what_is_asked_for(language: str, question: str, kind: str | None) -> None:
    assert most_specific(asks_for(question, language)) == kind


@pytest.mark.parametrize(("language", "question"), north.SEVERAL + west.SEVERAL + east.SEVERAL)
def test_several_things_are_asked_for(language: str, question: str) -> None:
    assert asks_for_several(question, language)


@pytest.mark.parametrize(("language", "question"), north.ONE + west.ONE + east.ONE)
def test_one_thing_is_asked_for(language: str, question: str) -> None:
    assert not asks_for_several(question, language)


@pytest.mark.parametrize(("language", "question"), north.COMPARED + west.COMPARED + east.COMPARED)
def test_two_things_are_compared(language: str, question: str) -> None:
    sides = [each.asked for each in sides_of(question, language)]
    assert len(sides) == 2
    assert all(name in asked for name, asked in zip(("X-Road", "Svea"), sides, strict=True))


@pytest.mark.parametrize(("language", "question", "parts"), north.PARTS + west.PARTS + east.PARTS)
def test_a_question_is_taken_apart(language: str, question: str, parts: list[str]) -> None:
    assert [each.text.rstrip("?;") for each in parts_of(question, language)] == parts


@pytest.mark.parametrize(("language", "text", "denied"), north.DENIED + west.DENIED + east.DENIED)
def test_a_denial_is_seen(language: str, text: str, denied: bool) -> None:
    assert denies(text, language) is denied
