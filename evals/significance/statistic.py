"""What a statistic of many cases is: one function of the cases and of how often each is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Columns = npt.NDArray[np.float64]
"""``(n_cases, k)``, one case a row."""

Weights = npt.NDArray[np.float64]
"""``(n_draws, n_cases)``, how often each case stands in each draw: whole numbers from 0."""

Statistic = Callable[[Columns, Weights], npt.NDArray[np.float64]]
"""Gives ``(n_draws,)`` values, NaN where a draw leaves the statistic undefined.

Weights in place of copied rows: a clustered draw has a number of cases that
changes from draw to draw, a permutation swaps rows of two systems by weights 0
and 1, and what depends on the columns alone (sorting, binning) is done once for
all draws.
"""


def value_of(statistic: Statistic, columns: Columns) -> float:
    """Return the statistic of the cases themselves."""
    return float(statistic(columns, np.ones((1, len(columns))))[0])


def mean_statistic(columns: Columns, weights: Weights) -> npt.NDArray[np.float64]:
    """Return the mean of each draw from ``(n, 1)`` values; NaN for a draw of nothing."""
    totals, n_drawn = weights @ columns[:, 0], weights.sum(axis=1)
    means: npt.NDArray[np.float64] = np.full(len(weights), np.nan)
    np.divide(totals, n_drawn, out=means, where=n_drawn > 0)
    return means
