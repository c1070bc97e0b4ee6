"""Reading a retrieval suite in BEIR's format (Thakur et al. 2021, https://github.com/beir-cellar/beir)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evals.errors import SuiteError
from evals.rows import Row, read_lines, read_rows
from evals.suite import Case, CorpusRow, Query, RetrievalSuite

QRELS_HEADER = ["query-id", "corpus-id", "score"]


def load_retrieval_suite(folder: Path) -> RetrievalSuite:
    """Read ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv`` of a folder.

    Besides BEIR's fields a query may say ``answerable``, ``answer`` or
    ``answers``, and query and document may say their ``language`` (also
    within ``metadata``).

    Raises:
        SuiteError: naming file, line and field; also for a judgement of an
            unknown query or document.
    """
    corpus = _corpus(folder / "corpus.jsonl")
    queries = _queries(folder / "queries.jsonl")
    qrels = _qrels(
        folder / "qrels" / "test.tsv",
        {query.query_id for query in queries},
        {row.document_id for row in corpus},
    )
    return RetrievalSuite(folder, folder.resolve().name, corpus, queries, qrels)


def as_cases(suite: RetrievalSuite) -> tuple[Case, ...]:
    """Return the queries as answer cases: judged documents are the expected ones.

    A query without a relevant document is an unanswerable case. The set's
    answers are expected answers, and expected quotes too: in these sets an
    answer is a span of the passage. (Of a translated question the answer is
    in the question's language; use such a set for documents and abstention.)
    """
    cases = []
    for line, query in enumerate(suite.queries, 1):
        relevant = tuple(key for key, grade in suite.qrels.get(query.query_id, {}).items() if grade > 0)
        answers = query.answers if relevant else ()
        cases.append(
            Case(
                case_id=query.query_id,
                question=query.text,
                language=query.language or "und",
                answerable=bool(relevant),
                line=line,
                expected_documents=relevant,
                expected_quotes=answers,
                expected_answers=answers,
            )
        )
    return tuple(cases)


def _corpus(path: Path) -> tuple[CorpusRow, ...]:
    rows: dict[str, CorpusRow] = {}
    for row in read_rows(path):
        document_id = row.text("_id")
        if document_id in rows:
            raise row.error(f"'{document_id}' stands there twice", "_id")
        title = row.text("title", default="", empty=True)
        text = row.text("text", empty=True)
        rows[document_id] = CorpusRow(document_id, title, text, _language(row))
    if not rows:
        raise SuiteError(path, "holds no document")
    return tuple(rows.values())


def _queries(path: Path) -> tuple[Query, ...]:
    queries: dict[str, Query] = {}
    for row in read_rows(path):
        query_id = row.text("_id")
        if query_id in queries:
            raise row.error(f"'{query_id}' stands there twice", "_id")
        queries[query_id] = Query(
            query_id=query_id,
            text=row.text("text"),
            language=_language(row),
            answerable=row.flag("answerable", default=True),
            answers=_answers(row),
        )
    if not queries:
        raise SuiteError(path, "holds no query")
    return tuple(queries.values())


def _answers(row: Row) -> tuple[str, ...]:
    """Spans that answer: ``answer`` is one string; other shapes (conditional answers) hold no span."""
    answer = row.fields.get("answer")
    return (answer,) if isinstance(answer, str) and answer.strip() else ()


def _language(row: Row) -> str | None:
    metadata = row.fields.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise row.error("must be an object", "metadata")
    value = row.fields.get("language", (metadata or {}).get("language"))
    if value is not None and not isinstance(value, str):
        raise row.error("must be a language code such as sv", "language")
    return value


def _qrels(path: Path, query_ids: set[str], document_ids: set[str]) -> Mapping[str, Mapping[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for position, (line, text) in enumerate(read_lines(path)):
        columns = text.split("\t")
        if position == 0 and columns == QRELS_HEADER:
            continue
        if position == 0:
            raise SuiteError(path, f"the first line must be {'<tab>'.join(QRELS_HEADER)}", line=line)
        if len(columns) != 3:
            raise SuiteError(path, f"needs 3 columns with tabs between, has {len(columns)}", line=line)
        query_id, document_id, grade = columns
        if query_id not in query_ids:
            raise SuiteError(path, f"no query '{query_id}' in queries.jsonl", line=line, field="query-id")
        if document_id not in document_ids:
            raise SuiteError(
                path, f"no document '{document_id}' in corpus.jsonl", line=line, field="corpus-id"
            )
        try:
            qrels.setdefault(query_id, {})[document_id] = int(grade)
        except ValueError as error:
            raise SuiteError(path, f"'{grade}' is no whole number", line=line, field="score") from error
    return qrels
