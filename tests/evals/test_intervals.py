"""Intervals: worked examples, and their coverage by simulation (seeded)."""

import math

import numpy as np
import pytest

from evals.significance import (
    estimate_mean,
    estimate_means,
    estimate_proportion,
    estimate_statistic,
    units_of,
    wilson,
)
from evals.significance.intervals import bootstrap_interval, design_effect
from evals.significance.quantiles import student
from evals.significance.resampling import weight_blocks
from evals.significance.statistic import mean_statistic

N_SIMULATED = 1200


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


@pytest.mark.parametrize(
    ("degrees", "quantile", "tolerance"),
    [(2, 4.3027, 0.04), (5, 2.5706, 0.0005), (10, 2.2281, 1e-4), (39, 2.0227, 1e-4), (1000, 1.9623, 1e-4)],
)
def test_students_quantile_is_that_of_the_tables(degrees, quantile, tolerance):
    assert student(0.975, degrees) == pytest.approx(quantile, abs=tolerance)


def test_estimates_of_nothing_and_of_one():
    assert estimate_mean([]) is None
    assert estimate_proportion([]) is None
    assert estimate_statistic(np.empty((0, 2)), mean_statistic) is None
    one = estimate_mean([0.3])
    assert (one.mean, one.n, one.ci95) == (0.3, 1, pytest.approx((0.3, 0.3)))
    same = estimate_mean([0.3, 0.3, 0.3])
    assert same.ci95 == pytest.approx((0.3, 0.3))


def test_the_same_seed_gives_the_same_interval():
    values = list(np.random.default_rng(1).random(50))
    assert estimate_mean(values) == estimate_mean(values)
    assert estimate_mean(values, seed=1).ci95 != estimate_mean(values).ci95


def test_a_mean_is_that_of_a_statistic_up_to_acceleration():
    values = np.random.default_rng(2).normal(0.5, 0.1, 200)
    mean = estimate_mean(values)
    statistic = estimate_statistic(values[:, np.newaxis], mean_statistic)
    assert statistic.mean == pytest.approx(mean.mean)
    assert statistic.ci95 == pytest.approx(mean.ci95, abs=0.002)
    assert (mean.interval, statistic.interval) == ("bootstrap", "bootstrap")


def test_cases_are_drawn_whole_and_as_many_as_there_are():
    blocks = list(weight_blocks(30, seed=0))
    assert sum(map(len, blocks)) == 1000
    assert all((block.sum(axis=1) == 30).all() for block in blocks)
    assert np.concatenate(blocks).mean() == 1
    large = list(weight_blocks(30_000, seed=0, n_draws=50))  # in blocks, so that memory stays bounded
    assert len(large) > 1
    assert sum(map(len, large)) == 50


def test_clusters_are_drawn_whole():
    clusters = np.repeat(np.arange(25), 4)
    values = np.repeat(np.arange(25) % 2, 4).astype(float)
    units = units_of(clusters, 100)

    def statistic(columns, weights):
        drawn = weights.reshape(len(weights), 25, 4)
        assert (drawn == drawn[:, :, :1]).all()
        return mean_statistic(columns, weights)

    found = estimate_statistic(values[:, np.newaxis], statistic, units)
    assert (found.interval, found.n, found.n_clusters) == ("clustered bootstrap", 100, 25)


def test_resamples_where_the_statistic_is_undefined_are_left_out():
    columns = np.array([[0.0], [1.0]])

    def spread(values, weights):
        return np.where((weights == 0).any(axis=1), math.nan, 0.5)

    assert estimate_statistic(columns, spread).ci95 == (0.5, 0.5)

    def only_whole(values, weights):
        return np.where(len(weights) == 1, 1.0, np.full(len(weights), math.nan))

    assert estimate_statistic(columns, only_whole).ci95 is None
    assert estimate_statistic(columns, lambda _, weights: np.full(len(weights), math.nan)) is None


def test_a_bound_beyond_the_pole_of_the_acceleration_is_the_outermost_draw():
    draws = np.linspace(0, 1, 1001)
    low, high = bootstrap_interval(draws, 0.5, n_units=3, acceleration=0.4)
    assert 0 <= low < 0.5 < high == 1


def test_twenty_clusters_are_enough_and_nineteen_are_not():
    values = np.tile([0.0, 1.0], 20)
    enough = estimate_proportion(values, units_of(np.arange(40) // 2, 40))
    assert (enough.interval, enough.n_clusters) == ("clustered wilson", 20)
    few = units_of(np.minimum(np.arange(40) // 2, 18), 40)
    assert few.too_few
    by_case = estimate_proportion(values, few)
    assert (by_case.interval, by_case.n_clusters) == ("wilson", 19)
    alone = units_of(np.arange(40), 40)
    assert not alone.too_few
    assert estimate_proportion(values, alone).n_clusters is None


def test_the_design_effect_by_hand():
    # 20 clusters of 2 alike: residuals ±0.5, sums ±1; together 20·1·(20/19)/40², alone 40·0.25/40²
    values = np.repeat(np.tile([0.0, 1.0], 10), 2)
    assert design_effect(values, units_of(np.arange(40) // 2, 40)) == pytest.approx(2 * 20 / 19)
    # Clusters of one 0 and one 1 vary less than single cases would; that is not believed.
    assert design_effect(np.tile([0.0, 1.0], 20), units_of(np.arange(40) // 2, 40)) == 1
    assert design_effect(np.ones(40), units_of(np.arange(40) // 2, 40)) == 1


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.85])
def test_wilson_covers_93_to_97_percent_at_60_cases(share):
    # Simulated, and the same summed over all counts, which has no chance in it.
    counts = np.random.default_rng(60).binomial(60, share, 4000)
    bounds = [wilson(count, 60) for count in range(61)]
    holds = np.array([low <= share <= high for low, high in bounds])
    chances = [math.comb(60, k) * share**k * (1 - share) ** (60 - k) for k in range(61)]
    assert 0.93 <= (holds * chances).sum() <= 0.97
    assert holds[counts].mean() == pytest.approx((holds * chances).sum(), abs=0.015)


@pytest.mark.parametrize("n", [20, 60, 200])
def test_the_bootstrap_covers_93_to_97_percent_of_a_skewed_mean(n):
    random = np.random.default_rng(n)
    values, mean = token_f1_like(random, (n, N_SIMULATED))
    estimates = estimate_means(values, units_of(None, n))
    assert 0.93 <= coverage(estimates, mean) <= 0.97


@pytest.mark.parametrize("n_clusters", [20, 40])
def test_clustered_intervals_cover_and_those_by_case_do_not(n_clusters):
    random = np.random.default_rng(n_clusters)
    clusters = np.repeat(np.arange(n_clusters), 1 + np.arange(n_clusters) % 6)
    n = len(clusters)
    # A document is easy or hard: its cases share a chance of being answered, 2/3 on average.
    chances = random.beta(3, 1.5, (n_clusters, N_SIMULATED))[clusters]
    right = (random.random(chances.shape) < chances).astype(float)
    partial, mean = token_f1_like(random, chances.shape)
    clustered, by_case = units_of(clusters, n), units_of(None, n)
    assert 0.93 <= coverage(estimate_means(right * partial, clustered), mean * 2 / 3) <= 0.97
    assert coverage(estimate_means(right * partial, by_case), mean * 2 / 3) < 0.92
    for units, low, high in ((clustered, 0.93, 0.97), (by_case, 0.8, 0.92)):
        estimates = [estimate_proportion(column, units) for column in right.T]
        assert low <= coverage(estimates, 2 / 3) <= high


def token_f1_like(random, shape):
    """Many ones, some zeros, the rest between; and its mean."""
    kind = random.random(shape)
    return np.where(kind < 0.10, 0.0, np.where(kind < 0.75, 1.0, random.beta(3, 2, shape))), 0.65 + 0.25 * 0.6


def coverage(estimates, truth):
    return np.mean([estimate.ci95[0] <= truth <= estimate.ci95[1] for estimate in estimates])
