"""latency_p50 and latency_p95: wall time of a whole answer, in milliseconds.

Percentiles of the per-case times, linear interpolation between neighbours
(NumPy's default; definition 7 of Hyndman and Fan 1996). The time is taken
around the call that makes the answer, in the process that runs the suite, one
question at a time; the first, cold question is part of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def p50_statistic(columns: npt.NDArray[np.float64]) -> float:
    """Return the median, ms, from ``(n, 1)`` latencies; NaN without cases."""
    return float(np.percentile(columns[:, 0], 50)) if len(columns) else float("nan")


def p95_statistic(columns: npt.NDArray[np.float64]) -> float:
    """Return the 95th percentile, ms, from ``(n, 1)`` latencies; NaN without cases."""
    return float(np.percentile(columns[:, 0], 95)) if len(columns) else float("nan")
