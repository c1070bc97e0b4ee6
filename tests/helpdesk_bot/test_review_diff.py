"""Comparing words: whatever the texts, both can be put together again from the pieces."""

from __future__ import annotations

import random

import pytest

from helpdesk_bot.review.diff import MOST_WORDS, word_diff

WORDS = (
    *("Stockholm", "har", "57", "kommuner,", "i", "Đà", "Nẵng", "có", "1.083", "tổ", "chức;", "the"),
    *("council", "(2024)", "said", "“no”.", "日本語", "ภาษา", "\n", "", "é"),
)


def before_of(compared: object) -> str:
    return "".join(piece.text for piece in compared.pieces if piece.op != "insert")  # type: ignore[attr-defined]


def after_of(compared: object) -> str:
    return "".join(piece.text for piece in compared.pieces if piece.op != "delete")  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(60))
def test_both_texts_come_back_from_the_pieces(seed: int) -> None:
    chance = random.Random(seed)
    before = " ".join(chance.choices(WORDS, k=chance.randrange(40)))
    words = before.split(" ")
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(words) + 1)
        words[at : at + chance.randrange(3)] = chance.choices(WORDS, k=chance.randrange(3))
    after = " ".join(words)
    compared = word_diff(before, after)
    assert (before_of(compared), after_of(compared)) == (before, after)
    assert all(piece.text for piece in compared.pieces)
    assert all(one.op != two.op for one, two in zip(compared.pieces, compared.pieces[1:], strict=False))
    assert 0 <= compared.distance <= 1
    assert (compared.distance == 0) >= (before == after)
    back = word_diff(after, before)
    assert (before_of(back), after_of(back)) == (after, before)


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("", "Ny.", [("insert", "Ny.")]),
        ("57 kommuner", "75 kommuner", [("delete", "57"), ("insert", "75"), ("equal", " kommuner")]),
        ("Dạy trẻ em.", "Dạy trẻ em đọc.", [("equal", "Dạy trẻ em"), ("insert", " đọc"), ("equal", ".")]),
        ("ไม่ใช่", "ใช่", [("delete", "ไม่"), ("equal", "ใช่")]),
    ],
)
def test_words_are_what_changes(before: str, after: str, pieces: list[tuple[str, str]]) -> None:
    assert [(piece.op, piece.text) for piece in word_diff(before, after).pieces] == pieces


def test_a_very_long_text_is_still_compared() -> None:
    before = "\n".join(f"Rad {n} är som den var." for n in range(MOST_WORDS))
    after = before.replace("Rad 7 är", "Rad 7 var")
    compared = word_diff(before, after)
    assert (before_of(compared), after_of(compared)) == (before, after)
    assert compared.changed_words == 2
