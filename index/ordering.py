"""The order of what was found: what is not in force behind, and nothing filling the list."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from corpus.language import UNDETERMINED
from index.chunks import AlsoIn, Candidate, DocumentInfo, FloatArray, Passage
from index.duplicates import Said, repeated, said
from index.fusion import Fused

SUPERSEDED_PENALTY = 0.03
"""Taken off the score of a passage that is not in force: about the step from a near miss to a hit."""

OTHER_LANGUAGE = 0.02
"""Added to the score of a passage in another language than the question's: it can share few words with it,
and what says the same lies less near. Chosen on XQuAD with the paragraphs of each article spread over four
languages, see docs/decisions."""

PER_DOCUMENT = 6
"""Passages of one document among the candidates, so that one long report does not fill the list."""

NO_WEIGHTS: Mapping[str, float] = MappingProxyType({})

_DAYS_OF_A_YEAR = 365.25


def weigh(
    fused: tuple[Fused, ...],
    documents: Mapping[str, DocumentInfo],
    behind: Set[str],
    today: date,
    *,
    superseded_penalty: float = SUPERSEDED_PENALTY,
    kind_weights: Mapping[str, float] = NO_WEIGHTS,
    recency_weight: float = 0.0,
    lean: Callable[[DocumentInfo], float] | None = None,
    asked_in: str = UNDETERMINED,
    other_language: float = OTHER_LANGUAGE,
) -> tuple[Fused, ...]:
    """Move the score of each passage by what its document is.

    Args:
        fused: the passages, the best first.
        documents: the document of each passage by passage id; one that is missing moves nothing.
        behind: ids of the documents that are not in force today (`corpus.succession`):
            old rules stay findable, behind the ones in force.
        today: from which the age is counted.
        superseded_penalty: taken off for those, in units of the fused score.
        kind_weights: added, by kind of document.
        recency_weight: taken off for each year of age; a document without a date loses nothing.
        lean: gives what a document's passages gain where the question points to it, or lose.
        asked_in: the language of the question, two letters; undetermined moves nothing.
        other_language: added to what is in another language, where both are known.

    Returns:
        the same passages in their new order, ties by passage id.
    """
    moved = []
    for item in fused:
        document = documents.get(item.passage_id)
        if document is None:
            moved.append(item)
            continue
        score = item.score + kind_weights.get(document.kind, 0.0)
        if document.document_id in behind:
            score -= superseded_penalty
        if lean is not None:
            score += lean(document)
        if len({asked_in, document.language, UNDETERMINED}) == 3:
            score += other_language
        if recency_weight:
            score -= recency_weight * age_in_years(document.date, today)
        moved.append(item if score == item.score else replace(item, score=score))
    return tuple(sorted(moved, key=lambda item: (-item.score, item.passage_id)))


def age_in_years(dated: str | None, today: date) -> float:
    """Return the age of a document, 0 or more; 0 without a date.

    A year or a month alone counts from its last day: nobody loses for saying less.
    """
    if not dated:
        return 0.0
    given = [int(part) for part in dated.split("-")]
    year, month = given[0], given[1] if len(given) > 1 else 12
    day = given[2] if len(given) > 2 else calendar.monthrange(year, month)[1]
    return max(0.0, (today - date(year, month, day)).days / _DAYS_OF_A_YEAR)


@dataclass(slots=True)
class _Taken:
    """A candidate in the making, and what was folded into it."""

    item: Fused
    passage: Passage
    document: DocumentInfo
    sentence_vectors: FloatArray
    said: Said | None
    also_in: list[AlsoIn]

    def candidate(self, rank: int) -> Candidate:
        return Candidate(
            passage=self.passage,
            document=self.document,
            rank=rank,
            score=self.item.score,
            dense=self.item.dense,
            lexical=self.item.lexical,
            sentence_vectors=self.sentence_vectors,
            also_in=tuple(self.also_in),
        )


def arrange(
    fused: tuple[Fused, ...],
    found: Mapping[str, tuple[Passage, FloatArray]],
    infos: Mapping[str, DocumentInfo],
    most: int,
    *,
    per_document: int = PER_DOCUMENT,
    duplicates: bool = True,
    behind: Set[str] = frozenset(),
) -> tuple[tuple[Candidate, ...], tuple[tuple[str, str, float], ...]]:
    """Make candidates of the best passages.

    Args:
        fused: the passages, the best first.
        found: passage and sentence vectors by passage id, of those that were read.
        infos: the documents in the catalogue by id.
        most: how many candidates.
        per_document: how many of one document.
        duplicates: whether a passage that says nothing but what a better one of another document
            says is folded into that one (`index.duplicates`); the next in the list takes its place.
        behind: ids of the documents that are not in force today; they and the others are never
            folded into each other.

    Returns:
        the candidates in order, and what was left out: passage id, reason
        (``not_in_force``, ``duplicate``, ``below_cut``, ``document_cap``), fused score.
    """
    taken: list[_Taken] = []
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
        new = _Taken(item, passage, info, sentence_vectors, said(passage, info) if duplicates else None, [])
        if _fold(new, taken, behind):
            rejected.append((item.passage_id, "duplicate", item.score))
            continue
        n_of_document = n_taken.get(passage.document_id, 0)
        if len(taken) == most or n_of_document == per_document:
            reason = "below_cut" if len(taken) == most else "document_cap"
            rejected.append((item.passage_id, reason, item.score))
            continue
        n_taken[passage.document_id] = n_of_document + 1
        taken.append(new)
    return tuple(each.candidate(rank) for rank, each in enumerate(taken, 1)), tuple(rejected)


def _fold(new: _Taken, taken: list[_Taken], behind: Set[str]) -> bool:
    """Note a passage on the first one that says all that it says; tell whether there is one."""
    if new.said is None:
        return False
    own = new.document.document_id
    for kept in taken:
        other = kept.document.document_id
        if kept.said is None or other == own or (other in behind) != (own in behind):
            continue
        run = repeated(new.said, kept.said)
        if run is not None:
            found = new.passage
            kept.also_in.append(AlsoIn(new.document, found.passage_id, found.page, new.item.score, *run))
            return True
    return False
