"""Samples: without replacement, the same every time, each subset as likely."""

from collections import Counter

import pytest

from evals.sampling import select

ITEMS = tuple(f"fråga-{number}" for number in range(40))


def pick(**options):
    return select(ITEMS, str, **options)


def test_without_options_all_are_taken_and_a_limit_takes_the_first():
    assert pick() == ITEMS
    assert pick(limit=3) == ITEMS[:3]
    assert pick(limit=400) == ITEMS
    assert select((), str, sample=3) == ()


@pytest.mark.parametrize("size", [1, 7, 39])
def test_a_sample_keeps_order_and_size_and_is_the_same_again(size):
    chosen = pick(sample=size, seed=4)
    assert len(set(chosen)) == size
    assert list(chosen) == sorted(chosen, key=ITEMS.index)
    assert chosen == pick(sample=size, seed=4)


def test_a_larger_sample_holds_the_smaller_and_another_seed_is_another_sample():
    assert set(pick(sample=5, seed=1)) < set(pick(sample=12, seed=1))
    assert len({pick(sample=5, seed=seed) for seed in range(20)}) > 15
    assert pick(sample=40) == pick(sample=41) == ITEMS


def test_the_sample_is_drawn_within_the_limit():
    assert set(pick(limit=10, sample=4)) <= set(ITEMS[:10])


def test_every_item_is_as_likely():
    counts = Counter(item for seed in range(2000) for item in pick(sample=10, seed=seed))
    # 2,000 draws of a quarter: 500 expected, standard deviation 19; all 40 within 4.5 of them.
    assert min(counts[item] for item in ITEMS) > 415
    assert max(counts.values()) < 585
