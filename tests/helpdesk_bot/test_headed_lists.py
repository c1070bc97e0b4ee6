"""Lists that stand under a heading for what is asked for, though nothing of them was chosen."""

from __future__ import annotations

import pytest

from helpdesk_bot.arranging import arranged
from helpdesk_bot.extractive import Words
from helpdesk_bot.headed_lists import lists_headed
from index.lexical import tokens
from tests.helpdesk_bot.drafts import candidates, draft_of, evidence

TEXTS = {
    "en": """# Ferries

## Timetable

The ferry runs every hour in summer.

## Equipment needed

- Two life rafts
- A radio with a spare battery

## Complaints about the ferry

- Late departures
- Cold coffee
""",
    "sv": """# Färjor

## Tidtabell

Färjan går varje timme på sommaren.

## Utrustning

Ombord krävs följande:

- Två livflottar
- En radio med reservbatteri

## Klagomål

- Sena avgångar
- Kallt kaffe
""",
    "vi": """# Phà

## Giờ chạy

Phà chạy mỗi giờ một chuyến vào mùa hè.

## Thiết bị

- Hai bè cứu sinh
- Một máy vô tuyến có pin dự phòng

## Khiếu nại

- Khởi hành muộn
- Cà phê nguội
""",
}
CHOSEN = {"en": "every hour", "sv": "varje timme", "vi": "mỗi giờ"}
QUESTIONS = {
    "en": "Which items of equipment are needed?",
    "sv": "Vilka sorters utrustning krävs?",
    "vi": "Những thiết bị nào phải có?",
}
LISTS = {
    "en": ["Two life rafts", "A radio with a spare battery"],
    "sv": ["Ombord krävs följande:", "Två livflottar", "En radio med reservbatteri"],
    "vi": ["Hai bè cứu sinh", "Một máy vô tuyến có pin dự phòng"],
}


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_question_for_several_things_gets_the_list_under_their_name(language: str) -> None:
    found = candidates(TEXTS[language], language)
    draft = draft_of(QUESTIONS[language], language, found, evidence(found, CHOSEN[language]))
    shown = [citation.quote.lstrip("•- ") for citation in arranged(draft).citations]
    assert shown == LISTS[language]
    assert [citation.quote for citation in arranged(draft, ("lists",)).citations] != shown


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Which colours does the ferry have?"),
        ("sv", "Vilka färger har färjan?"),
        ("vi", "Phà có những màu nào?"),
    ],
)
def test_a_list_under_another_name_is_not_taken(language: str, question: str) -> None:
    found = candidates(TEXTS[language], language)
    draft = draft_of(question, language, found, evidence(found, CHOSEN[language]))
    assert [CHOSEN[language] in citation.quote for citation in arranged(draft).citations] == [True]


def test_headings_count_in_their_document_and_their_language_alone() -> None:
    found = candidates(TEXTS["en"], "en")
    words = Words("en", {token: 1.0 for token in tokens("equipment needed", "en")})
    (headed,) = lists_headed(found, "d", words)
    assert (headed.of_question, headed.of_heading) == (1.0, 1.0)
    assert "Two life rafts" in headed.piece.quote
    assert lists_headed(found, "another", words) == ()
    assert lists_headed(found, "d", Words("sv", words.weight)) == ()
