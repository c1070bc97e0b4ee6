"""ece: expected calibration error of ``confidence``.

Naeini et al. 2015; Guo et al. 2017, https://proceedings.mlr.press/v70/guo17a:
ten bins of equal width over 0..1, the mean over bins of |share right - mean
confidence|, weighted by the number of cases in the bin.

``confidence`` is the probability that the evidence answers the question. It is
right (1) for an answerable case when an expected quote was cited (where the key
has no quote: an expected document); for an answerable case where the helpdesk
abstained without citing anything it is right too, since the documents do answer
and the confidence should have been higher. It is wrong (0) for an unanswerable
case.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evals.measures.document_hit import document_hit_any
from evals.measures.observation import Observation
from evals.measures.quote_hit import quote_hit

N_BINS = 10


def evidence_is_right(observation: Observation) -> float | None:
    """Return 1.0 or 0.0, None where the key tells neither a quote nor a document."""
    if not observation.case.answerable:
        return 0.0
    if not observation.citations:
        return 1.0
    quoted = quote_hit(observation)
    return quoted if quoted is not None else document_hit_any(observation)


def ece_statistic(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the error, 0..1, from ``(n_draws, n, 2)`` columns (confidence, right), n at least 1."""
    confidence, right = columns[..., 0], columns[..., 1]
    bins = np.clip(np.ceil(confidence * N_BINS) - 1, 0, N_BINS - 1).astype(int)
    cells = bins + np.arange(len(columns))[:, np.newaxis] * N_BINS
    gap = np.bincount(
        cells.ravel(), weights=(right - confidence).ravel(), minlength=len(columns) * N_BINS
    ).reshape(-1, N_BINS)
    error: npt.NDArray[np.float64] = np.abs(gap).sum(axis=1) / columns.shape[1]
    return error
