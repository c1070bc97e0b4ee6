"""Putting the dense and the lexical evidence for a passage into one score.

Both parts are on absolute scales, so that a list is never judged by its own
best hit: the cosine similarity as it is, and the *lexical coverage*, the
passage's BM25 score over the score that a passage holding every word of the
question would reach. Between languages few words match, the coverage is near
zero by itself, and the order follows the dense evidence; reciprocal rank
fusion has no such brake and loses there (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from index.chunks import Hit

LEXICAL_WEIGHT = 0.15
"""Weight of full lexical coverage against cosine similarity; fitted, see docs/decisions."""


@dataclass(frozen=True, slots=True)
class Fused:
    """A passage with its fused score; ``dense`` and ``lexical`` as in `Candidate`."""

    passage_id: str
    score: float
    dense: float | None
    lexical: float | None


def fuse(
    dense: Iterable[Hit],
    lexical: Iterable[Hit],
    *,
    ideal_lexical: float,
    similarity: Mapping[str, float],
    lexical_weight: float = LEXICAL_WEIGHT,
) -> tuple[Fused, ...]:
    """Fuse two result lists into one, the best first, ties by passage id.

    Args:
        dense: hits with cosine similarity.
        lexical: hits with BM25 scores.
        ideal_lexical: BM25 score of a passage that holds every word of the
            query; 0 where the query has none.
        similarity: cosine similarity of the lexical hits that are not among
            the dense ones (every passage is judged on both).
        lexical_weight: weight of full lexical coverage.

    Returns:
        one entry a passage.
    """
    dense_scores = {hit.passage_id: hit.score for hit in dense}
    lexical_scores = {hit.passage_id: hit.score for hit in lexical}
    fused = []
    for passage_id in dense_scores.keys() | lexical_scores.keys():
        cosine = dense_scores.get(passage_id, similarity.get(passage_id))
        bm25 = lexical_scores.get(passage_id)
        coverage = min(1.0, bm25 / ideal_lexical) if bm25 and ideal_lexical > 0 else 0.0
        score = (cosine if cosine is not None else 0.0) + lexical_weight * coverage**2
        fused.append(Fused(passage_id, score, cosine, bm25))
    return tuple(sorted(fused, key=lambda item: (-item.score, item.passage_id)))
