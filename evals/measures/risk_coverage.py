"""aurc and the risk-coverage curve: how wrong the answers are at each share of questions answered.

El-Yaniv and Wiener 2010 (https://jmlr.org/papers/v11/el-yaniv10a.html); the area
under the curve after Geifman and El-Yaniv 2017
(https://arxiv.org/abs/1705.08500) and Geifman, Uziel and El-Yaniv 2019
(https://arxiv.org/abs/1805.08206). The cases are ordered by falling
``confidence``. *Coverage* k/n: the k most confident are answered. *Risk*: the
share of these that is wrong. ``aurc`` is the mean risk over k = 1..n, in 0..1,
lower is better; the best order still leaves about 1 - a + a·ln(a) for a share a
of cases that can be right, so it compares systems on the same cases and is no
mark by itself.

Cases of equal confidence cannot be told apart: they enter together on the
curve, and the area is its mean over their orders (the wrong among them spread
evenly), so the order of the file changes nothing.

Right (`answer_is_right`) is what an answer from this evidence would be, also
where the system abstained and only showed its nearest passages: an expected
quote is cited (where the key has no quote: an expected document). Nothing cited
is wrong, and so is every unanswerable case. So a system that refuses much is
judged by what it would have said, and one curve shows every threshold it could
have had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.measures.document_hit import document_hit_any
from evals.measures.observation import Observation
from evals.measures.quote_hit import quote_hit


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """One threshold: answering the ``n`` cases of at least this confidence has this risk.

    ``coverage`` and ``risk`` in 0..1.
    """

    confidence: float
    n: int
    coverage: float
    risk: float


def answer_is_right(observation: Observation) -> float | None:
    """Return 1.0 or 0.0, None where the key tells neither a quote nor a document."""
    if not observation.case.answerable:
        return 0.0
    quoted = quote_hit(observation)
    return quoted if quoted is not None else document_hit_any(observation)


def risk_coverage(columns: npt.NDArray[np.float64]) -> list[RiskPoint]:
    """Return the curve, a point for each distinct confidence, the most confident first.

    Args:
        columns: ``(n, 2)`` float64, (confidence, right) of each case; n may be 0.
    """
    if not len(columns):
        return []
    confidences, n_cases, n_wrong = _by_confidence(columns, np.ones((1, len(columns))))
    covered, wrong = n_cases[0].cumsum(), n_wrong[0].cumsum()
    return [
        RiskPoint(float(confidence), int(n), float(n / len(columns)), float(missed / n))
        for confidence, n, missed in zip(confidences, covered, wrong, strict=True)
    ]


def aurc_statistic(
    columns: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the area of each draw, 0..1 (`evals.significance.Statistic`); NaN for a draw of nothing.

    Within a group of equal confidence with the share r wrong, E wrong and k
    cases before it, the risk at k + j is (E + j·r) / (k + j); its sum over the
    group is r·size + (E - k·r)·(H(k + size) - H(k)) with the harmonic numbers H.

    Args:
        columns: ``(n, 2)``, confidence and right.
        weights: ``(n_draws, n)``, how often each case is drawn, whole numbers.
    """
    area: npt.NDArray[np.float64] = np.full(len(weights), np.nan)
    if not len(columns):
        return area
    _, n_cases, n_wrong = _by_confidence(columns, weights)
    after = n_cases.cumsum(axis=1)
    n_drawn = after[:, -1]
    before = after - n_cases
    wrong_before = n_wrong.cumsum(axis=1) - n_wrong
    share = np.divide(n_wrong, n_cases, out=np.zeros_like(n_wrong), where=n_cases > 0)
    harmonic = np.concatenate([[0.0], (1.0 / np.arange(1, n_drawn.max() + 1)).cumsum()])
    spread = np.diff(harmonic.take(after.astype(np.int32)), axis=1, prepend=0.0)
    risks = (n_wrong + (wrong_before - before * share) * spread).sum(axis=1)
    np.divide(risks, n_drawn, out=area, where=n_drawn > 0)
    return area


def _by_confidence(
    columns: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return falling distinct confidences ``(m,)``, and cases and wrong ones at each ``(n_draws, m)``."""
    order = np.argsort(-columns[:, 0], kind="stable")
    falling, wrong = columns[order, 0], 1.0 - columns[order, 1]
    starts = np.flatnonzero(np.r_[True, falling[1:] != falling[:-1]])
    drawn = weights[:, order]
    n_cases: npt.NDArray[np.float64] = np.add.reduceat(drawn, starts, axis=1)
    n_wrong: npt.NDArray[np.float64] = np.add.reduceat(drawn * wrong, starts, axis=1)
    return falling[starts], n_cases, n_wrong
