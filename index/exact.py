"""Exact search over vectors in memory: the oracle, the fallback, and the way to what is newest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np

from index.chunks import FloatArray, Hit
from index.stored_vectors import IntArray, StoredVectors

_DECIMALS = 5
# Two ways to the same cosine differ by up to 3e-7 in float32; rounded scores
# make equal passages equal on both, and the passage id decides.


def ranked(scored: Iterable[tuple[str, float]], k: int) -> list[Hit]:
    """Put scored passages in the one order that every dense search gives.

    Args:
        scored: passage id and cosine similarity, each passage once.
        k: how many to keep.

    Returns:
        hits by rounded score (best first), equal ones by passage id.
    """
    rounded = sorted((-round(score, _DECIMALS), passage_id) for passage_id, score in scored)
    return [
        Hit(passage_id, rank, -negative) for rank, (negative, passage_id) in enumerate(rounded[:k], start=1)
    ]


@dataclass(frozen=True, slots=True)
class Segment:
    """Vectors of some passages; ``rows`` ascending, ``matrix`` ``(n, dim)`` float32, unit norm."""

    rows: IntArray
    passage_ids: tuple[str, ...]
    matrix: FloatArray

    @classmethod
    def of(cls, stored: StoredVectors) -> Segment:
        """Take vectors as the store reads them."""
        return cls(stored.rows, stored.passage_ids, stored.matrix)

    def only(self, rows: IntArray) -> Segment:
        """Return the part whose rows are among ``rows`` (itself where that is all of it)."""
        keep = np.isin(self.rows, rows, assume_unique=True)
        if keep.all():
            return self
        kept = np.flatnonzero(keep)
        return Segment(self.rows[kept], tuple(self.passage_ids[i] for i in kept), self.matrix[kept])

    def sound(self) -> Segment:
        """Return the part whose vectors are finite and of unit norm."""
        with np.errstate(all="ignore"):
            norms = np.linalg.norm(self.matrix, axis=1)
        return self.only(self.rows[np.abs(norms - 1.0) <= 1e-2]) if len(self.rows) else self


def merged(segments: Sequence[Segment]) -> Segment:
    """Put segments together, rows ascending."""
    order = np.argsort(np.concatenate([segment.rows for segment in segments]), kind="stable")
    passage_ids = [passage_id for segment in segments for passage_id in segment.passage_ids]
    return Segment(
        np.concatenate([segment.rows for segment in segments])[order],
        tuple(passage_ids[i] for i in order),
        np.concatenate([segment.matrix for segment in segments])[order],
    )


def best_of(
    segments: Iterable[Segment], vector: FloatArray, k: int, allowed: Set[str] | None = None
) -> list[tuple[str, float]]:
    """Score passages exactly.

    Args:
        segments: what to search; empty ones are skipped.
        vector: ``(dim,)`` float32, unit norm.
        k: how many are wanted.
        allowed: passage ids that may be returned; ``None`` means all.

    Returns:
        passage id and cosine similarity of at least the ``k`` best, in no
        order: :func:`ranked` gives it. Passages level with the last one are all there.
    """
    found: list[tuple[str, float]] = []
    for segment in segments:
        chosen = _chosen(segment, allowed)
        if chosen is not None and not chosen.size:
            continue
        scores = segment.matrix @ vector if chosen is None else segment.matrix[chosen] @ vector
        scores = np.nan_to_num(scores, nan=-1.0)  # a broken vector is near nothing
        for i in _top(scores, k):
            at = int(i) if chosen is None else int(chosen[i])
            found.append((segment.passage_ids[at], float(scores[i])))
    return found


def _chosen(segment: Segment, allowed: Set[str] | None) -> IntArray | None:
    if not segment.passage_ids:
        return np.empty(0, np.int64)
    if allowed is None:
        return None
    return np.array([i for i, name in enumerate(segment.passage_ids) if name in allowed], dtype=np.int64)


def _top(scores: FloatArray, k: int) -> IntArray:
    if len(scores) <= k:
        return np.arange(len(scores))
    # Everything level with the k-th best after rounding: the ids decide among those.
    kth = np.partition(scores, len(scores) - k)[len(scores) - k]
    return np.flatnonzero(scores >= kth - 10.0**-_DECIMALS)
