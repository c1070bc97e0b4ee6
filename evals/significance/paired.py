"""Two systems on the same cases: how far apart, and whether chance does that.

The test is a permutation test of the pairs (Fisher 1935; for evaluations Smucker
et al. 2007, https://doi.org/10.1145/1321440.1321528): were the systems equal,
each case (each cluster, where clusters count) could as well have come out with
the two results swapped.

- ``compare_means``: a mean of per-case values. Swapping flips the sign of a
  case's difference. Where all differences are of one size (0 or 1) the exact
  sign test, which is McNemar's (1947). Up to 12 differing units are enumerated.
- ``compare_statistics``: F1, AUROC, calibration error, percentiles, and means
  over cases that the systems themselves choose: the rows of the two are swapped.

Else `N_PERMUTATIONS` seeded draws, p = (as far + 1) / (draws + 1) (Phipson and
Smyth 2010, https://doi.org/10.2202/1544-6115.1585). They stop after the first
`FIRST_DRAWS` where more than a tenth are as far (of thousands of cases, which
are drawn in smaller blocks, after a fifth of these where a quarter are): such a
p value is called by no correction. Where the draws are too coarse for a correction over hundreds of
tests, a mean uses the bound of Bentkus and Dzindzalieta 2015
(https://doi.org/10.3150/14-BEJ620) on a sum of random signs, P(S >= x) <= 3.18 ·
P(normal >= x / s), and a statistic is given `MOST_PERMUTATIONS`.

The interval of the difference is the paired bootstrap's (Efron and Tibshirani
1993; `intervals`), whole units drawn with both results.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from evals.significance.intervals import bootstrap_interval, estimate_means
from evals.significance.permutations import (
    ENUMERATED,
    FIRST_DRAWS,
    MOST_PERMUTATIONS,
    N_PERMUTATIONS,
    enumerated_swaps,
    swap_blocks,
)
from evals.significance.quantiles import NORMAL
from evals.significance.resampling import spread, weight_blocks
from evals.significance.statistic import Columns, Statistic, Weights, value_of
from evals.significance.units import Units

SIGN_BOUND = 1 / (4 * (1 - NORMAL.cdf(math.sqrt(2))))
"""About 3.18: the best constant there is."""

_FEW = 5
"""Draws as far as observed, below which a p value from 10,000 draws is coarse."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far ``b`` is above ``a`` on the same ``n`` cases.

    ``ci95``: of the difference, not corrected. ``standard_error``: of the
    difference, 0 where no pair differs. ``smallest_p``: what the test could have
    reached had every pair that differs done so in one direction.
    ``p_value``: two-sided, not corrected.
    """

    a: float
    b: float
    difference: float
    ci95: tuple[float, float] | None
    n: int
    n_clusters: int | None
    standard_error: float
    p_value: float
    smallest_p: float


def compare_means(
    a: npt.NDArray[np.float64],
    b: npt.NDArray[np.float64],
    units: Units,
    seed: int = 0,
    n_permutations: int = N_PERMUTATIONS,
) -> Difference:
    """Compare the means of a measure that is defined for every case of both systems.

    Args:
        a: ``(n,)`` values of the one system, n at least 1.
        b: of the other, same order.
        units: what is drawn and swapped as one.
        seed: of all drawing.
        n_permutations: how many draws; fewer make a coarser p value.

    Raises:
        ValueError: the lengths differ, or there is no case.
    """
    if len(a) != len(b) or not len(a):
        raise ValueError(f"paired values must be of the same cases, got {len(a)} and {len(b)}")
    differences = b - a
    estimate = estimate_means(differences[:, np.newaxis], units, seed)[0]
    residuals = units.sums(differences - differences.mean())
    squares = float((residuals**2).sum())
    error = math.sqrt(squares * units.n / max(1, units.n - 1)) / len(a)
    sums = units.sums(differences)
    sums = sums[np.abs(sums) > 1e-12]
    return Difference(
        a=float(a.mean()),
        b=float(b.mean()),
        difference=estimate.mean,
        ci95=estimate.ci95,
        n=len(a),
        n_clusters=units.n_clusters,
        standard_error=error if squares > 1e-18 else 0.0,
        p_value=sign_flip_p(sums, seed, n_permutations),
        smallest_p=_smallest_p(len(sums)),
    )


def sign_flip_p(sums: npt.NDArray[np.float64], seed: int = 0, n_permutations: int = N_PERMUTATIONS) -> float:
    """Return the two-sided p value of differences being as likely up as down.

    Args:
        sums: ``(n,)`` differences of the units, none of them 0; n may be 0.
        seed: of the drawing.
        n_permutations: how many draws.
    """
    if not len(sums):
        return 1.0
    sizes = np.abs(sums)
    if np.ptp(sizes) <= 1e-9 * sizes[0]:
        return _sign_test(int((sums > 0).sum()), len(sums))
    observed = abs(float(sums.sum())) - 1e-9 * float(sizes.sum())
    if len(sums) <= ENUMERATED:
        return float((np.abs(_flipped(enumerated_swaps(len(sums)), sums)) >= observed).mean())
    blocks = (
        np.abs(_flipped(swaps, sums)) >= observed for swaps in swap_blocks(len(sums), seed, n_permutations)
    )
    n_far, n_draws = _count(blocks, n_permutations)
    p_value = (n_far + 1) / (n_draws + 1)
    bound = 2 * SIGN_BOUND * NORMAL.cdf(-abs(float(sums.sum())) / math.sqrt(float((sums**2).sum())))
    # Below what the draws can tell the bound speaks: above it, the draws are nearer to the truth.
    return bound if bound < 1 / (n_draws + 1) else p_value


def compare_statistics(
    a: Columns,
    b: Columns,
    statistic: Statistic,
    units: Units,
    seed: int = 0,
    n_permutations: int = N_PERMUTATIONS,
) -> Difference | None:
    """Compare a statistic of whole cases.

    Args:
        a: ``(n, k)`` of the one system, a row with NaN where it is undefined.
        b: of the other, same order.
        statistic: see `Statistic`.
        units: what is drawn and swapped as one.
        seed: of all drawing.
        n_permutations: how many draws.

    Returns:
        None where the statistic is undefined for one of the systems.
    """
    both = _Both(a, b, statistic, units)
    value_a, value_b = (value_of(statistic, columns[~np.isnan(columns).any(axis=1)]) for columns in (a, b))
    if math.isnan(value_a) or math.isnan(value_b):
        return None
    difference = value_b - value_a
    draws = np.concatenate(
        [both.resampled(spread(weights, units)) for weights in weight_blocks(units.n, seed)]
    )
    defined = draws[~np.isnan(draws)]
    return Difference(
        a=value_a,
        b=value_b,
        difference=difference,
        ci95=bootstrap_interval(draws, difference, units.n),
        n=len(a),
        n_clusters=units.n_clusters,
        standard_error=float(defined.std()) if len(defined) else 0.0,
        p_value=_swap_p(both, abs(difference), seed, n_permutations),
        smallest_p=_smallest_p(len(both.differing)),
    )


class _Both:
    """The rows of both systems in one table, so that a swap is a change of weights."""

    def __init__(self, a: Columns, b: Columns, statistic: Statistic, units: Units) -> None:
        self._present = [~np.isnan(columns).any(axis=1) for columns in (a, b)]
        self._columns = np.concatenate([a[self._present[0]], b[self._present[1]]])
        self._statistic = statistic
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        self.differing = np.unique(units.codes[~same.all(axis=1)])
        # Where each row finds its unit among the swaps; units that do not differ find a column of zeros.
        place = np.full(units.n, len(self.differing))
        place[self.differing] = np.arange(len(self.differing))
        self._place = np.concatenate([place[units.codes[present]] for present in self._present])

    def resampled(self, weights: Weights) -> npt.NDArray[np.float64]:
        """Return b - a for weights of the cases, ``(n_draws, n)``."""
        in_a, in_b = self._present
        nothing = np.zeros_like(weights)
        of_a = np.concatenate([weights[:, in_a], nothing[:, in_b]], axis=1)
        of_b = np.concatenate([nothing[:, in_a], weights[:, in_b]], axis=1)
        return self._statistic(self._columns, of_b) - self._statistic(self._columns, of_a)

    def swapped(self, swaps: Weights) -> npt.NDArray[np.float64]:
        """Return b - a with units swapped: ``(n_draws, n_differing)``, 1 where swapped."""
        n_of_a = int(self._present[0].sum())
        of_a = np.concatenate([swaps, np.zeros((len(swaps), 1))], axis=1)[:, self._place]
        np.subtract(1, of_a[:, :n_of_a], out=of_a[:, :n_of_a])
        return self._statistic(self._columns, 1 - of_a) - self._statistic(self._columns, of_a)

    def __len__(self) -> int:
        return len(self._columns)


def _swap_p(both: _Both, observed: float, seed: int, n_permutations: int) -> float:
    n_units = len(both.differing)
    observed -= 1e-9 * max(1.0, observed)
    if n_units == 0:
        return 1.0
    if n_units <= ENUMERATED:
        return float(_far(both.swapped(enumerated_swaps(n_units)), observed).mean())
    width = 2 * len(both)
    draws = swap_blocks(n_units, seed, max(n_permutations, MOST_PERMUTATIONS), width)
    blocks = (_far(both.swapped(swaps), observed) for swaps in draws)
    n_far, n_draws = _count(blocks, n_permutations)
    if n_far < _FEW and n_draws >= N_PERMUTATIONS:
        more, n_more = _count(blocks, MOST_PERMUTATIONS - n_draws)
        n_far, n_draws = n_far + more, n_draws + n_more
    return (n_far + 1) / (n_draws + 1)


def _far(differences: npt.NDArray[np.float64], observed: float) -> npt.NDArray[np.bool_]:
    """Tell which draws are as far as observed; an undefined one counts, so as not to help the claim."""
    far: npt.NDArray[np.bool_] = ~(np.abs(differences) < observed)
    return far


def _flipped(swaps: Weights, sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the total of the differences with some of them turned."""
    total: npt.NDArray[np.float64] = sums.sum() - 2 * (swaps @ sums)
    return total


def _count(blocks: Iterator[npt.NDArray[np.bool_]], n_wanted: int) -> tuple[int, int]:
    """Return how many draws are as far and how many there were, stopping early where p is large."""
    n_far = n_draws = 0
    for far in blocks:
        n_far, n_draws = n_far + int(far.sum()), n_draws + len(far)
        plain = (n_draws >= FIRST_DRAWS and n_far > n_draws / 10) or (
            n_draws >= FIRST_DRAWS / 5 and n_far > n_draws / 4
        )
        if plain or n_draws >= n_wanted:
            break
    return n_far, n_draws


@lru_cache(maxsize=4096)
def _sign_test(n_up: int, n: int) -> float:
    """Return the exact two-sided p value of ``n_up`` of ``n`` fair coins."""
    tail = sum(math.comb(n, k) for k in range(max(n_up, n - n_up), n + 1))
    return float(min(1.0, 2 * tail / 2**n))


def _smallest_p(n_differing: int) -> float:
    return min(1.0, 2.0 ** (1 - n_differing))
