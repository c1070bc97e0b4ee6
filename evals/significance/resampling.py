"""The bootstrap: drawing units with replacement, as weights."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from evals.significance.statistic import Columns, Statistic, Weights
from evals.significance.units import Units

N_RESAMPLES = 1000
"""Enough for the second decimal of a 95 % bound: its Monte Carlo error is about 3 % of the
interval's width (Efron and Tibshirani 1993, chapter 19), and 1,000 keeps a suite of 10,000
cases within seconds."""

_MOST_NUMBERS = 250_000
"""Weights in one block: bounds the memory to some MB, and a block stays near the processor."""


def weight_blocks(n_units: int, seed: int, n_draws: int = N_RESAMPLES) -> Iterator[Weights]:
    """Yield ``(n_block, n_units)`` weights, ``n_draws`` rows in all: units drawn with replacement."""
    size = max(1, _MOST_NUMBERS // max(1, n_units))
    for number, first in enumerate(range(0, n_draws, size)):
        yield _block(n_units, seed, number, min(size, n_draws - first)).astype(np.float64)


def resampled_means(values: Columns, units: Units, seed: int) -> npt.NDArray[np.float64]:
    """Return the means of ``N_RESAMPLES`` resamples.

    Args:
        values: ``(n_cases, m)``, several measures of the same cases.
        units: what is drawn as one.
        seed: of the drawing.

    Returns:
        ``(N_RESAMPLES, m)``.
    """
    sums, sizes = units.sums(values), units.sums(np.ones(len(values)))
    blocks = [(weights @ sums) / (weights @ sizes)[:, np.newaxis] for weights in weight_blocks(units.n, seed)]
    return np.concatenate(blocks)


def resampled_statistic(
    columns: Columns, statistic: Statistic, units: Units, seed: int
) -> npt.NDArray[np.float64]:
    """Return a statistic of ``N_RESAMPLES`` resamples of cases, NaN where undefined."""
    return np.concatenate(
        [statistic(columns, spread(weights, units)) for weights in weight_blocks(units.n, seed)]
    )


def spread(weights: Weights, units: Units) -> Weights:
    """Return the weights of the cases from those of their units."""
    return weights[:, units.codes] if units.clustered else weights


@lru_cache(maxsize=32)
def _block(n_units: int, seed: int, number: int, n_rows: int) -> npt.NDArray[np.uint16]:
    """Return a block of weights; kept, since all measures of the same cases share it."""
    random = np.random.default_rng((seed, n_units, number))
    drawn = random.integers(0, n_units, size=(n_rows, n_units), dtype=np.int64)
    drawn += np.arange(n_rows)[:, np.newaxis] * n_units
    counts = np.bincount(drawn.ravel(), minlength=n_rows * n_units).reshape(n_rows, n_units)
    weights: npt.NDArray[np.uint16] = counts.astype(np.uint16)
    weights.setflags(write=False)
    return weights
