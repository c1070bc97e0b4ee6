"""How certain a figure is, and whether a difference is real.

Intervals of one system (`intervals`), tests of two on the same cases
(`paired`), many tests at once (`corrections`), and how many cases it takes
(`power`). Everything is seeded: the same input gives the same figures.
"""

from evals.significance.intervals import (
    Estimate,
    estimate_mean,
    estimate_means,
    estimate_proportion,
    estimate_statistic,
    wilson,
)
from evals.significance.statistic import Columns, Statistic, Weights
from evals.significance.units import MIN_CLUSTERS, Units, units_of

__all__ = [
    "MIN_CLUSTERS",
    "Columns",
    "Estimate",
    "Statistic",
    "Units",
    "Weights",
    "estimate_mean",
    "estimate_means",
    "estimate_proportion",
    "estimate_statistic",
    "units_of",
    "wilson",
]
