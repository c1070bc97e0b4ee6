"""latency_p50 and latency_p95: wall time of a whole answer, in milliseconds.

Percentiles of the per-case times, linear interpolation between neighbours
(NumPy's default; definition 7 of Hyndman and Fan 1996). The time is taken
around the call that makes the answer, in the process that runs the suite, one
question at a time; the first, cold question is part of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def p50_statistic(
    columns: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the median of each draw, ms, from ``(n, 1)`` latencies (`evals.significance.Statistic`)."""
    return _percentile(columns, weights, 0.50)


def p95_statistic(
    columns: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the 95th percentile of each draw, ms, from ``(n, 1)`` latencies."""
    return _percentile(columns, weights, 0.95)


def _percentile(
    columns: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], share: float
) -> npt.NDArray[np.float64]:
    """Weights are whole counts, so the k-th drawn value is found by their running sum."""
    values: npt.NDArray[np.float64] = np.full(len(weights), np.nan)
    if not len(columns):
        return values
    order = np.argsort(columns[:, 0], kind="stable")
    ascending, n_up_to = columns[order, 0], weights[:, order].cumsum(axis=1)
    whole = n_up_to[:, -1] > 0
    n_up_to = n_up_to[whole]
    position = (n_up_to[:, -1] - 1) * share
    below = np.floor(position)
    above = np.minimum(below + 1, n_up_to[:, -1] - 1)
    low, high = (ascending[(n_up_to <= rank[:, np.newaxis]).sum(axis=1)] for rank in (below, above))
    values[whole] = low + (position - below) * (high - low)
    return values
