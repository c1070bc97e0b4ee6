"""ece: expected calibration error of ``confidence``, and the bins of its reliability diagram.

Naeini et al. 2015; Guo et al. 2017, https://proceedings.mlr.press/v70/guo17a:
ten bins of equal width over 0..1, closed above; the mean over bins of |share
right - mean confidence|, weighted by the number of cases in the bin.

``confidence`` is the probability that the evidence answers the question. It is
right (1) for an answerable case when an expected quote was cited (where the key
has no quote: an expected document); for an answerable case where the helpdesk
abstained without citing anything it is right too, since the documents do answer
and the confidence should have been higher. It is wrong (0) for an unanswerable
case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.measures.document_hit import document_hit_any
from evals.measures.observation import Observation
from evals.measures.quote_hit import quote_hit
from evals.significance import wilson

N_BINS = 10


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The cases with a confidence above ``low`` and at most ``high`` (the first bin: 0 too).

    ``ci95`` is Wilson's interval of ``share_right``. All three figures are
    None where the bin is empty.
    """

    low: float
    high: float
    n: int
    mean_confidence: float | None
    share_right: float | None
    ci95: tuple[float, float] | None


def evidence_is_right(observation: Observation) -> float | None:
    """Return 1.0 or 0.0, None where the key tells neither a quote nor a document."""
    if not observation.case.answerable:
        return 0.0
    if not observation.citations:
        return 1.0
    quoted = quote_hit(observation)
    return quoted if quoted is not None else document_hit_any(observation)


def ece_statistic(
    columns: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the error of each draw, 0..1 (`evals.significance.Statistic`); NaN for a draw of nothing.

    Args:
        columns: ``(n, 2)``, confidence and right.
        weights: ``(n_draws, n)``, how often each case is drawn.
    """
    confidence, right = columns[:, 0], columns[:, 1]
    gaps = (_bins(confidence)[:, np.newaxis] == np.arange(N_BINS)) * (right - confidence)[:, np.newaxis]
    n_drawn = weights.sum(axis=1)
    error: npt.NDArray[np.float64] = np.full(len(weights), np.nan)
    np.divide(np.abs(weights @ gaps).sum(axis=1), n_drawn, out=error, where=n_drawn > 0)
    return error


def ece_by_chance(confidence: npt.NDArray[np.float64]) -> float:
    """Return the error to expect of these very confidences if each were true, 0..1.

    With few cases in a bin the share that is right strays from its probability
    by chance alone, so that even a perfect confidence shows an error: about 0.1
    on 80 cases (Roelofs et al. 2022, https://arxiv.org/abs/2012.08668). An error
    near this figure says nothing against a confidence.

    Args:
        confidence: ``(n,)``, 0..1; n at least 1.
    """
    bins = _bins(confidence)
    gaps = 0.0
    for number in range(N_BINS):
        inside = confidence[bins == number]
        chances = np.ones(1)  # how likely so many cases are right: Poisson's binomial distribution
        for value in inside:
            chances = np.convolve(chances, (1.0 - value, value))
        gaps += float(chances @ np.abs(np.arange(len(chances)) - inside.sum()))
    return gaps / len(confidence)


def reliability(columns: npt.NDArray[np.float64]) -> list[ReliabilityBin]:
    """Return the ten bins of the reliability diagram, the lowest confidence first.

    Args:
        columns: ``(n, 2)`` float64, (confidence, right) of each case; n may be 0.
    """
    confidence, right = columns[:, 0], columns[:, 1]
    bins = _bins(confidence)
    return [_bin(number, confidence[bins == number], right[bins == number]) for number in range(N_BINS)]


def _bin(number: int, confidence: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> ReliabilityBin:
    low, high, n = number / N_BINS, (number + 1) / N_BINS, len(confidence)
    if not n:
        return ReliabilityBin(low, high, 0, None, None, None)
    n_right = round(float(right.sum()))
    return ReliabilityBin(low, high, n, float(confidence.mean()), n_right / n, wilson(n_right, n))


def _bins(confidence: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    numbers: npt.NDArray[np.int64] = np.clip(np.ceil(confidence * N_BINS) - 1, 0, N_BINS - 1).astype(np.int64)
    return numbers
