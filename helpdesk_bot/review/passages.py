"""Passages as evidence at the desk: found by a search, cut into citations, read again from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from corpus.schema import document_versions, documents
from helpdesk_bot.citations import MAX_QUOTE_CHARS, Evidence, cite
from helpdesk_bot.extractive import widen
from helpdesk_bot.review.errors import BadText
from index.chunks import Candidate, DocumentInfo, Filters, Passage
from index.retrieval import Retriever
from index.schema import passages

MOST_SENTENCES = 3
LEAST_CHARS = 80
"""A suggested quote that is shorter takes a neighbour along."""


def search(
    retriever: Retriever, text: str, language: str, most: int, filters: Filters | None = None
) -> list[dict[str, Any]]:
    """Return the passages that bear on a text, each with the citation that its best sentence makes.

    Args:
        retriever: of the helpdesk.
        text: what is looked for, NFC.
        language: of the text, ``und`` where unknown.
        most: passages, 1..50.
        filters: which documents.
    """
    found = retriever.retrieve(text, language=language, filters=filters, most=most)
    return [_found(candidate, found.query_vector) for candidate in found.candidates]


def _found(candidate: Candidate, query_vector: Any) -> dict[str, Any]:
    passage = candidate.passage
    best = int(np.argmax(candidate.sentence_vectors @ query_vector)) if passage.sentences else 0
    piece = widen(Evidence(candidate, best, best, best, candidate.score, 1.0), LEAST_CHARS)
    cited = cite((piece,))
    citation = _plain(asdict(cited[0])) if cited else None
    return {
        "passage_id": passage.passage_id,
        "score": round(float(candidate.score), 4),
        "text": passage.text,
        "start_char": passage.start_char,
        "end_char": passage.end_char,
        "page": passage.page,
        "heading_path": list(passage.heading_path),
        "language": passage.language,
        "document": {
            "document_id": candidate.document.document_id,
            "title": candidate.document.title,
            "kind": candidate.document.kind,
            "publisher": candidate.document.publisher,
            "date": candidate.document.date,
            "language": candidate.document.language,
            "url": candidate.document.url,
            "source": candidate.document.source,
            "version": candidate.document.version,
        },
        "citation": citation,
    }


def cite_passage(
    connection: Connection, passage_id: str, start_char: int | None = None, end_char: int | None = None
) -> dict[str, Any]:
    """Return the citation of a span of a passage, widened to whole sentences.

    Args:
        connection: on the database.
        passage_id: the passage.
        start_char: in the document's text; ``None``: the passage's beginning.
        end_char: behind the span; ``None``: as many whole sentences as a quote may hold.

    Raises:
        BadText: no such passage, a span outside it, or one that is no quote: more than three sentences
            or 700 characters.
    """
    candidate = _candidate(connection, passage_id)
    passage = candidate.passage
    start = passage.start_char if start_char is None else start_char
    if not passage.start_char <= start < passage.end_char:
        raise BadText("The span lies outside the passage.")
    first = next((n for n, (_, end) in enumerate(passage.sentences) if end > start), None)
    if first is None:
        raise BadText("No sentence stands at this place of the passage.")
    if end_char is None:
        last = _most(passage, first)
    else:
        if not start < end_char <= passage.end_char:
            raise BadText("The span lies outside the passage.")
        last = max(n for n, (begin, _) in enumerate(passage.sentences) if begin < end_char)
    last = max(first, last)
    piece = Evidence(candidate, first, last, first, 0.0, 1.0)
    cited = cite((piece,)) if last - first < MOST_SENTENCES else ()
    if not cited:
        raise BadText(
            f"A quote is at most {MOST_SENTENCES} sentences and {MAX_QUOTE_CHARS} characters: choose less."
        )
    return dict(_plain(asdict(cited[0])))


def _most(passage: Passage, first: int) -> int:
    last = first
    while (
        last + 1 < len(passage.sentences)
        and last + 1 - first < MOST_SENTENCES
        and passage.sentences[last + 1][1] - passage.sentences[first][0] <= MAX_QUOTE_CHARS
    ):
        last += 1
    return last


def _candidate(connection: Connection, passage_id: str) -> Candidate:
    columns = [column for column in passages.c if column.name not in ("embedding", "sentence_embeddings")]
    row = connection.execute(select(*columns).where(passages.c.passage_id == passage_id)).mappings().first()
    if row is None:
        raise BadText(f"There is no passage {passage_id}: it may have been replaced. Search again.")
    passage = Passage(
        passage_id=row["passage_id"],
        document_id=row["document_id"],
        version=row["version"],
        ordinal=row["ordinal"],
        start_char=row["start_char"],
        end_char=row["end_char"],
        page=row["page"],
        heading_path=tuple(row["heading_path"]),
        language=row["language"],
        text=row["text"],
        context=row["context"],
        n_tokens=row["n_tokens"],
        sentences=tuple((start, end) for start, end in row["sentences"]),
    )
    info = _document(connection, passage.document_id, passage.version)
    return Candidate(passage, info, 1, 0.0, None, None, np.zeros((0, 0), dtype=np.float32))


def _document(connection: Connection, document_id: str, version: int) -> DocumentInfo:
    columns = document_versions.c
    row = connection.execute(
        select(
            columns.title,
            columns.kind,
            columns.publisher,
            columns.date,
            columns.language,
            columns.themes,
            columns.region,
            columns.url,
            documents.c.source,
        )
        .join(documents, documents.c.document_id == columns.document_id)
        .where(columns.document_id == document_id, columns.version == version)
    ).one()
    return DocumentInfo(
        document_id=document_id,
        version=version,
        title=row.title,
        kind=row.kind,
        publisher=row.publisher,
        date=row.date,
        language=row.language,
        themes=tuple(row.themes),
        region=row.region,
        url=row.url,
        source=row.source,
    )


def is_exact(connection: Connection, citation: Mapping[str, Any]) -> bool:
    """Tell whether a quote stands, letter by letter, where the citation says, in its document version."""
    text = version_text(connection, citation)
    return text is not None and text[citation["start_char"] : citation["end_char"]] == citation["quote"]


def version_text(connection: Connection, citation: Mapping[str, Any]) -> str | None:
    """Return the text of the document version that a citation counts in."""
    document = citation["document"]
    query = select(document_versions.c.text).where(
        document_versions.c.document_id == document["document_id"],
        document_versions.c.version == document["version"],
    )
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else str(found)


def numbered(citations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return citations numbered anew, in this order, from 1."""
    return [{**citation, "number": number} for number, citation in enumerate(citations, start=1)]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
