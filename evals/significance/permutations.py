"""Which units are swapped, draw by draw."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from evals.significance.statistic import Weights

N_PERMUTATIONS = 10_000
MOST_PERMUTATIONS = 20_000
FIRST_DRAWS = 1_000
ENUMERATED = 12
"""Up to so many differing units all 2^12 swaps are taken, and the p value is exact."""

_MOST_NUMBERS = 1_000_000
_MOST_WORK = 50_000_000
"""Numbers a test may go through: beyond some 2,500 pairs it makes do with fewer draws, never
fewer than `FIRST_DRAWS`."""


def enumerated_swaps(n_units: int) -> Weights:
    """Return all swaps of ``n_units``, ``(2**n_units, n_units)``, 1 where swapped."""
    return (np.arange(2**n_units)[:, np.newaxis] >> np.arange(n_units) & 1).astype(np.float64)


def swap_blocks(n_units: int, seed: int, n_draws: int, width: int | None = None) -> Iterator[Weights]:
    """Yield blocks of random swaps, ``(n_block, n_units)``, 1 where swapped.

    Args:
        n_units: how many units there are to swap.
        seed: of the drawing.
        n_draws: rows in all, fewer where that were too much work.
        width: numbers that a draw costs; default ``n_units``.
    """
    width = width or n_units
    size = max(1, min(FIRST_DRAWS, _MOST_NUMBERS // width))
    n_draws = min(n_draws, max(FIRST_DRAWS, _MOST_WORK // width))
    for number, first in enumerate(range(0, n_draws, size)):
        yield _block(n_units, seed, number, size)[: n_draws - first].astype(np.float64)


@lru_cache(maxsize=64)
def _block(n_units: int, seed: int, number: int, n_rows: int) -> npt.NDArray[np.uint8]:
    """Return a block of swaps; kept, since all tests of as many units share it."""
    random = np.random.default_rng((seed, n_units, number, 1))
    bits = np.frombuffer(random.bytes(n_rows * (-(-n_units // 8))), dtype=np.uint8).reshape(n_rows, -1)
    swaps: npt.NDArray[np.uint8] = np.unpackbits(bits, axis=1)[:, :n_units]
    swaps.setflags(write=False)
    return swaps
