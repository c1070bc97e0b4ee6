"""Suites: what is asked, of which documents, and what a right answer has to hold.

Two formats, told apart by their files: an answer suite (``suite.toml`` and
``cases.jsonl``) and a retrieval suite in BEIR's format (``corpus.jsonl``,
``queries.jsonl``, ``qrels/test.tsv``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk_bot.answers import Question, Turn


@dataclass(frozen=True, slots=True)
class Case:
    """One question with its key. ``line`` is where it stands in ``cases.jsonl``.

    Several expected documents, quotes or answers are alternatives. An
    unanswerable case expects nothing. ``group`` names what the case shares
    with others (an article, a page): cases of a group are no independent draws.
    """

    case_id: str
    question: str
    language: str
    answerable: bool
    line: int
    expected_documents: tuple[str, ...] = ()
    expected_quotes: tuple[str, ...] = ()
    expected_answers: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    group: str | None = None

    def to_question(self) -> Question:
        """Return what the helpdesk is asked.

        The language is not passed on: telling it is part of the work that is measured.
        """
        return Question(text=self.question, filters=dict(self.filters), history=self.history)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a run must keep, each by measure name.

    ``minimum``/``maximum``: bounds of the mean. ``smallest_difference``: a
    loss against a baseline that is smaller does not matter. ``alpha`` and
    ``correction`` say how a comparison with a baseline is decided.
    """

    minimum: Mapping[str, float] = field(default_factory=dict)
    maximum: Mapping[str, float] = field(default_factory=dict)
    smallest_difference: Mapping[str, float] = field(default_factory=dict)
    alpha: float = 0.05
    correction: str = "holm"


@dataclass(frozen=True, slots=True)
class AnswerSuite:
    """Questions on documents. ``documents`` are absolute paths or http(s) addresses.

    ``measures`` names what to compute; empty means all that are defined.
    """

    path: Path
    name: str
    description: str
    documents: tuple[str, ...]
    measures: tuple[str, ...]
    gate: Gate
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """One document of a retrieval suite; ``language`` is None where the row does not say."""

    document_id: str
    title: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a retrieval suite; ``answerable`` and ``answers`` where the set has them.

    ``group``: the article, else the paragraph, that the query was written on, where the set says so.
    """

    query_id: str
    text: str
    language: str | None
    answerable: bool
    answers: tuple[str, ...]
    group: str | None = None


@dataclass(frozen=True, slots=True)
class RetrievalSuite:
    """A collection, queries and judgements: ``qrels[query_id][document_id]`` is the grade (>0: relevant)."""

    path: Path
    name: str
    corpus: tuple[CorpusRow, ...]
    queries: tuple[Query, ...]
    qrels: Mapping[str, Mapping[str, int]]


def load_suite(path: Path) -> AnswerSuite | RetrievalSuite:
    """Read and check a suite.

    Args:
        path: the suite's folder (or its ``suite.toml``).

    Raises:
        SuiteError: naming file, line and field.
    """
    from evals.answer_suite import load_answer_suite
    from evals.errors import SuiteError
    from evals.retrieval_suite import load_retrieval_suite

    folder = path.parent if path.name == "suite.toml" else path
    if not folder.is_dir():
        raise SuiteError(folder, "no such folder; give the folder of a suite")
    if (folder / "suite.toml").exists():
        return load_answer_suite(folder)
    if (folder / "corpus.jsonl").exists():
        return load_retrieval_suite(folder)
    raise SuiteError(
        folder,
        "is no suite: an answer suite has suite.toml and cases.jsonl, "
        "a retrieval suite corpus.jsonl, queries.jsonl and qrels/test.tsv",
    )
