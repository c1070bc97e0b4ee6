"""Whether a question is far from everything that the documents are about.

The best passage's similarity tells an answer from a near miss badly
(docs/decisions/0008-confidence.md), and a question about something else
altogether well, in every language. Where there is doubt a question is not far.
"""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk_bot.citations import Evidence
from index.chunks import Candidate
from index.retrieval import Retrieval

FAR = 0.77
"""Below this cosine similarity of its best passage a question is far from the documents.

Chosen on development collections with the bundled embedder
(docs/decisions/0013-partial-clarification-out-of-scope.md); another embedder has another scale."""

KNOWN_WORDS = 0.5
"""A passage with this share of the question's words (by rarity) is near, whatever its similarity."""


def is_far(retrieval: Retrieval) -> bool:
    """Tell whether no passage comes near the question, by meaning or by words."""
    total = sum(retrieval.word_weights.values())
    return bool(retrieval.candidates) and not any(_is_near(item, total) for item in retrieval.candidates)


def near_pieces(evidence: Sequence[Evidence], retrieval: Retrieval) -> tuple[Evidence, ...]:
    """Return the evidence whose passages come near the question, in order."""
    total = sum(retrieval.word_weights.values())
    return tuple(piece for piece in evidence if _is_near(piece.candidate, total))


def _is_near(candidate: Candidate, total: float) -> bool:
    if candidate.dense is None or candidate.dense >= FAR:
        return True
    return candidate.lexical is not None and total > 0 and candidate.lexical / total >= KNOWN_WORDS
