"""Lists of real documents, found around one of their items."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corpus.loading import Hints, parse
from helpdesk_bot.citations import Evidence
from helpdesk_bot.listings import Listing, list_around
from helpdesk_bot.torn_quotes import announces, is_only_a_head, leads_nowhere, untorn
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
SLIDE = """Which are the objectives?

a. Increase transparency
d. Improve operations
b. Increase openness
e. Enable services
c. Improve performance
"""
GOING_ON = """# Kriterier

Ett center ska

- vara öppet för alla
- samverka med andra
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


@pytest.mark.parametrize(("mark", "n"), [("-", 4), ("{}.", 5)])
def test_a_list_of_which_each_passage_holds_one_item_is_whole_from_any_of_them(mark: str, n: int) -> None:
    items = [
        f"{mark.format(at)} Item {at}. " + "It tells of a thing at length. " * 9 for at in range(1, n + 1)
    ]
    found = candidates("# Long\n\n" + "\n".join(items) + "\n\n# After\n\n- Alone.\n", max_tokens=96)
    assert len(found) > 3
    for at in range(1, n + 1):
        listing = list_around(piece(found, f"Item {at}." if mark == "-" else f"{at}. Item"), found)
        assert listing is not None
        assert [f"{number}" in item.quote[:10] for number, item in enumerate(listing.items, 1)] == [True] * n
    assert list_around(piece(found, "Alone"), found) is None


def test_letters_in_two_columns_are_one_list_in_the_order_of_the_letters() -> None:
    found = candidates(SLIDE, "a.txt")
    for words in ("Increase transparency", "Enable services"):
        assert [quote[0] for quote in quotes(list_around(piece(found, words), found))] == list("abcde")


@pytest.mark.parametrize(
    ("text", "first", "best", "last", "expected"),
    [
        (BULLETS, "city publishes", "city publishes", "Nobody", ("city publishes", "Nobody")),
        (BULLETS, "sorts reports", "city publishes", "Nobody", ("city publishes", "Nobody")),
        (BULLETS, "opened with", "holiday", "city publishes", ("opened with", "sorts reports")),
        (BULLETS, "opened with", "opened with", "parking", ("opened with", "parking")),
        (TABLE, "2025", "Cổng hoạt động", "Cổng hoạt động", ("Cổng hoạt động", "Cổng hoạt động")),
        (NUMBERED, "Vara", "Samverka", "Följa", ("Vara", "Följa")),
    ],
)
def test_a_quote_does_not_begin_or_end_inside_a_list_that_it_is_not_of(
    text: str, first: str, best: str, last: str, expected: tuple[str, str]
) -> None:
    found = candidates(text)
    places = [piece(found, words).best for words in (first, best, last)]
    shown = untorn(Evidence(found[0], places[0], places[2], places[1], 1.0, 1.0))
    assert (shown.first, shown.last) == tuple(piece(found, words).best for words in expected)
    assert shown.best == places[1]


def test_what_announces_a_list_and_what_is_only_a_head() -> None:
    bullets, table, going_on = candidates(BULLETS), candidates(TABLE), candidates(GOING_ON)
    assert announces(piece(bullets, "opened with"))
    assert announces(piece(going_on, "Ett center ska"))
    assert not announces(piece(bullets, "publishes"))
    assert is_only_a_head(piece(table, "Thời điểm"))
    assert not is_only_a_head(piece(table, "2021"))
    assert not is_only_a_head(piece(bullets, "opened with"))


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


LETTERED = """# Nghị định

3. Dữ liệu cá nhân cơ bản là dữ liệu mà ai cũng có và hay dùng khi làm thủ tục hằng ngày, bao gồm:

a) Họ, chữ đệm và tên khai sinh;

b) Giới tính và ngày sinh;

d) Nơi sinh;

đ) Quốc tịch;

e) Hình ảnh của cá nhân.

4. Dữ liệu cá nhân nhạy cảm là dữ liệu gắn liền với quyền riêng tư của cá nhân, bao gồm:

a) Quan điểm chính trị, quan điểm tôn giáo;

b) Tình trạng sức khỏe.

5. Bảo vệ dữ liệu cá nhân là hoạt động phòng ngừa vi phạm.
"""


@pytest.mark.parametrize("max_tokens", [256, 64])
def test_a_clause_that_announces_a_list_is_asked_for_that_list(max_tokens: int) -> None:
    found = candidates(LETTERED, max_tokens=max_tokens)
    assert quotes(list_around(piece(found, "cá nhân cơ bản"), found)) == [
        "a) Họ, chữ đệm và tên khai sinh;",
        "b) Giới tính và ngày sinh;",
        "d) Nơi sinh;",
        "đ) Quốc tịch;",
        "e) Hình ảnh của cá nhân.",
    ]
    assert quotes(list_around(piece(found, "nhạy cảm"), found)) == [
        "a) Quan điểm chính trị, quan điểm tôn giáo;",
        "b) Tình trạng sức khỏe.",
    ]


def test_a_list_begins_in_the_passage_behind_the_one_that_announces_it() -> None:
    document = parse(BULLETS.encode(), Hints("a.md", None, None, None))
    first, *_ = chunk(document, "d", 1)
    at = first.text.index("automated") - 2
    spans = first.sentences
    cut = [
        replace(
            first,
            text=first.text[:at].rstrip(),
            sentences=tuple(s for s in spans if s[1] - first.start_char <= at),
        )
    ]
    cut.append(
        replace(
            first,
            ordinal=1,
            start_char=first.start_char + at,
            text=first.text[at:],
            sentences=tuple(s for s in spans if s[0] - first.start_char >= at),
        )
    )
    found = [replace(candidates(BULLETS)[0], passage=passage) for passage in cut]
    assert quotes(list_around(piece(found, "opened with three"), found)) == [
        "automated parking control",
        "a model for holiday rentals",
        "a system that sorts reports",
    ]


@pytest.mark.parametrize(
    "line", ["The measures are the following:", "Åtgärderna är följande:", "Các biện pháp bao gồm:"]
)
def test_what_announces_nothing_that_is_shown_leads_nowhere(line: str) -> None:
    alone = candidates(f"# A\n\n{line}\n")
    assert leads_nowhere(piece(alone, line[:12]))
    announced = candidates(f"# A\n\n{line}\n\n- one\n- two\n")
    assert not leads_nowhere(piece(announced, line[:12]))
