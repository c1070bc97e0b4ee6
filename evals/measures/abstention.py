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


def abstained(observation: Observation) -> float:
    """Return 1.0 when no answer was given."""
    return float(not observation.is_answered)


def unanswerable(observation: Observation) -> float:
    """Return 1.0 when the key says that the documents do not answer."""
    return float(not observation.case.answerable)


def confidence(observation: Observation) -> float | None:
    """Return the answer's confidence, 0..1, None from a system that gives none."""
    value = observation.answer.get("confidence")
    return None if value is None else float(value)


def abstention_precision(observation: Observation) -> float | None:
    """Return 1.0 when abstaining was right, None where the helpdesk answered."""
    return unanswerable(observation) if abstained(observation) else None


def abstention_recall(observation: Observation) -> float | None:
    """Return 1.0 when an unanswerable case got no answer, None for an answerable case."""
    return abstained(observation) if unanswerable(observation) else None


def f1_statistic(
    columns: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return F1 of each draw (`evals.significance.Statistic`); NaN where undefined.

    Args:
        columns: ``(n, 2)``, unanswerable and abstained.
        weights: ``(n_draws, n)``, how often each case is drawn.
    """
    positive, predicted = columns[:, 0] > 0, columns[:, 1] > 0
    counts = weights @ np.stack([positive & predicted, positive, predicted], axis=1).astype(np.float64)
    return _quotient(2.0 * counts[:, 0], counts[:, 1] + counts[:, 2])


def auroc_statistic(
    columns: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return AUROC of each draw (`evals.significance.Statistic`); NaN where a class is missing.

    Counted over the distinct values of confidence: an unanswerable case wins
    against each answerable one above it, and half against one beside it.

    Args:
        columns: ``(n, 2)``, unanswerable and confidence.
        weights: ``(n_draws, n)``, how often each case is drawn.
    """
    if not len(columns):
        return np.full(len(weights), np.nan)
    order = np.argsort(columns[:, 1], kind="stable")
    ascending, positive = columns[order, 1], (columns[order, 0] > 0).astype(np.float64)
    starts = np.flatnonzero(np.r_[True, ascending[1:] != ascending[:-1]])
    drawn = weights[:, order]
    positives = np.add.reduceat(drawn * positive, starts, axis=1)
    negatives = np.add.reduceat(drawn * (1 - positive), starts, axis=1)
    n_negatives = negatives.sum(axis=1)
    n_above = n_negatives[:, np.newaxis] - negatives.cumsum(axis=1)
    wins = (positives * (n_above + negatives / 2)).sum(axis=1)
    return _quotient(wins, positives.sum(axis=1) * n_negatives)


def _quotient(above: npt.NDArray[np.float64], below: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    share: npt.NDArray[np.float64] = np.full(len(above), np.nan)
    np.divide(above, below, out=share, where=below > 0)
    return share
