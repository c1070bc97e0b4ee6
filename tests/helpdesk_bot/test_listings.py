"""Lists of real documents, found around one of their items."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.loading import Hints, parse
from helpdesk_bot.citations import Evidence
from helpdesk_bot.listings import Listing, list_around
from index.chunking import chunk
from index.chunks import Candidate, DocumentInfo

NUMBERED = """# Konferensen

## Vad krävs?

1. Vara en tillgänglig plats. Alla ska kunna komma.
2. Samverka med andra.
3. Följa upp arbetet.

Därefter får kommunen stöd.
"""
BULLETS = """# Registers

Amsterdam opened with three systems:

- automated parking control
- a model for holiday rentals
- a system that sorts reports

The city publishes them all. Nobody complained.
"""
TABLE = """# Dữ liệu

| Thời điểm | Số bộ dữ liệu |
| --- | --- |
| 2021 | hơn 510 |
| 2025 | gần 1.500 |

Cổng hoạt động từ năm 2020.
"""


def candidates(text: str, name: str = "a.md", max_tokens: int = 256) -> list[Candidate]:
    document = parse(text.encode(), Hints(name, None, None, None))
    about = DocumentInfo("d", 1, "A", "report", None, None, "en", (), None, None, name)
    return [
        Candidate(passage, about, rank, 1.0, None, None, np.zeros((len(passage.sentences), 4), np.float32))
        for rank, passage in enumerate(chunk(document, "d", 1, max_tokens=max_tokens), start=1)
    ]


def piece(found: list[Candidate], words: str) -> Evidence:
    for candidate in found:
        passage = candidate.passage
        for position, (start, end) in enumerate(passage.sentences):
            if words in passage.text[start - passage.start_char : end - passage.start_char]:
                return Evidence(candidate, position, position, position, 1.0, 1.0)
    raise AssertionError(words)


def quotes(listing: Listing | None) -> list[str]:
    return [] if listing is None else [item.quote for item in listing.items]


@pytest.mark.parametrize("words", ["tillgänglig plats", "Samverka", "Följa upp"])
def test_a_numbered_list_is_found_from_each_of_its_items(words: str) -> None:
    found = candidates(NUMBERED)
    shown = quotes(list_around(piece(found, words), found))
    assert shown == [
        "1. Vara en tillgänglig plats. Alla ska kunna komma.",
        "2. Samverka med andra.",
        "3. Följa upp arbetet.",
    ]


@pytest.mark.parametrize("words", ["holiday rentals", "opened with three"])
def test_bullets_are_found_from_an_item_and_from_what_announces_them(words: str) -> None:
    found = candidates(BULLETS)
    shown = quotes(list_around(piece(found, words), found))
    assert shown == [
        "automated parking control",
        "a model for holiday rentals",
        "a system that sorts reports",
    ]


def test_the_rows_of_a_table_are_a_list() -> None:
    found = candidates(TABLE)
    shown = quotes(list_around(piece(found, "gần 1.500"), found))
    assert shown == ["Thời điểm | Số bộ dữ liệu", "2021 | hơn 510", "2025 | gần 1.500"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (NUMBERED, "Därefter"),
        (BULLETS, "Nobody complained"),
        (TABLE, "hoạt động"),
        ("# A\n\nOne thing.\n\nAnother thing.\n\nA third thing.\n", "Another"),
        ("# A\n\n- Only one item stands here.\n\nAnd a sentence.\n", "Only one"),
    ],
)
def test_a_sentence_outside_of_a_list_has_none(text: str, words: str) -> None:
    found = candidates(text)
    assert list_around(piece(found, words), found) is None


def test_short_lines_are_a_list_behind_a_line_that_announces_them_and_nowhere_else() -> None:
    lines = "Helsinki\n\nAmsterdam\n\nTallinn\n\n"
    announced = candidates(f"# Cities\n\nThe report is long and has many pages. These take part:\n\n{lines}")
    assert quotes(list_around(piece(announced, "Amsterdam"), announced)) == [
        "Helsinki",
        "Amsterdam",
        "Tallinn",
    ]
    plain = candidates(f"# Cities\n\nThe report is long and has many pages.\n\n{lines}")
    assert list_around(piece(plain, "Amsterdam"), plain) is None


def test_a_list_goes_on_in_the_next_passage_where_that_was_found() -> None:
    items = [f"- item {n} " + "tells of a thing at length " * 6 for n in range(1, 9)]
    found = candidates("# Long\n\n" + "\n".join(items) + "\n", max_tokens=96)
    assert len(found) > 1
    first = list_around(piece(found, "item 1 "), found[:1])
    both = list_around(piece(found, "item 1 "), found[:2])
    assert first is not None
    assert both is not None
    assert len(first.items) < len(both.items)
    assert [item.start_char for item in both.items] == sorted(item.start_char for item in both.items)


@pytest.mark.parametrize("text", [NUMBERED, BULLETS, TABLE])
def test_every_item_is_verbatim(text: str) -> None:
    found = candidates(text)
    whole = parse(text.encode(), Hints("a.md", None, None, None)).text
    for candidate in found:
        for position in range(len(candidate.passage.sentences)):
            listing = list_around(Evidence(candidate, position, position, position, 1.0, 1.0), found)
            for item in listing.items if listing else ():
                assert whole[item.start_char : item.end_char] == item.quote
                assert item.last - item.first <= 2
