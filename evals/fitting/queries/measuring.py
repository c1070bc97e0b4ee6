"""How much nearer queries lie to what answers them: nDCG@10 of the vectors alone, before and after."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from evals.measures.retrieval import score_rankings, strictly_falling
from evals.retrieval_suite import load_retrieval_suite
from evals.significance.paired import Difference, compare_means
from evals.significance.units import units_of
from index.chunks import FloatArray

Embed = Callable[[Sequence[str]], FloatArray]

MAX_CHARS = 1500
"""Of a document: its vector is that of its beginning, the same before and after."""
_MOST_DOCUMENTS = 10


def measure(folder: Path, documents: Embed, before: Embed, after: Embed, sample: int) -> Difference:
    """Compare two ways to embed queries on a retrieval set.

    Args:
        folder: the set, in BEIR's format.
        documents: documents to vectors ``(n, dim)``.
        before: queries to vectors ``(n, dim)``.
        after: the same in another way.
        sample: how many queries are drawn; fewer where there are fewer with a relevant document.
    """
    suite = load_retrieval_suite(folder)
    texts = [f"{row.title}\n{row.text}".strip()[:MAX_CHARS] for row in suite.corpus]
    vectors = documents(texts)
    asked = [query for query in suite.queries if any(suite.qrels.get(query.query_id, {}).values())]
    drawn = random.Random(1).sample(asked, min(sample, len(asked)))  # noqa: S311  (a draw, no secret)
    values = []
    for embed in (before, after):
        scores = embed([query.text for query in drawn]) @ vectors.T
        run = {
            query.query_id: strictly_falling(
                [
                    (suite.corpus[place].document_id, float(row[place]))
                    for place in np.argsort(-row)[:_MOST_DOCUMENTS]
                ]
            )
            for query, row in zip(drawn, scores, strict=True)
        }
        scored = score_rankings(run, suite.qrels)
        values.append(np.array([scored[query.query_id]["nDCG@10"] for query in drawn]))
    groups = [query.group or query.query_id for query in drawn]
    clusters = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    return compare_means(values[0], values[1], units_of(clusters, len(drawn)))
