"""The reader alone, with the right passage in hand: what it answers, and whether it sees that nothing does.

The passage that a question was written on is cut into excerpts of whole
sentences, as the reader was trained on; the short answer is that of the excerpt
with the highest sum of the two logits (that it answers, and where).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.fitting.reader.examples import text_of
from evals.measures.normalisation import squash
from evals.measures.short_answer import f1
from evals.rows import read_rows
from evals.suite import CorpusRow, Query, RetrievalSuite
from index.reader import Excerpt, Reader


@dataclass(frozen=True, slots=True)
class Given:
    """What the reader made of one question.

    ``actual``: its short answer. ``f1``: of its words against the set's
    answer, 0..1; None where the question has no answer that stands in the
    passage. ``answers``, ``span``, ``both``: the highest logit, and sum of
    logits, of any excerpt.
    """

    query_id: str
    document: str
    answerable: bool
    actual: str
    f1: float | None
    answers: float
    span: float
    both: float


def passages_of(suite: RetrievalSuite) -> dict[str, str]:
    """Return the document of each question: the best judged one, else the ``para`` it was written on.

    A question without either, such as one that no document was the model for, is left out.
    """
    known = {row.document_id for row in suite.corpus}
    rows = read_rows(suite.path / "queries.jsonl")
    written_on = {row.identifier("_id"): str(row.fields.get("para") or "") for row in rows}
    found = {}
    for query in suite.queries:
        grades = {name: grade for name, grade in suite.qrels.get(query.query_id, {}).items() if grade > 0}
        document = max(grades, key=lambda name: grades[name]) if grades else written_on[query.query_id]
        if document in known:
            found[query.query_id] = document
    return found


def read_given(
    suite: RetrievalSuite, queries: Sequence[Query], passages: Mapping[str, str], reader: Reader
) -> Iterator[Given]:
    """Let the reader read each question's own passage.

    Args:
        suite: with a language for every document (`retrieval_documents.with_languages`).
        queries: those to read, each in ``passages``.
        passages: the document of each question.
        reader: the trained reader.
    """
    documents = {row.document_id: row for row in suite.corpus}
    for query in queries:
        yield _read(query, documents[passages[query.query_id]], reader)


def _read(query: Query, document: CorpusRow, reader: Reader) -> Given:
    language = document.language or "und"
    text = text_of(document.document_id, document.title, document.text or document.title, language)
    excerpts = [Excerpt(document.title, text.excerpt(*window)[1]) for window in text.windows]
    readings = reader.read(query.text, excerpts)
    best, excerpt = max(zip(readings, excerpts, strict=True), key=lambda pair: pair[0].answers + pair[0].span)
    actual = excerpt.text[best.start_char : best.end_char]
    inside = squash(document.text)
    expected = [answer for answer in query.answers if query.answerable and squash(answer) in inside]
    return Given(
        query_id=query.query_id,
        document=document.document_id,
        answerable=query.answerable,
        actual=actual,
        f1=max((f1(actual, answer, language) for answer in expected), default=None),
        answers=max(reading.answers for reading in readings),
        span=max(reading.span for reading in readings),
        both=best.answers + best.span,
    )
