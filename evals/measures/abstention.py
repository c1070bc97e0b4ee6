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


def f1_statistic(columns: npt.NDArray[np.float64]) -> float:
    """Return F1 from ``(n, 2)`` columns (unanswerable, abstained); NaN where undefined."""
    positive, predicted = columns[:, 0] > 0, columns[:, 1] > 0
    total = positive.sum() + predicted.sum()
    return float(2 * (positive & predicted).sum() / total) if total else float("nan")


def auroc_statistic(columns: npt.NDArray[np.float64]) -> float:
    """Return AUROC from ``(n, 2)`` columns (unanswerable, confidence); NaN where a class is missing."""
    positive = columns[:, 0] > 0
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    if not n_positive or not n_negative:
        return float("nan")
    ranks = _mean_ranks(-columns[:, 1])
    wins = ranks[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(wins / (n_positive * n_negative))


def _mean_ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return ascending 1-based ranks; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean_rank: npt.NDArray[np.float64] = (last - (counts - 1) / 2)[inverse]
    return mean_rank
