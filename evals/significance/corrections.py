"""Many tests at once.

``holm`` (Holm 1979, https://www.jstor.org/stable/4615733): at most alpha of all
comparisons of equal systems call any difference. ``benjamini-hochberg``
(Benjamini and Hochberg 1995, https://doi.org/10.1111/j.2517-6161.1995.tb02031.x):
at most alpha of the differences called are none, on average. ``none``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HOLM, BENJAMINI_HOCHBERG, NONE = "holm", "benjamini-hochberg", "none"
CORRECTIONS = (HOLM, BENJAMINI_HOCHBERG, NONE)


def adjust(p_values: npt.ArrayLike, correction: str) -> npt.NDArray[np.float64]:
    """Return the adjusted p values of a family, ``(n,)``, each at most 1.

    Raises:
        ValueError: no such correction.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if correction not in CORRECTIONS:
        raise ValueError(f"no correction '{correction}'; there are {', '.join(CORRECTIONS)}")
    if correction == NONE or not len(p):
        return p
    order = np.argsort(p, kind="stable")
    ranks = np.arange(len(p))
    if correction == HOLM:
        ascending = np.maximum.accumulate(p[order] * (len(p) - ranks))
    else:
        ascending = np.minimum.accumulate((p[order] * len(p) / (ranks + 1))[::-1])[::-1]
    adjusted: npt.NDArray[np.float64] = np.empty(len(p))
    adjusted[order] = np.minimum(ascending, 1.0)
    return adjusted


def reachable(smallest_p: npt.ArrayLike, alpha: float) -> npt.NDArray[np.bool_]:
    """Return which tests of a family could come out significant at all, ``(n,)``.

    Tarone 1990 (https://doi.org/10.2307/2531456): with k the smallest number
    such that at most k tests can reach a p value of alpha / k, only those are
    tested and counted; the others could not have been called whatever came out.
    What a permutation test can reach depends on how many cases differ, not on
    which way, so choosing by it does not favour a result.

    Args:
        smallest_p: the smallest p value that each test can give.
        alpha: of the family.
    """
    smallest = np.asarray(smallest_p, dtype=np.float64)
    for k in range(1, len(smallest) + 1):
        chosen: npt.NDArray[np.bool_] = smallest <= alpha / k
        if chosen.sum() <= k:
            return chosen
    return np.zeros(len(smallest), dtype=bool)
