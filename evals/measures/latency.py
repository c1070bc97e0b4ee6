"""latency_p50 and latency_p95: wall time of a whole answer, in milliseconds.

Percentiles of the per-case times, linear interpolation between neighbours
(NumPy's default; definition 7 of Hyndman and Fan 1996). The time is taken
around the call that makes the answer, in the process that runs the suite, one
question at a time; the first, cold question is part of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def p50_statistic(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the median, ms, from ``(n_draws, n, 1)`` latencies, n at least 1."""
    return _percentile(columns, 50)


def p95_statistic(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the 95th percentile, ms, from ``(n_draws, n, 1)`` latencies, n at least 1."""
    return _percentile(columns, 95)


def _percentile(columns: npt.NDArray[np.float64], percent: float) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = np.percentile(columns[..., 0], percent, axis=1)
    return values
