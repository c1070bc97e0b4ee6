"""Abstention: whether the helpdesk says that it does not know exactly when it cannot know.

The positive class is *unanswerable* (the usual choice in work on refusal, e.g.
Rajpurkar et al. 2018, https://aclanthology.org/P18-2124, and selective answering).
A case is predicted positive when no answer is given: every outcome but
``answered`` and ``partial``. So a request for clarification and a blocked
question count as abstaining: they assert nothing about the documents, and on an
answerable case they leave the asker without an answer, which is what precision
has to notice. Errors are no outcome and are left out before.

- ``abstention_precision``: of the cases without an answer, the share unanswerable;
- ``abstention_recall``: of the unanswerable cases, the share without an answer;
- ``abstention_f1``: their harmonic mean, 2·TP / (2·TP + FP + FN);
- ``abstention_auroc``: the chance that an unanswerable case has a lower
  ``confidence`` than an answerable one, ties counting one half (Mann-Whitney).

Precision and recall are means over the cases where they are defined, so they
carry Wilson intervals. F1 is undefined where nothing is positive nor predicted
so; AUROC where one class is missing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evals.measures.observation import Observation

ANSWERED = ("answered", "partial")


def abstained(observation: Observation) -> float:
    """Return 1.0 when no answer was given."""
    return float(observation.answer["outcome"] not in ANSWERED)


def unanswerable(observation: Observation) -> float:
    """Return 1.0 when the key says that the documents do not answer."""
    return float(not observation.case.answerable)


def confidence(observation: Observation) -> float:
    """Return the answer's confidence, 0..1."""
    return float(observation.answer["confidence"])


def abstention_precision(observation: Observation) -> float | None:
    """Return 1.0 when abstaining was right, None where the helpdesk answered."""
    return unanswerable(observation) if abstained(observation) else None


def abstention_recall(observation: Observation) -> float | None:
    """Return 1.0 when an unanswerable case got no answer, None for an answerable case."""
    return abstained(observation) if unanswerable(observation) else None


def f1_statistic(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return F1 from ``(n_draws, n, 2)`` columns (unanswerable, abstained); NaN where undefined."""
    positive, predicted = columns[..., 0] > 0, columns[..., 1] > 0
    total = positive.sum(axis=1) + predicted.sum(axis=1)
    return _quotient(2.0 * (positive & predicted).sum(axis=1), total)


def auroc_statistic(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return AUROC from ``(n_draws, n, 2)`` columns (unanswerable, confidence); NaN where a class is missing.

    Counted over the distinct values of confidence: an unanswerable case wins
    against each answerable one above it, and half against one beside it.
    """
    n_draws = len(columns)
    values, inverse = np.unique(columns[..., 1], return_inverse=True)
    cells = inverse.reshape(n_draws, -1) + np.arange(n_draws)[:, np.newaxis] * len(values)
    positive = columns[..., 0] > 0
    counts = np.stack(
        [
            np.bincount(cells[chosen], minlength=n_draws * len(values)).reshape(n_draws, -1)
            for chosen in (positive, ~positive)
        ]
    ).astype(np.float64)
    n_above = counts[1, :, ::-1].cumsum(axis=1)[:, ::-1] - counts[1]
    wins = (counts[0] * (n_above + counts[1] / 2)).sum(axis=1)
    return _quotient(wins, counts[0].sum(axis=1) * counts[1].sum(axis=1))


def _quotient(
    above: npt.NDArray[np.float64], below: npt.NDArray[np.float64 | np.int64]
) -> npt.NDArray[np.float64]:
    share: npt.NDArray[np.float64] = np.full(len(above), np.nan)
    np.divide(above, below, out=share, where=below > 0)
    return share
