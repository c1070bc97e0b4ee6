"""Paired tests: against counting by hand and brute force, and at their stated rate."""

import itertools
import math

import numpy as np
import pytest

from evals.measures.abstention import f1_statistic
from evals.significance import units_of
from evals.significance.paired import compare_means, compare_statistics, sign_flip_p
from evals.significance.permutations import FIRST_DRAWS, swap_blocks
from evals.significance.statistic import mean_statistic


def alone(n):
    return units_of(None, n)


def test_a_difference_by_hand():
    found = compare_means(np.array([0.0, 0, 1, 1]), np.array([1.0, 1, 1, 1]), alone(4))
    assert (found.a, found.b, found.difference, found.n) == (0.5, 1.0, 0.5, 4)
    assert found.p_value == 0.5  # two pairs differ, both up: 2 of 4 ways are as far
    assert found.smallest_p == 0.5
    assert found.standard_error == pytest.approx(math.sqrt(1 / 3 / 4))
    low, high = found.ci95
    assert low <= 0 < 0.5 < high


@pytest.mark.parametrize(("a", "b"), [([1.0], [1.0, 2.0]), ([], [])])
def test_unpaired_values_are_refused(a, b):
    with pytest.raises(ValueError, match="same cases"):
        compare_means(np.array(a), np.array(b), alone(len(b)))


def test_nothing_that_differs_and_a_single_pair():
    same = compare_means(np.full(30, 0.4), np.full(30, 0.4), alone(30))
    assert (same.difference, same.p_value, same.standard_error, same.smallest_p) == (0, 1, 0, 1)
    assert same.ci95 == (0, 0)
    one = compare_means(np.array([0.2]), np.array([0.9]), alone(1))
    assert (one.n, one.p_value, one.standard_error) == (1, 1.0, 0.0)


def test_differences_of_one_size_get_the_exact_sign_test():
    # 3 up, 17 down: 2 · (C(20,0) + C(20,1) + C(20,2) + C(20,3)) / 2^20, McNemar's exact test
    assert sign_flip_p(np.array([1.0] * 3 + [-1.0] * 17)) == pytest.approx(2 * 1351 / 2**20)
    assert sign_flip_p(np.array([0.5] * 5 + [-0.5] * 5)) == 1
    assert sign_flip_p(np.array([])) == 1


@pytest.mark.parametrize("n", [3, 8, 12])
def test_few_pairs_are_enumerated(n):
    sums = np.random.default_rng(n).normal(0.4, 1, n)
    totals = [abs(sum(signs * sums)) for signs in itertools.product((1, -1), repeat=n)]
    expected = np.mean(np.array(totals) >= abs(sums.sum()) - 1e-12)
    assert sign_flip_p(sums) == pytest.approx(expected)


def test_many_pairs_are_drawn_and_close_to_the_exact_value():
    random = np.random.default_rng(4)
    sums = random.normal(0.6, 1, 18)
    signs = 1 - 2 * (np.arange(2**18)[:, np.newaxis] >> np.arange(18) & 1)
    exact = (np.abs(signs @ sums) >= abs(sums.sum()) - 1e-12).mean()
    assert 0.005 < exact < 0.1
    assert sign_flip_p(sums) == pytest.approx(exact, rel=0.15)
    assert sign_flip_p(sums) == sign_flip_p(sums)
    assert sign_flip_p(sums, seed=1) != sign_flip_p(sums)


def test_a_p_value_finer_than_the_draws_is_a_bound_on_the_exact_one():
    sums = np.linspace(0.5, 1.5, 24)  # all up: the exact value is 2 / 2^24
    assert 2 / 2**24 <= sign_flip_p(sums) < 1e-4


def test_whole_clusters_are_swapped():
    clusters = np.repeat(np.arange(20), 5)
    a, b = np.zeros(100), np.repeat(np.r_[np.ones(12), np.zeros(8)], 5)
    clustered = compare_means(a, b, units_of(clusters, 100))
    assert (clustered.p_value, clustered.n_clusters) == (2 / 2**12, 20)
    by_case = compare_means(a, b, alone(100))
    assert by_case.p_value < 1e-12
    assert clustered.standard_error > 2 * by_case.standard_error


def test_a_statistic_is_tested_by_swapping_rows():
    # Unanswerable, abstained. A finds both, B none; swapping one of the two cases makes them equal.
    a = np.array([[1.0, 1], [1, 1], [0, 0], [0, 0]])
    b = np.array([[1.0, 0], [1, 0], [0, 0], [0, 0]])
    found = compare_statistics(a, b, f1_statistic, alone(4))
    assert (found.a, found.b, found.difference, found.n) == (1, 0, -1, 4)
    assert (found.p_value, found.smallest_p) == (0.5, 0.5)


def test_a_mean_tested_as_a_statistic_agrees_with_the_mean():
    random = np.random.default_rng(9)
    a = random.random(80)
    b = np.clip(a + random.normal(0.03, 0.15, 80), 0, 1)
    mean = compare_means(a, b, alone(80))
    statistic = compare_statistics(a[:, np.newaxis], b[:, np.newaxis], mean_statistic, alone(80))
    assert statistic.difference == pytest.approx(mean.difference)
    assert statistic.p_value == pytest.approx(mean.p_value, rel=0.3)
    assert statistic.standard_error == pytest.approx(mean.standard_error, rel=0.1)
    assert statistic.ci95 == pytest.approx(mean.ci95, abs=0.01)


def test_a_measure_of_other_cases_in_each_system_is_a_ratio():
    # A is defined for the first three, B for the last three: (1+1+0)/3 against (0+0+1)/3.
    a = np.array([[1.0], [1], [0], [math.nan]])
    b = np.array([[math.nan], [0.0], [0], [1]])
    found = compare_statistics(a, b, mean_statistic, alone(4))
    assert (found.a, found.b) == pytest.approx((2 / 3, 1 / 3))
    assert found.n == 4
    nowhere = np.full((4, 1), math.nan)
    assert compare_statistics(a, nowhere, mean_statistic, alone(4)) is None


def test_swaps_are_fair_bounded_and_the_same_each_time():
    swaps = np.concatenate(list(swap_blocks(70, 0, 3000)))
    assert swaps.shape == (3000, 70)
    assert set(np.unique(swaps)) == {0, 1}
    assert swaps.mean() == pytest.approx(0.5, abs=0.01)
    assert (swaps == np.concatenate(list(swap_blocks(70, 0, 3000)))).all()
    assert sum(map(len, swap_blocks(70, 0, 10_000, width=10**9))) == FIRST_DRAWS


@pytest.mark.parametrize("kind", ["shares", "values"])
def test_equal_systems_are_called_different_at_the_stated_rate(kind):
    random = np.random.default_rng(5)
    n_draws = 1500
    called = 0
    for _ in range(n_draws):
        if kind == "shares":
            sums = random.binomial(1, 0.6, 80) - random.binomial(1, 0.6, 80)
        else:
            sums = random.beta(2, 1, 30) ** 3 - random.beta(2, 1, 30) ** 3
        called += sign_flip_p(sums[sums != 0].astype(float), n_permutations=2000) <= 0.05
    assert 0.02 <= called / n_draws <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / n_draws)


def test_equal_systems_differ_in_f1_at_the_stated_rate():
    random = np.random.default_rng(6)
    n_draws, called = 200, 0
    for _ in range(n_draws):
        unanswerable = (random.random(40) < 0.4).astype(float)
        chance = np.where(unanswerable == 1, 0.7, 0.2)
        a, b = (np.stack([unanswerable, random.random(40) < chance], axis=1) for _ in range(2))
        called += compare_statistics(a, b, f1_statistic, alone(40), n_permutations=1000).p_value <= 0.05
    assert called / n_draws <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / n_draws)
    assert called > 0
