"""The trace of an answer: what was searched, found, left out and judged, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk_bot.draft import Draft


def trace_of(draft: Draft, index_version: str) -> dict[str, Any]:
    """Return what happened on the way to an answer, enough to see how it came about."""
    retrieval = draft.retrieval
    candidates = retrieval.candidates if retrieval else ()
    rejected = retrieval.rejected if retrieval else ()
    return {
        "index_version": index_version,
        "depth": draft.depth,
        "searched_for": draft.understanding.stand_alone if draft.understanding else draft.text,
        **_conversation(draft),
        **({"bank": dict(draft.banked)} if draft.banked else {}),
        "retrieved": [
            {
                "rank": candidate.rank,
                "passage_id": candidate.passage.passage_id,
                "document_id": candidate.document.document_id,
                "source": candidate.document.source,
                "score": round(candidate.score, 5),
                "dense": None if candidate.dense is None else round(candidate.dense, 5),
                "lexical": None if candidate.lexical is None else round(candidate.lexical, 5),
            }
            for candidate in candidates
        ],
        "rejected": [
            {"passage_id": passage_id, "reason": reason, "score": round(score, 5)}
            for passage_id, reason, score in rejected
        ],
        "features": _rounded(draft.features),
        "parts": [
            {
                "question": part.part.text,
                "searched_for": part.part.stand_alone,
                "is_answered": part.is_answered,
                "confidence": round(part.confidence, 4),
                "features": _rounded(part.features),
            }
            for part in draft.asked_parts
        ],
        "notes": list(draft.notes),
        "timings_ms": {name: round(value, 3) for name, value in draft.timings_ms.items()},
    }


def _conversation(draft: Draft) -> dict[str, Any]:
    """Return what narrowed the search, and what a follow-up took over from the turns before it."""
    found: dict[str, Any] = {}
    if draft.question.filters:
        found["filters"] = {name: list(values) for name, values in draft.question.filters.items()}
    if draft.kinds:
        found["kinds"] = sorted(draft.kinds)
    if draft.understanding is not None and draft.understanding.is_follow_up:
        carried = draft.understanding.carried
        found["carried"] = {
            "entities": list(carried.entities),
            "filters": {name: list(values) for name, values in carried.filters.items()},
            "documents": list(carried.documents),
            "wants_others": carried.wants_others,
        }
    return found


def _rounded(features: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in features.items()}
