"""Two result lists become one, on absolute scales."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunks import Hit
from index.fusion import fuse


def hits(*scored: tuple[str, float]) -> list[Hit]:
    return [Hit(name, rank, score) for rank, (name, score) in enumerate(scored, start=1)]


def test_a_hand_computed_table() -> None:
    fused = fuse(
        hits(("a", 0.9), ("b", 0.8)),
        hits(("b", 12.0), ("c", 6.0)),
        ideal_lexical=12.0,
        similarity={"c": 0.7},
        lexical_weight=0.4,
    )
    assert [(item.passage_id, item.dense, item.lexical) for item in fused] == [
        ("b", 0.8, 12.0),
        ("a", 0.9, None),
        ("c", 0.7, 6.0),
    ]
    assert [item.score for item in fused[:2]] == [pytest.approx(0.8 + 0.4), pytest.approx(0.9)]
    assert 0.7 < fused[2].score < 0.7 + 0.4  # half of the coverage: some of the weight


@pytest.mark.parametrize("ideal", [0.0, -1.0])
def test_a_query_without_words_follows_the_dense_order(ideal: float) -> None:
    fused = fuse(hits(("a", 0.5), ("b", 0.4)), hits(("b", 9.0)), ideal_lexical=ideal, similarity={})
    assert [item.passage_id for item in fused] == ["a", "b"]
    assert fused[1].score == 0.4


def test_coverage_never_counts_more_than_whole() -> None:
    (item,) = fuse(hits(("a", 0.5)), hits(("a", 99.0)), ideal_lexical=1.0, similarity={}, lexical_weight=0.1)
    assert item.score == pytest.approx(0.6)


def test_nothing_gives_nothing() -> None:
    assert fuse([], [], ideal_lexical=1.0, similarity={}) == ()


def test_ties_are_in_the_order_of_the_names() -> None:
    fused = fuse(hits(("b", 0.5), ("a", 0.5)), [], ideal_lexical=1.0, similarity={})
    assert [item.passage_id for item in fused] == ["a", "b"]


NAMES = st.sampled_from("abcdefgh")
LISTS = st.dictionaries(NAMES, st.floats(0.01, 1.0), max_size=8).map(
    lambda scored: hits(*sorted(scored.items(), key=lambda item: -item[1]))
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(dense=LISTS, lexical=LISTS, ideal=st.floats(0.1, 2.0))
def test_one_entry_a_passage_best_first_and_the_inputs_as_they_were(
    dense: list[Hit], lexical: list[Hit], ideal: float
) -> None:
    before = (list(dense), list(lexical))
    fused = fuse(dense, lexical, ideal_lexical=ideal, similarity={}, lexical_weight=0.1)
    names = [item.passage_id for item in fused]
    assert len(set(names)) == len(names)
    assert set(names) == {hit.passage_id for hit in (*dense, *lexical)}
    assert [item.score for item in fused] == sorted((item.score for item in fused), reverse=True)
    assert fused == fuse(
        reversed(dense), reversed(lexical), ideal_lexical=ideal, similarity={}, lexical_weight=0.1
    )
    assert (dense, lexical) == before
    for item in fused:
        assert item.score >= (item.dense or 0.0)
        assert item.score <= (item.dense or 0.0) + 0.1 + 1e-9
