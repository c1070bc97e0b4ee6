"""The order of what was found: superseded documents behind, no document filling the list."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from index.chunks import Candidate, DocumentInfo, FloatArray, Passage
from index.fusion import Fused

SUPERSEDED_PENALTY = 0.03
"""Taken off the score of a passage whose document was replaced: about the step from a near miss to a hit."""

PER_DOCUMENT = 6
"""Passages of one document among the candidates, so that one long report does not fill the list."""


def demoted(
    fused: tuple[Fused, ...],
    found: Mapping[str, tuple[Passage, FloatArray]],
    superseded: Set[str],
    *,
    penalty: float = SUPERSEDED_PENALTY,
) -> tuple[Fused, ...]:
    """Lower the passages of superseded documents: old rules stay findable, behind the ones in force."""
    if not superseded:
        return fused
    lowered = (
        replace(item, score=item.score - penalty)
        if item.passage_id in found and found[item.passage_id][0].document_id in superseded
        else item
        for item in fused
    )
    return tuple(sorted(lowered, key=lambda item: (-item.score, item.passage_id)))


def arrange(
    fused: tuple[Fused, ...],
    found: dict[str, tuple[Passage, FloatArray]],
    infos: dict[str, DocumentInfo],
    most: int,
    *,
    per_document: int = PER_DOCUMENT,
) -> tuple[tuple[Candidate, ...], tuple[tuple[str, str, float], ...]]:
    """Make candidates of the best passages.

    Args:
        fused: the passages, the best first.
        found: passage and sentence vectors by passage id, of those that were read.
        infos: the documents in force by id.
        most: how many candidates.
        per_document: how many of one document.

    Returns:
        the candidates in order, and what was left out: passage id, reason
        (``not_in_force``, ``below_cut``, ``document_cap``), fused score.
    """
    candidates: list[Candidate] = []
    rejected: list[tuple[str, str, float]] = []
    n_taken: dict[str, int] = {}
    for item in fused:
        if item.passage_id not in found:
            rejected.append((item.passage_id, "below_cut", item.score))
            continue
        passage, sentence_vectors = found[item.passage_id]
        info = infos.get(passage.document_id)
        # An ingest may have committed another version since the dense search looked:
        # a passage never stands beside the metadata of a version that it is not from.
        if info is None or info.version != passage.version:
            rejected.append((item.passage_id, "not_in_force", item.score))
            continue
        taken = n_taken.get(passage.document_id, 0)
        if len(candidates) == most or taken == per_document:
            reason = "below_cut" if len(candidates) == most else "document_cap"
            rejected.append((item.passage_id, reason, item.score))
            continue
        n_taken[passage.document_id] = taken + 1
        candidates.append(
            Candidate(
                passage=passage,
                document=info,
                rank=len(candidates) + 1,
                score=item.score,
                dense=item.dense,
                lexical=item.lexical,
                sentence_vectors=sentence_vectors,
            )
        )
    return tuple(candidates), tuple(rejected)
