"""How many cases it takes to see a difference."""

from __future__ import annotations

import math

from evals.significance.quantiles import NORMAL

POWER = 0.8
"""The usual one (Cohen 1988); for evaluations in language technology see Card et al. 2020,
https://aclanthology.org/2020.emnlp-main.745."""


def cases_needed(n: int, standard_error: float, difference: float, alpha: float) -> int | None:
    """Return how many paired cases show a true difference in 80 % of comparisons.

    Normal approximation for a two-sided test of paired differences,
    ((z(1 - alpha/2) + z(power)) · s / difference)², with s = standard error ·
    sqrt(n), the spread of the paired differences (of clusters, with their
    design effect): the error of a mean falls with the root of its cases.

    Args:
        n: the cases at hand.
        standard_error: of the difference over these.
        difference: the smallest that matters, above 0.
        alpha: of the single test, after correction.

    Returns:
        None where the cases tell no spread (none differs, or there is but one).
    """
    if n < 2 or difference <= 0 or not standard_error > 0:
        return None
    quantiles = NORMAL.inv_cdf(1 - alpha / 2) + NORMAL.inv_cdf(POWER)
    return math.ceil(n * (quantiles * standard_error / difference) ** 2)
