"""How certain a figure is, and whether a difference is real.

Seeded: the same input gives the same interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Columns = npt.NDArray[np.float64]
Statistic = Callable[[Columns], Columns]
"""Takes ``(n_draws, n_cases, k)`` columns, gives ``(n_draws,)`` values, NaN where undefined: many
resamples in one call, since one call each made scoring 10,000 cases take minutes."""

Z_95 = 1.959963984540054
N_RESAMPLES = 1000
"""Enough for the second decimal of a 95 % bound: its Monte Carlo error is about 3 % of the
interval's width (Efron and Tibshirani 1993, chapter 19), and 1,000 keeps a suite of 10,000
cases within seconds."""

_MOST_NUMBERS = 1_000_000
"""Numbers handed to a statistic in one call: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over ``n`` cases with its 95 % interval (None where there are too few cases)."""

    mean: float
    n: int
    ci95: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of ``b - a`` over paired cases, its 95 % interval and a two-sided p value."""

    mean: float
    n: int
    ci95: tuple[float, float] | None
    p_value: float


def wilson(n_right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a proportion (Wilson 1927, without continuity correction).

    Raises:
        ValueError: ``n`` is not positive or ``n_right`` not within 0..n.
    """
    if n <= 0 or not 0 <= n_right <= n:
        raise ValueError(f"no proportion: {n_right} of {n}")
    share = n_right / n
    scale = 1 + Z_95**2 / n
    centre = (share + Z_95**2 / (2 * n)) / scale
    half = Z_95 * math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n**2)) / scale
    # At the ends the bound is exact; rounding must not put it outside the share.
    low = 0.0 if n_right == 0 else max(0.0, centre - half)
    high = 1.0 if n_right == n else min(1.0, centre + half)
    return low, high


def estimate_proportion(values: Sequence[float]) -> Estimate | None:
    """Return the share of ones with Wilson's interval; None without values."""
    if not len(values):
        return None
    n_right = round(sum(values))
    return Estimate(n_right / len(values), len(values), wilson(n_right, len(values)))


def estimate_mean(values: Sequence[float], seed: int = 0) -> Estimate | None:
    """Return the mean with its percentile bootstrap interval; None without values."""
    if not len(values):
        return None
    array = np.asarray(values, dtype=np.float64)
    return Estimate(float(array.mean()), len(array), _interval(resampled_means(array, seed)))


def estimate_statistic(columns: Columns, statistic: Statistic, seed: int = 0) -> Estimate | None:
    """Return a statistic of whole cases with its percentile bootstrap interval over cases.

    Args:
        columns: ``(n, k)`` float64, one case a row.
        statistic: takes many resamples of such columns at once (see `Statistic`).
        seed: of the resampling.

    Returns:
        None where the statistic is undefined on the cases. Resamples on which
        it is undefined are left out of the interval.
    """
    if not len(columns):
        return None
    value = float(statistic(columns[np.newaxis])[0])
    if math.isnan(value):
        return None
    rows = _resamples(len(columns), seed)
    step = max(1, _MOST_NUMBERS // columns.size)
    draws = np.concatenate(
        [statistic(columns[rows[first : first + step]]) for first in range(0, len(rows), step)]
    )
    return Estimate(value, len(columns), _interval(draws[~np.isnan(draws)]))


def paired_bootstrap(a: Sequence[float], b: Sequence[float], seed: int = 0) -> Difference:
    """Return how much ``b`` is above ``a`` on the same cases (Efron and Tibshirani 1993, 16.4).

    The p value is the bootstrap test of a mean of zero: the differences are
    shifted to mean zero and resampled; it is the share of resampled means at
    least as far from zero, with one added to both counts so that it is never 0.

    Args:
        a: scores of the one system, one a case.
        b: scores of the other, same order.
        seed: of the resampling.

    Raises:
        ValueError: the lengths differ, or there is no case.
    """
    if len(a) != len(b) or not len(a):
        raise ValueError(f"paired scores must be of the same cases, got {len(a)} and {len(b)}")
    differences = np.asarray(b, dtype=np.float64) - np.asarray(a, dtype=np.float64)
    mean = float(differences.mean())
    draws = resampled_means(differences, seed)
    n_as_far = int((np.abs(draws - mean) >= abs(mean) - 1e-12).sum())
    return Difference(mean, len(differences), _interval(draws), (n_as_far + 1) / (len(draws) + 1))


def resampled_means(values: npt.NDArray[np.float64], seed: int) -> npt.NDArray[np.float64]:
    """Return the means of ``N_RESAMPLES`` resamples, ``(N_RESAMPLES,)`` float64."""
    means: npt.NDArray[np.float64] = values[_resamples(len(values), seed)].mean(axis=1)
    return means


@lru_cache(maxsize=8)
def _resamples(n: int, seed: int) -> npt.NDArray[np.int32]:
    """Return row numbers, ``(N_RESAMPLES, n)``: shared by all measures over as many cases."""
    rows: npt.NDArray[np.int32] = np.random.default_rng(seed).integers(
        0, n, size=(N_RESAMPLES, n), dtype=np.int32
    )
    rows.setflags(write=False)
    return rows


def _interval(draws: npt.NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the percentile interval; one case (no spread at all to resample) gives a point."""
    if not len(draws):
        return None
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)
