"""The cell of a table that a question names by its row and its column."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk_bot.arranging import arranged
from helpdesk_bot.citations import cite
from helpdesk_bot.extractive import Words
from helpdesk_bot.short_answers import short_answer
from helpdesk_bot.table_cells import cell_asked
from index.lexical import tokens
from tests.helpdesk_bot.drafts import candidates, draft_of, evidence

TABLES = {
    "en": """# Ferries

| Line | Passengers | Average delay | Crew |
| --- | --- | --- | --- |
| North pier | 4,100 | 7 minutes | 12 |
| Lighthouse | 2,650 | 3 minutes | 9 |
| Old harbour | 8,300 | 11 minutes | 16 |
""",
    "sv": """# Färjor

| Linje | Passagerare | Genomsnittlig försening | Besättning |
| --- | --- | --- | --- |
| Norra piren | 4 100 | 7 minuter | 12 |
| Fyren | 2 650 | 3 minuter | 9 |
| Gamla hamnen | 8 300 | 11 minuter | 16 |
""",
    "vi": """# Phà

| Tuyến | Hành khách | Trễ trung bình | Thủy thủ |
| --- | --- | --- | --- |
| Bến Bắc | 4.100 | 7 phút | 12 |
| Hải đăng | 2.650 | 3 phút | 9 |
| Cảng cũ | 8.300 | 11 phút | 16 |
""",
}
ASKED = [
    ("en", "How many passengers does the lighthouse have?", "2,650"),
    ("en", "What is the average delay of the old harbour?", "11 minutes"),
    ("sv", "Hur många passagerare har Fyren?", "2 650"),
    ("sv", "Hur stor är förseningen i gamla hamnen?", "11 minuter"),
    ("vi", "Tuyến Hải đăng có bao nhiêu hành khách?", "2.650"),
    ("vi", "Cảng cũ trễ trung bình bao lâu?", "11 phút"),
]


@pytest.mark.parametrize(("language", "question", "cell"), ASKED)
def test_the_named_cell_is_the_short_answer_and_its_row_is_quoted_first(
    language: str, question: str, cell: str
) -> None:
    found = candidates(TABLES[language], language)
    draft = arranged(draft_of(question, language, found, evidence(found, "4")))
    first, answer = draft.citations[0], short_answer(draft)
    assert answer is not None
    assert answer.text == cell == first.quote[answer.start_char : answer.end_char]
    assert answer.citation_id == first.citation_id


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "How many passengers does the lighthouse of Malmö have?"),
        ("sv", "Hur många passagerare har Fyren i Malmö?"),
        ("vi", "Tuyến Hải đăng ở Malmö có bao nhiêu hành khách?"),
    ],
)
def test_a_name_that_the_table_does_not_know_asks_for_something_else(language: str, question: str) -> None:
    found = candidates(TABLES[language], language)
    pieces = (evidence(found, "4"),)
    words = Words(language, dict.fromkeys(tokens(question, language), 1.0))
    assert cell_asked(pieces, words, question.replace("Malmö", "")) is not None
    assert cell_asked(pieces, words, question) is None


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_row_near_the_head_of_its_table_is_quoted_with_it(language: str) -> None:
    found = candidates(TABLES[language], language)
    near, far = (
        arranged(draft_of(question, language, found, evidence(found, "4"))).citations[0].quote
        for asked_in, question, _ in ASKED
        if asked_in == language
    )
    head = TABLES[language].splitlines()[2].strip("| ")
    assert near.startswith(head)
    assert head not in far


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "How many passengers are there?"),
        ("en", "What does the lighthouse cost?"),
        ("en", "How many passengers do the lighthouse and the old harbour have?"),
        ("sv", "Hur många passagerare finns det?"),
        ("sv", "Vad kostar Fyren?"),
        ("vi", "Có bao nhiêu hành khách?"),
        ("vi", "Hải đăng nằm ở đâu?"),
    ],
)
def test_no_cell_is_taken_that_is_not_named(language: str, question: str) -> None:
    found = candidates(TABLES[language], language)
    words = Words(language, {token: 1.0 for token in tokens(question, language)})
    assert cell_asked((evidence(found, "4"),), words, "") is None  # whatever its names


def test_a_table_in_another_language_is_not_read_by_words() -> None:
    found = candidates(TABLES["sv"], "sv")
    words = Words("en", {token: 1.0 for token in tokens("Hur många passagerare har Fyren?", "sv")})
    assert cell_asked((evidence(found, "4 100"),), words, "") is None


def test_a_cell_of_another_kind_is_no_short_answer() -> None:
    text = TABLES["en"].replace("3 minutes", "short")
    found = candidates(text, "en")
    question = "How many minutes is the average delay of the lighthouse?"
    draft = draft_of(question, "en", found, evidence(found, "2,650"))
    draft = replace(draft, citations=cite(draft.evidence))
    answer = short_answer(draft)
    assert answer is None or answer.text != "short"
