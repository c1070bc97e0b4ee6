"""Ranking measures, computed by ``ir_measures`` (MacAvaney et al. 2022, https://ir-measur.es).

``nDCG@10`` (Järvelin and Kekäläinen 2002, trec_eval's gain = grade, log2
discount), ``MRR@10`` (reciprocal rank of the first relevant document, 0 beyond
rank 10), ``MAP`` (average precision), ``recall@k`` and ``precision@k``. A
document is relevant with a grade above 0. A query with relevant documents and
no results counts 0; a query without a relevant document is undefined for all of
them and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

MEASURES = {
    "nDCG@10": "nDCG@10",
    "MRR@10": "RR@10",
    "MAP": "AP",
    "recall@1": "R@1",
    "recall@5": "R@5",
    "recall@10": "R@10",
    "recall@100": "R@100",
    "precision@1": "P@1",
    "precision@5": "P@5",
}
"""Our name -> the name in ``ir_measures``."""

Ranking = Sequence[tuple[str, float]]
"""(document_id, score), the best first."""


def strictly_falling(ranking: Ranking) -> list[tuple[str, float]]:
    """Return the ranking with scores that fall at every rank, in 32-bit floats.

    trec_eval orders by score alone (kept in 32 bits), ties by name, and other
    tools break ties otherwise: with equal scores each would see another ranking
    than the one that was returned. A score that does not fall is replaced by
    the next smaller float; the order is never changed.
    """
    falling: list[tuple[str, float]] = []
    ceiling = np.float32(np.inf)
    for document_id, score in ranking:
        value = min(np.float32(score), np.nextafter(ceiling, np.float32(-np.inf), dtype=np.float32))
        falling.append((document_id, float(value)))
        ceiling = np.float32(value)
    return falling


def score_rankings(
    run: Mapping[str, Ranking], qrels: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[str, float]]:
    """Return ``values[query_id][measure]`` for every query that has a relevant document.

    Args:
        run: for each query its ranking; scores must fall strictly (`strictly_falling`).
        qrels: grades by query and document.
    """
    import ir_measures

    judged = {key: dict(grades) for key, grades in qrels.items() if any(g > 0 for g in grades.values())}
    if not judged:
        return {}
    ours = {ir_measures.parse_measure(theirs): name for name, theirs in MEASURES.items()}
    results = {query_id: dict(run.get(query_id, ())) for query_id in judged}
    values: dict[str, dict[str, float]] = {query_id: {} for query_id in judged}
    for metric in _calculate(ir_measures, list(ours), judged, results):
        values[metric.query_id][ours[metric.measure]] = float(metric.value)
    return values


def _calculate(ir_measures: Any, measures: list[Any], qrels: Any, run: Any) -> Iterable[Any]:
    metrics: Iterable[Any] = ir_measures.iter_calc(measures, qrels, run)
    return metrics
