"""Keeping what was cited already out of an answer to "other projects?"."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from index.retrieval import Retrieval

REASON = "shown_before"
"""Why a passage was left out, in the trace."""


def without_shown(retrieval: Retrieval, documents: Collection[str]) -> Retrieval:
    """Return what was found without the passages of some documents, if anything is left.

    Args:
        retrieval: what was found.
        documents: ids of the documents that earlier answers of the conversation cited.

    Returns:
        the candidates of other documents, ranked anew; the left out ones are
        among ``rejected``. Where all are of these documents, the same again:
        to show something twice is better than to show nothing.
    """
    kept = [item for item in retrieval.candidates if item.document.document_id not in documents]
    if not kept or len(kept) == len(retrieval.candidates):
        return retrieval
    aside = tuple(
        (item.passage.passage_id, REASON, item.score)
        for item in retrieval.candidates
        if item.document.document_id in documents
    )
    candidates = tuple(replace(item, rank=rank) for rank, item in enumerate(kept, 1))
    return replace(retrieval, candidates=candidates, rejected=(*aside, *retrieval.rejected))
