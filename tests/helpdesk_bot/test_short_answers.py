"""Short answers out of quotes that hold several of what is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk_bot.answers import Question
from helpdesk_bot.short_answers import CLEARLY_AHEAD
from index.reader import Excerpt, Reading
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot.library import fill, helpdesk, settings_for

TEXT = """---
title: Undersökningen
language: sv
---
# Undersökningen

I undersökningen av AI intervjuades 492 tjänstemän och 46 chefer under våren.
"""
ONE_NUMBER = TEXT.replace(" och 46 chefer", "")


class NumberReader:
    """Points at 492, with given log odds against there being no answer."""

    def __init__(self, span: float) -> None:
        self.span = span

    def read(self, _question: str, excerpts: list[Excerpt]) -> list[Reading]:
        places = [excerpt.text.find("492") for excerpt in excerpts]
        return [
            Reading(3.0, 3.0, self.span, at, at + 3) if at >= 0 else Reading(-9.0, -9.0, -9.0, 0, 0)
            for at in places
        ]


@pytest.mark.parametrize(
    ("question", "text", "span", "expected"),
    [
        ("Có bao nhiêu công chức trong cuộc khảo sát AI?", TEXT, CLEARLY_AHEAD / 2, None),
        ("Có bao nhiêu công chức trong cuộc khảo sát AI?", TEXT, CLEARLY_AHEAD * 2, "492"),
        ("Có bao nhiêu công chức trong cuộc khảo sát AI?", ONE_NUMBER, CLEARLY_AHEAD / 2, "492"),
        ("How many officials were interviewed about AI?", TEXT, CLEARLY_AHEAD / 2, None),
        ("How many officials were interviewed about AI?", TEXT, CLEARLY_AHEAD * 2, "492"),
        ("Hur många tjänstemän intervjuades i undersökningen?", TEXT, CLEARLY_AHEAD / 2, "492"),
        ("Who was interviewed about AI?", TEXT, CLEARLY_AHEAD / 2, "492"),
    ],
)
def test_between_languages_one_of_several_numbers_is_given_only_where_the_reader_is_sure(
    tmp_path: Path, question: str, text: str, span: float, expected: str | None
) -> None:
    settings = settings_for(tmp_path, min_confidence=0.0)
    fill(settings, FakeEmbedder(), {"a.sv.md": text})
    with helpdesk(settings, reader=NumberReader(span)) as desk:
        answer = desk.ask(replace(Question(question), depth="deep"))
    assert answer.outcome == "answered"
    assert (answer.short_answer.text if answer.short_answer else None) == expected
