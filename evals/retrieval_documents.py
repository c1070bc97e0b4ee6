"""The rows of a retrieval suite as documents, so that they go through the same index as any file."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator

from corpus import language
from corpus.building import TextBuilder
from corpus.documents import Document, Metadata, Section
from evals.suite import RetrievalSuite

_SAMPLE = 30
"""Texts that vote on the language of a set: single short queries are often told wrongly."""


def with_languages(suite: RetrievalSuite) -> RetrievalSuite:
    """Return the suite with a language for every row: its own, else the majority's of the set."""
    of_documents = _majority(row.text for row in suite.corpus)
    of_queries = _majority(query.text for query in suite.queries)
    return dataclasses.replace(
        suite,
        corpus=tuple(dataclasses.replace(row, language=row.language or of_documents) for row in suite.corpus),
        queries=tuple(
            dataclasses.replace(query, language=query.language or of_queries) for query in suite.queries
        ),
    )


def to_documents(suite: RetrievalSuite) -> Iterator[tuple[str, Document]]:
    """Yield (source, document); the source is the row's id, the title is metadata and not text."""
    for row in suite.corpus:
        builder = TextBuilder()
        for line in (row.text if row.text.strip() else row.title).split("\n"):
            builder.paragraph(line)
        code = row.language or language.UNDETERMINED
        sections = tuple(
            Section(
                draft.blocks[0].start_char,
                draft.blocks[-1].end_char,
                draft.page,
                draft.heading_path,
                code,
                tuple(draft.blocks),
            )
            for draft in builder.sections
        )
        if sections:
            yield (
                row.document_id,
                Document(builder.text, sections, Metadata(title=row.title, language=code), "text/plain"),
            )


def _majority(texts: Iterable[str]) -> str:
    votes = Counter(language.detect(text) for text, _ in zip(texts, range(_SAMPLE), strict=False))
    return votes.most_common(1)[0][0] if votes else language.UNDETERMINED
