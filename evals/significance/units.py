"""What is drawn as one: a case, or all cases of a document or conversation.

Cases that share a document fail together, so they carry less than as many
separate ones; resampling them one by one gives intervals that are too narrow.
Whole clusters are drawn instead (Cameron, Gelbach and Miller 2008,
https://doi.org/10.1162/rest.90.3.414). With few clusters that under-covers
itself: below 20 the cases are drawn one by one, and the summary warns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MIN_CLUSTERS = 20


@dataclass(frozen=True, slots=True)
class Units:
    """What is drawn as one.

    ``codes``: ``(n_cases,)`` int64, the unit of each case, ``0 .. n - 1``.
    ``n``: how many units. ``clustered``: units are clusters. ``n_clusters``:
    how many clusters the cases have, None where no two cases share one.
    """

    codes: npt.NDArray[np.int64]
    n: int
    clustered: bool
    n_clusters: int | None

    @property
    def too_few(self) -> bool:
        """Return whether cases share clusters that are too few to be drawn."""
        return self.n_clusters is not None and not self.clustered

    def sums(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the sums over each unit, ``(n, ...)``, of ``(n_cases, ...)`` values."""
        if not self.clustered:
            return values
        totals = np.zeros((self.n, *values.shape[1:]))
        np.add.at(totals, self.codes, values)
        return totals


def units_of(clusters: npt.NDArray[np.int64] | None, n_cases: int) -> Units:
    """Return the units of some cases.

    Args:
        clusters: ``(n_cases,)``, equal where two cases share a cluster; None: none do.
        n_cases: how many cases.
    """
    alone = np.arange(n_cases)
    if clusters is None:
        return Units(alone, n_cases, clustered=False, n_clusters=None)
    codes = np.unique(clusters, return_inverse=True)[1].astype(np.int64)
    n_clusters = int(codes.max(initial=-1)) + 1
    if n_clusters == n_cases:
        return Units(alone, n_cases, clustered=False, n_clusters=None)
    if n_clusters < MIN_CLUSTERS:
        return Units(alone, n_cases, clustered=False, n_clusters=n_clusters)
    return Units(codes, n_clusters, clustered=True, n_clusters=n_clusters)
