"""Which documents bear on a question: of every kind, the nearest first, whatever their language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection, Engine

from corpus.documents import KINDS
from index.chunks import Candidate, DocumentInfo, Filters, FloatArray
from index.document_metadata import document_infos
from index.document_passages import passages_of, sample_vectors
from index.retrieval import Retriever

MOST_READ = 60
"""Passages read for the resources: three times those of an answer, so that they are of many documents."""

MOST_READ_OF_A_KIND = 12
"""Passages read of a kind that is not among them."""

SAMPLE = 200
"""Passages that show how near the documents lie to a question by chance."""

LEAST_SHARE = 0.35
"""How far a document has to stand out: of the way from the average passage to the nearest document.

Read off questions on the starter documents in three languages: what an expert
would list stands mostly at 0.4 to 0.85, what merely shares the field at 0.15 to 0.35.
"""


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document with the passages found of it, the nearest first. ``nearness`` is a cosine similarity."""

    document: DocumentInfo
    candidates: tuple[Candidate, ...]
    nearness: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found.

    ``question_vector``: ``(dim,)`` float32, unit norm, of the question alone.
    ``documents``: the nearest first, ``least``: the nearness of one worth
    listing. ``average``: how near the average passage lies to the question.
    """

    question_vector: FloatArray
    documents: tuple[FoundDocument, ...]
    least: float
    average: float


def find_documents(
    question: str,
    answered_with: str,
    language: str,
    filters: Filters,
    cited: Iterable[str],
    retriever: Retriever,
    engine: Engine,
) -> Findings:
    """Search for documents, and once more for each kind that did not come up.

    A document is near if it is so to the question and to what answers it: the
    answer tells which of a question's words it is about. A long report can
    fill every list with its passages; a good practice that bears on the
    question is then found among its own kind. Words count in finding, not in
    nearness: a question shares its words with documents of its own language alone.

    Args:
        question: as it was searched.
        answered_with: the quotes that answer it, empty where none does.
        language: of the question, two letters.
        filters: which documents may be listed.
        cited: ids of documents that are wanted however they are found.
        retriever: what searches.
        engine: the database of the passages.
    """
    queries = [question, f"{question} {answered_with}"] if answered_with else [question]
    retrievals = [
        retriever.retrieve(query, language=language, filters=filters, most=MOST_READ) for query in queries
    ]
    found = [candidate for retrieval in retrievals for candidate in retrieval.candidates]
    present = {candidate.document.kind for candidate in found}
    for kind in KINDS:
        if kind not in present and (not filters.kind or kind in filters.kind):
            narrowed = replace(filters, kind=(kind,))
            of_kind = retriever.retrieve(
                queries[-1], language=language, filters=narrowed, most=MOST_READ_OF_A_KIND
            )
            found += of_kind.candidates
    question_vector = retrievals[0].query_vector
    with engine.connect() as connection:
        sample = sample_vectors(connection, SAMPLE)
        missing = set(cited) - {candidate.document.document_id for candidate in found}
        for document in document_infos(connection, missing).values():
            found += all_candidates(connection, document)
    vector = _unit(np.sum([retrieval.query_vector for retrieval in retrievals], axis=0))
    documents = _documents(found, vector)
    return Findings(
        question_vector, documents, _least(vector, documents, sample), _mean(sample, question_vector)
    )


def all_candidates(connection: Connection, document: DocumentInfo) -> tuple[Candidate, ...]:
    """Return the passages of a document in reading order, as candidates that no search has scored."""
    passages = passages_of(connection, document.document_id, document.version)
    return tuple(
        Candidate(passage, document, rank, 0.0, None, None, vectors)
        for rank, (passage, vectors) in enumerate(passages, start=1)
    )


def _documents(found: Sequence[Candidate], vector: FloatArray) -> tuple[FoundDocument, ...]:
    by_document: dict[str, dict[str, Candidate]] = {}
    for candidate in found:
        of_document = by_document.setdefault(candidate.document.document_id, {})
        of_document.setdefault(candidate.passage.passage_id, candidate)
    documents = []
    for candidates in by_document.values():
        near = [(*_nearness(candidate, vector), candidate) for candidate in candidates.values()]
        near.sort(key=lambda item: (-item[1], item[2].passage.ordinal))
        nearness = 0.5 * (max(item[0] for item in near) + max(item[1] for item in near))
        documents.append(FoundDocument(near[0][2].document, tuple(item[2] for item in near), nearness))
    return tuple(sorted(documents, key=lambda item: (-item.nearness, item.document.document_id)))


def _nearness(candidate: Candidate, vector: FloatArray) -> tuple[float, float]:
    """Return the similarity of a passage as a whole and of its nearest sentence."""
    if not candidate.sentence_vectors.size:
        return -1.0, -1.0
    whole = _unit(candidate.sentence_vectors.mean(axis=0))
    return float(whole @ vector), float((candidate.sentence_vectors @ vector).max())


def _least(vector: FloatArray, documents: Sequence[FoundDocument], sample: FloatArray) -> float:
    average = _mean(sample, vector)
    return average + LEAST_SHARE * max(0.0, documents[0].nearness - average) if documents else average


def _mean(sample: FloatArray, vector: FloatArray) -> float:
    return float((sample @ vector).mean()) if sample.size else -1.0


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector
