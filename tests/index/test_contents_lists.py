from __future__ import annotations

import pytest

from corpus.documents import BlockKind
from tests.index.test_chunking import Draft

_TITLES = {
    "en": ("Who has to apply", "What it costs", "When it ends", "Whom to ask"),
    "sv": ("Vem som måste ansöka", "Vad det kostar", "När det slutar", "Vem man frågar"),
    "vi": ("Ai phải nộp đơn", "Chi phí là bao nhiêu", "Khi nào kết thúc", "Hỏi ai"),
}


def _document(language: str, entries: list[tuple[BlockKind, str]]) -> Draft:
    draft = Draft(language=language)
    draft.section(("Guide",), ("heading", "Guide"), ("paragraph", "A word before."), page=1)
    draft.section(("Contents",), ("heading", "Contents"), *entries, page=2)
    for number, title in enumerate(_TITLES[language], start=1):
        body = ("paragraph", f"This is the text of part {number}.")
        draft.section((title,), ("heading", f"{number}. {title}"), body, page=number + 2)
    return draft


def _text(draft: Draft) -> str:
    return "\n".join(passage.text for passage in draft.chunk())


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
@pytest.mark.parametrize("form", ["{n} {title} … {page}", "{n}. {title} .... {page}", "{title} {page}"])
def test_a_list_of_contents_is_no_passage(language: str, form: str) -> None:
    entries: list[tuple[BlockKind, str]] = [
        ("paragraph", form.format(n=n, title=title, page=2 + n))
        for n, title in enumerate(_TITLES[language], start=1)
    ]
    draft = _document(language, entries)

    text = _text(draft)

    assert "Contents" not in text
    for number, (_, entry) in enumerate(entries, start=1):
        assert entry not in text
        assert f"This is the text of part {number}." in text
    assert "A word before." in text


def test_what_is_between_the_entries_goes_with_them_and_what_follows_stays() -> None:
    entries: list[tuple[BlockKind, str]] = [
        ("paragraph", "Annual report 2031"),  # a running head, not a title
        ("paragraph", f"{_TITLES['en'][0]} 3"),
        ("paragraph", f"{_TITLES['en'][1]} 4"),
        ("paragraph", "A very long title that no line of the"),
        ("paragraph", "document repeats 5"),
        ("paragraph", f"{_TITLES['en'][2]} 5"),
        ("paragraph", "Figure 1: Costs by year … 2"),
        ("paragraph", "Rule 1"),
    ]

    text = _text(_document("en", entries))

    assert "no line of the" not in text
    assert f"{_TITLES['en'][2]} 5" not in text
    assert "Annual report 2031" in text
    assert "Rule 1" in text


@pytest.mark.parametrize(
    "lines",
    [
        ("Adults 12", "Pensioners 15", "Families 30", "Groups 45"),  # fees: on no line by themselves
        ("Who has to apply 40", "What it costs 30", "When it ends 20", "Whom to ask 10"),  # shares: they fall
        ("Who has to apply 3", "What it costs 4", "When it ends 5"),  # too few to tell
    ],
)
def test_other_lists_with_numbers_stay(lines: tuple[str, ...]) -> None:
    text = _text(_document("en", [("list_item", line) for line in lines]))

    assert all(line in text for line in lines)


def test_a_table_stays() -> None:
    rows = "\n".join(f"{title} | {page}" for page, title in enumerate(_TITLES["en"], start=3))

    assert rows in _text(_document("en", [("table", rows)]))
