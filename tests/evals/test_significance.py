"""Intervals and differences: worked examples, and sanity by simulation (seeded)."""

import math

import numpy as np
import pytest

from evals import significance
from evals.significance import (
    estimate_mean,
    estimate_proportion,
    estimate_statistic,
    paired_bootstrap,
    resampled_means,
    wilson,
)


def test_wilson_worked_example():
    # Wilson 1927 without continuity correction, as statsmodels gives it for 8 of 10
    low, high = wilson(8, 10)
    assert (low, high) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 5)[0] == 0
    assert wilson(5, 5)[1] == 1
    assert wilson(0, 5)[1] == pytest.approx(1 - wilson(5, 5)[0])


@pytest.mark.parametrize(("right", "n"), [(1, 0), (3, 2), (-1, 4)])
def test_wilson_refuses_what_is_no_proportion(right, n):
    with pytest.raises(ValueError, match="no proportion"):
        wilson(right, n)


def test_estimates_of_nothing_and_of_one():
    assert estimate_mean([]) is None
    assert estimate_proportion([]) is None
    one = estimate_mean([0.3])
    assert (one.mean, one.n, one.ci95) == (0.3, 1, pytest.approx((0.3, 0.3)))


def test_the_same_seed_gives_the_same_interval():
    values = list(np.random.default_rng(1).random(50))
    assert estimate_mean(values) == estimate_mean(values)
    assert estimate_mean(values, seed=1).ci95 != estimate_mean(values).ci95


def test_a_statistic_is_resampled_by_whole_cases():
    columns = np.column_stack([np.arange(40.0), np.arange(40.0) * 2])

    def ratio(draws):
        assert (draws[..., 1] == draws[..., 0] * 2).all()  # a row stays together
        return draws[..., 1].sum(axis=1) / draws[..., 0].sum(axis=1)

    found = estimate_statistic(columns, ratio)
    assert found.mean == 2
    assert found.ci95 == pytest.approx((2, 2))
    assert estimate_statistic(columns, lambda draws: np.full(len(draws), math.nan)) is None
    assert estimate_statistic(np.empty((0, 2)), ratio) is None


def test_resamples_where_the_statistic_is_undefined_are_left_out():
    columns = np.array([[0.0], [1.0]])
    found = estimate_statistic(
        columns, lambda draws: np.where(np.ptp(draws, axis=(1, 2)) == 0, math.nan, 0.5)
    )
    assert found.ci95 == (0.5, 0.5)
    only_whole = estimate_statistic(
        columns, lambda draws: np.array([1.0] if len(draws) == 1 else [math.nan] * len(draws))
    )
    assert only_whole.ci95 is None


def test_paired_difference_by_hand():
    found = paired_bootstrap([0, 0, 1, 1], [1, 1, 1, 1])
    assert (found.mean, found.n) == (0.5, 4)
    assert found.ci95 == (0.0, 1.0)
    same = paired_bootstrap([0.2, 0.4], [0.2, 0.4])
    assert (same.mean, same.p_value) == (0, 1)
    clear = paired_bootstrap([0.0] * 60 + [0.1] * 60, [0.5] * 60 + [0.7] * 60)
    assert clear.p_value < 0.01
    assert clear.ci95[0] > 0.5


@pytest.mark.parametrize(("a", "b"), [([1.0], [1.0, 2.0]), ([], [])])
def test_unpaired_scores_are_refused(a, b):
    with pytest.raises(ValueError, match="same cases"):
        paired_bootstrap(a, b)


def test_nominal_95_percent_intervals_cover_93_to_97_percent():
    random = np.random.default_rng(20261101)
    n_draws = 2000
    # Shares from the whole range: at a single one the lattice of n = 60 moves the rate by up to 2 points.
    shares = random.uniform(0.05, 0.95, n_draws)
    bounds = [wilson(count, 60) for count in range(61)]
    covered = np.mean(
        [
            bounds[count][0] <= share <= bounds[count][1]
            for share, count in zip(shares, random.binomial(60, shares), strict=True)
        ]
    )
    assert 0.93 <= covered <= 0.97
    n_draws = 1000
    hits = 0
    for _ in range(n_draws):
        values = random.beta(2, 1, 200)
        low, high = np.percentile(resampled_means(values, 0), [2.5, 97.5])
        hits += low <= 2 / 3 <= high
    assert 0.93 <= hits / n_draws <= 0.97


def test_two_equal_systems_are_called_different_at_the_stated_rate():
    random = np.random.default_rng(5)
    n_draws = 400
    called = 0
    for _ in range(n_draws):
        a, b = random.binomial(1, 0.6, (2, 80))
        called += paired_bootstrap(a, b).p_value < 0.05
    assert called / n_draws <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / n_draws)
    assert called > 0


def test_resamples_are_shared_and_cannot_be_changed():
    rows = significance._resamples(7, 3)
    assert rows is significance._resamples(7, 3)
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1
