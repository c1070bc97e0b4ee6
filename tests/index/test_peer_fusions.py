"""The usual fusions, kept to be measured beside ours: hand-computed, ties, empty lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunks import Hit
from index.peer_fusions import SPREAD, normalised_sum, reciprocal_rank

FUSIONS = (reciprocal_rank, normalised_sum)
Fuse = Callable[..., Any]


def hits(*scored: tuple[str, float]) -> list[Hit]:
    return [Hit(name, rank, score) for rank, (name, score) in enumerate(scored, start=1)]


DENSE = hits(("a", 0.9), ("b", 0.8), ("d", 0.7))
LEXICAL = hits(("b", 12.0), ("c", 6.0))


def test_reciprocal_rank_by_hand() -> None:
    fused = reciprocal_rank(DENSE, LEXICAL, similarity={"c": 0.5})
    # The best possible value is 1/61 + 1/61 and worth the whole spread: 1/61 alone is half of it.
    expected = {
        "b": SPREAD * 61 / 2 * (1 / 62 + 1 / 61),
        "a": SPREAD * 61 / 2 * (1 / 61),
        "c": SPREAD * 61 / 2 * (1 / 62),
        "d": SPREAD * 61 / 2 * (1 / 63),
    }
    assert [item.passage_id for item in fused] == list(expected)
    assert {item.passage_id: item.score for item in fused} == pytest.approx(expected)
    assert fused[1].score == pytest.approx(SPREAD / 2)


def test_normalised_sum_by_hand() -> None:
    fused = normalised_sum(DENSE, LEXICAL, similarity={"c": 0.5})
    expected = {"b": 0.5 * 0.5 + 0.5, "a": 0.5, "c": 0.0, "d": 0.0}  # c and d: level, by name
    assert [item.passage_id for item in fused] == list(expected)
    assert {item.passage_id: item.score / SPREAD for item in fused} == pytest.approx(expected)


@pytest.mark.parametrize("fuse", FUSIONS)
def test_the_evidence_goes_along(fuse: Fuse) -> None:
    fused = {item.passage_id: item for item in fuse(DENSE, LEXICAL, similarity={"c": 0.5})}
    assert {name: (item.dense, item.lexical) for name, item in fused.items()} == {
        "a": (0.9, None),
        "b": (0.8, 12.0),
        "c": (0.5, 6.0),
        "d": (0.7, None),
    }


@pytest.mark.parametrize("fuse", FUSIONS)
def test_empty_lists(fuse: Fuse) -> None:
    assert fuse([], [], similarity={}) == ()
    only_words = fuse([], LEXICAL, similarity={})
    assert [(item.passage_id, item.dense) for item in only_words] == [("b", None), ("c", None)]
    assert [item.passage_id for item in fuse(DENSE, [], similarity={})] == ["a", "b", "d"]


def test_hits_that_are_level_are_all_first() -> None:
    fused = normalised_sum(hits(("b", 0.4), ("a", 0.4)), [], similarity={})
    assert [(item.passage_id, item.score) for item in fused] == [("a", SPREAD / 2), ("b", SPREAD / 2)]


RANKED = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8).flatmap(
    lambda names: st.lists(st.floats(0.01, 1.0), min_size=len(names), max_size=len(names)).map(
        lambda scores: hits(*zip(names, sorted(scores, reverse=True), strict=True))
    )
)


@pytest.mark.parametrize("fuse", FUSIONS)
@given(dense=RANKED, lexical=RANKED)
def test_every_passage_once_and_no_list_is_turned_round(
    fuse: Fuse, dense: list[Hit], lexical: list[Hit]
) -> None:
    fused = fuse(dense, lexical, similarity={})
    names = [item.passage_id for item in fused]
    assert sorted(names) == sorted({hit.passage_id for hit in (*dense, *lexical)})
    assert all(0 <= item.score <= SPREAD * (1 + 1e-9) for item in fused)
    scores = {item.passage_id: item.score for item in fused}
    other = {hit.passage_id for hit in lexical}
    alone = [scores[hit.passage_id] for hit in dense if hit.passage_id not in other]
    assert alone == sorted(alone, reverse=True)
