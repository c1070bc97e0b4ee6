"""The rows of a retrieval suite as documents, so that they go through the same index as any file."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence

from corpus import language
from corpus.building import TextBuilder
from corpus.documents import Document, Metadata, Section
from evals.suite import RetrievalSuite

_SAMPLE = 30
"""Texts that vote on the language of a set: single short queries are often told wrongly."""

_ONE_LANGUAGE = 0.6
"""Share of the votes that makes a language the set's. In the development sets it is 0.87 or more."""


def with_languages(suite: RetrievalSuite) -> RetrievalSuite:
    """Return the suite with a language for every row.

    It is the row's own where the row says it; else the set's, where most texts
    have the same; else, in a set of many languages, the one that the text is told to be in.
    """
    of_documents = iter(_languages([row.text for row in suite.corpus if not row.language]))
    of_queries = iter(_languages([query.text for query in suite.queries if not query.language]))
    return dataclasses.replace(
        suite,
        corpus=tuple(
            row if row.language else dataclasses.replace(row, language=next(of_documents))
            for row in suite.corpus
        ),
        queries=tuple(
            query if query.language else dataclasses.replace(query, language=next(of_queries))
            for query in suite.queries
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


def _languages(texts: Sequence[str]) -> list[str]:
    """Return a language for each text, from a vote of texts that are spread over the set."""
    every = max(1, len(texts) // _SAMPLE)
    told = [language.detect(text) for text in texts[::every][:_SAMPLE]]
    votes = Counter(code for code in told if code != language.UNDETERMINED)
    if not votes:
        return [language.UNDETERMINED] * len(texts)
    winner, n_votes = votes.most_common(1)[0]
    if n_votes >= _ONE_LANGUAGE * votes.total():
        return [winner] * len(texts)
    return [language.detect(text) for text in texts]
