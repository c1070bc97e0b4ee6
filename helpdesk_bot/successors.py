"""What a newer version says, put beside the quote of a document that it replaced.

Whoever reads "the duties begin on 2 August 2026" has to read in the same answer
what the document in its place says of it, though it is further from the question.
"""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk_bot.citations import Evidence
from helpdesk_bot.extractive import Weights, widen
from helpdesk_bot.versions import is_asked_for, is_in_force, replaces
from index.chunks import Candidate


def with_successor(
    pieces: Sequence[Evidence], found: Sequence[Candidate], question: str, day: str
) -> tuple[Evidence, ...]:
    """Return the quotes, with one of the newer version where the replaced one is quoted first and alone.

    That is its sentence nearest to the first quote; it stands behind the quotes of the replaced document
    that open the answer. Nothing is added where the question means the older version, or where the
    newer one does not hold yet or was not found.

    Args:
        pieces: quotes in order.
        found: the passages that were found.
        question: as it stands alone.
        day: ISO 8601, of the answer.
    """
    if not pieces:
        return ()
    old = pieces[0].candidate.document
    newer = [
        each for each in found if replaces(each, pieces[0].candidate) and is_in_force(each.document, day)
    ]
    quoted = {piece.candidate.document.document_id for piece in pieces}
    if not newer or any(
        each.document.document_id in quoted or is_asked_for(old, each.document, question) for each in newer
    ):
        return tuple(pieces)
    vector = pieces[0].candidate.sentence_vectors[pieces[0].best]
    _, _, at, candidate = max(
        (float(similarity), -rank, at, each)
        for rank, each in enumerate(newer)
        for at, similarity in enumerate(each.sentence_vectors @ vector)
    )
    added = widen(Evidence(candidate, at, at, at, pieces[0].score, 1.0), Weights().least_chars)
    behind = next(
        (
            place
            for place, piece in enumerate(pieces)
            if piece.candidate.document.document_id != old.document_id
        ),
        len(pieces),
    )
    return (*pieces[:behind], added, *pieces[behind:])
