"""Reading a retrieval suite in BEIR's format (Thakur et al. 2021, https://github.com/beir-cellar/beir)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.errors import SuiteError
from evals.measures.normalisation import squash
from evals.rows import Row, read_lines, read_rows
from evals.significance.units import MIN_CLUSTERS
from evals.suite import AnswerSuite, Case, CorpusRow, Gate, Query, RetrievalSuite

QRELS_HEADER = ["query-id", "corpus-id", "score"]
GROUP_FIELDS = ("article", "para")
"""What queries share, the widest first: questions on one article are no independent draws.

An article counts where a set has enough of them to draw whole articles from
(`significance.units.MIN_CLUSTERS`), otherwise the paragraph.
"""

_GRADE = re.compile(r"(-?[0-9]{1,9})(?:\.0+)?")
"""A whole number; some tools write it as 1.0."""


def load_retrieval_suite(folder: Path) -> RetrievalSuite:
    """Read ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv`` of a folder.

    Besides BEIR's fields a query may say ``answerable``, ``answer``, and the
    ``article`` or ``para`` it was written on; query and document may say
    their ``language`` (also within ``metadata``).

    Raises:
        SuiteError: naming file, line and field; also for a judgement of an
            unknown query or document, and for a query whose ``answerable``
            says otherwise than its judgements.
    """
    corpus = _corpus(folder / "corpus.jsonl")
    queries = _queries(folder / "queries.jsonl")
    qrels = _qrels(folder / "qrels" / "test.tsv", set(queries), {row.document_id for row in corpus})
    groups = _groups([row for _, row in queries.values()])
    for query, row in queries.values():
        relevant = any(grade > 0 for grade in qrels.get(query.query_id, {}).values())
        if "answerable" in row.fields and query.answerable != relevant:
            judged = "has a relevant document" if relevant else "has no relevant document"
            raise row.error(
                f"says {str(query.answerable).lower()}, but qrels/test.tsv {judged}", "answerable"
            )
    grouped = tuple(
        dataclasses.replace(query, group=group)
        for (query, _), group in zip(queries.values(), groups, strict=True)
    )
    return RetrievalSuite(folder, folder.resolve().name, corpus, grouped, qrels)


def judgements_of(suite: RetrievalSuite, queries: tuple[Query, ...], system: str) -> dict[str, Any]:
    """Return what a retrieval run is scored against.

    ``cluster``: what queries share, where the set says. ``document_language``: of the documents that are
    relevant to a query, joined with ``+``; a set of several languages has no one language.
    """
    spoken = {row.document_id: row.language or "und" for row in suite.corpus}
    relevant = {
        query_id: sorted({spoken[each] for each, grade in judged.items() if grade > 0})
        for query_id, judged in suite.qrels.items()
    }
    return {
        "system": system,
        "queries": {
            query.query_id: {
                "language": query.language or "und",
                "cluster": query.group,
                "document_language": "+".join(relevant.get(query.query_id, ())),
                "text": query.text,
            }
            for query in queries
        },
        "judgements": {
            query.query_id: dict(suite.qrels[query.query_id])
            for query in queries
            if query.query_id in suite.qrels
        },
    }


def as_answer_suite(suite: RetrievalSuite) -> AnswerSuite:
    """Return the set asked as an answer suite: rows are the documents, queries the cases.

    Args:
        suite: best with a language for every query (`retrieval_documents.with_languages`).
    """
    return AnswerSuite(
        path=suite.path,
        name=f"{suite.name}-answers",
        description=f"The queries of the retrieval set {suite.name}, asked as questions.",
        documents=(str((suite.path / "corpus.jsonl").resolve()),),
        measures=(),
        gate=Gate(),
        cases=as_cases(suite),
    )


def as_cases(suite: RetrievalSuite) -> tuple[Case, ...]:
    """Return the queries as answer cases: judged documents are the expected ones.

    A query without a relevant document is an unanswerable case. The set's
    answer is an expected answer and an expected quote where it stands in a
    relevant document; an answer that stands in none (of a translated question,
    or a summary) cannot be quoted, and the case is one of documents and
    abstention alone.
    """
    texts = {row.document_id: squash(row.text if row.text.strip() else row.title) for row in suite.corpus}
    cases = []
    for line, query in enumerate(suite.queries, 1):
        relevant = tuple(key for key, grade in suite.qrels.get(query.query_id, {}).items() if grade > 0)
        answers = tuple(
            answer for answer in query.answers if any(squash(answer) in texts[key] for key in relevant)
        )
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
                group=query.group,
            )
        )
    return tuple(cases)


def _corpus(path: Path) -> tuple[CorpusRow, ...]:
    rows: dict[str, CorpusRow] = {}
    for row in read_rows(path):
        document_id = row.identifier("_id")
        if document_id in rows:
            raise row.error(f"'{document_id}' stands there twice", "_id")
        title = row.text("title", default="", empty=True)
        text = row.text("text", empty=True)
        rows[document_id] = CorpusRow(document_id, title, text, _language(row))
    if not rows:
        raise SuiteError(path, "holds no document")
    return tuple(rows.values())


def _queries(path: Path) -> dict[str, tuple[Query, Row]]:
    queries: dict[str, tuple[Query, Row]] = {}
    for row in read_rows(path):
        query_id = row.identifier("_id")
        if query_id in queries:
            raise row.error(f"'{query_id}' stands there twice", "_id")
        query = Query(
            query_id=query_id,
            text=row.text("text"),
            language=_language(row),
            answerable=row.flag("answerable", default=True),
            answers=_answers(row),
        )
        queries[query_id] = (query, row)
    if not queries:
        raise SuiteError(path, "holds no query")
    return queries


def _groups(rows: Sequence[Row]) -> list[str | None]:
    """Return what each query shares with others: the widest field that parts the set into enough groups."""
    groups: list[str | None] = [None] * len(rows)
    for field in GROUP_FIELDS:
        given = [row.identifier(field) if row.fields.get(field) not in (None, "") else None for row in rows]
        n_groups = len({group for group in given if group is not None})
        if n_groups >= MIN_CLUSTERS:
            return given
        groups = given if n_groups else groups
    return groups


def _answers(row: Row) -> tuple[str, ...]:
    """Spans that answer: ``answer`` is one string; other shapes (conditional answers) hold no span."""
    answer = row.fields.get("answer")
    return (answer,) if isinstance(answer, str) and answer.strip() else ()


def _language(row: Row) -> str | None:
    value = row.fields.get("language", row.object("metadata").get("language"))
    if value is not None and not isinstance(value, str):
        raise row.error("must be a language code such as sv", "language")
    return None if value is None else row.language("language", value)


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
        whole = _GRADE.fullmatch(grade)
        if not whole:
            raise SuiteError(path, f"'{grade}' is no whole number", line=line, field="score")
        if document_id in qrels.setdefault(query_id, {}):
            raise SuiteError(path, f"'{query_id}' and '{document_id}' are judged twice", line=line)
        qrels[query_id][document_id] = int(whole[1])
    if not qrels:
        raise SuiteError(path, "holds no judgement")
    return qrels
