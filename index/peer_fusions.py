"""The usual ways to fuse two result lists, kept to be measured beside ours (`index.fusion`).

Both judge a hit by its place in its own list, not on an absolute scale. Their
scores, 0..1, are spread over `SPREAD`, about as far as ours lie apart within one
search: what comes after (the penalty of a superseded document, the choice of
sentences) then weighs a passage's place as much as it does with ours, and a
comparison shows the fusion and not its scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.chunks import Hit
from index.fusion import Fused

RANK_CONSTANT = 60
"""Of reciprocal rank fusion, as its authors chose it."""

SPREAD = 0.2
"""What the best possible score is worth, in units of cosine similarity."""


def reciprocal_rank(
    dense: Sequence[Hit], lexical: Sequence[Hit], *, similarity: Mapping[str, float]
) -> tuple[Fused, ...]:
    """Fuse by the sum of ``1 / (60 + rank)`` over the lists that hold a passage.

    Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet
    and individual Rank Learning Methods", SIGIR 2009; over its best possible value.

    Args:
        dense: hits with cosine similarity, their ranks from 1.
        lexical: hits with BM25 scores, their ranks from 1.
        similarity: cosine similarity of the lexical hits that are not among the dense ones
            (kept with them; it does not count).

    Returns:
        one entry a passage, the best first, ties by passage id.
    """
    best = 2.0 / (RANK_CONSTANT + 1)
    return _fused(dense, lexical, similarity, *(_shares_by_rank(hits, best) for hits in (dense, lexical)))


def normalised_sum(
    dense: Sequence[Hit], lexical: Sequence[Hit], *, similarity: Mapping[str, float]
) -> tuple[Fused, ...]:
    """Fuse by half of each score, put between 0 (the list's last hit) and 1 (its first).

    "CombSUM" after min-max normalisation: Fox and Shaw, "Combination of
    Multiple Searches", TREC-2, 1994. A passage that a list lacks gets 0 from it.

    Args and returns: as `reciprocal_rank`.
    """
    return _fused(dense, lexical, similarity, *(_shares_by_score(hits) for hits in (dense, lexical)))


def _shares_by_rank(hits: Sequence[Hit], best: float) -> dict[str, float]:
    return {hit.passage_id: 1.0 / (RANK_CONSTANT + hit.rank) / best for hit in hits}


def _shares_by_score(hits: Sequence[Hit]) -> dict[str, float]:
    scores = [hit.score for hit in hits]
    if not scores:
        return {}
    low, high = min(scores), max(scores)
    # Hits that are all level are all first.
    return {hit.passage_id: 0.5 * ((hit.score - low) / (high - low) if high > low else 1.0) for hit in hits}


def _fused(
    dense: Sequence[Hit],
    lexical: Sequence[Hit],
    similarity: Mapping[str, float],
    dense_shares: Mapping[str, float],
    lexical_shares: Mapping[str, float],
) -> tuple[Fused, ...]:
    cosines = {**similarity, **{hit.passage_id: hit.score for hit in dense}}
    bm25 = {hit.passage_id: hit.score for hit in lexical}
    fused = (
        Fused(
            passage_id,
            SPREAD * (dense_shares.get(passage_id, 0.0) + lexical_shares.get(passage_id, 0.0)),
            cosines.get(passage_id),
            bm25.get(passage_id),
        )
        for passage_id in dense_shares.keys() | lexical_shares.keys()
    )
    return tuple(sorted(fused, key=lambda item: (-item.score, item.passage_id)))
