"""The cases of a run as a report shows them, the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.report.case_verdicts import Verdict, verdict_of, wrongness
from evals.report.evidence import Piece, mark_expected
from evals.report.numbers import format_count, format_figure
from evals.report.reading import Answers, Ranking, RunData, read_answers, read_rankings
from evals.suite import Case
from evals.summary import Score

MAX_TEXT = 3000
"""Characters of an answer that a report shows; the whole stands in outputs.jsonl."""


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A scored case, its verdict, and where it stands: ``place`` 1 is the worst."""

    place: int
    score: Score
    verdict: Verdict

    @property
    def case_id(self) -> str:
        """The case's id in its suite."""
        return self.score.case_id

    def slice_values(self, dimension: str) -> tuple[str, ...]:
        """Return the case's values in a dimension of the slices."""
        return tuple(self.score.slices.get(dimension, ()))


@dataclass(frozen=True, slots=True)
class CitationView:
    """A citation; ``pieces`` is its quote with what was expected marked."""

    number: int
    title: str
    source: str
    place: str
    language: str
    pieces: tuple[Piece, ...]
    is_expected: bool


@dataclass(frozen=True, slots=True)
class RankedView:
    """One rank of what was retrieved."""

    rank: int
    document: str
    score: str
    is_expected: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What the system said."""

    text: str
    language: str
    outcome_reason: str
    short_answer: str
    short_language: str
    citations: tuple[CitationView, ...]
    retrieved: tuple[RankedView, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case in full: what was asked and expected, what came, and every measure."""

    judged: JudgedCase
    question: str
    language: str
    case: Case | None
    answer: AnswerView | None
    ranking: tuple[RankedView, ...]
    relevant: tuple[tuple[str, int | None], ...]
    measures: tuple[tuple[str, str], ...]
    undefined: tuple[str, ...]


def judge_cases(run: RunData) -> list[JudgedCase]:
    """Return every case with its verdict, the worst first; equals stay in the order of the run."""
    pairs = [(score, verdict_of(run.kind, score)) for score in run.scores]
    pairs.sort(key=lambda pair: (-pair[1].badness, -wrongness(pair[0], pair[1].grade)))
    return [JudgedCase(place, *pair) for place, pair in enumerate(pairs, 1)]


def view_cases(run: RunData, judged: Sequence[JudgedCase], answers: Answers | None = None) -> list[CaseView]:
    """Return the given cases in full, in their order.

    Args:
        run: the run.
        judged: the cases.
        answers: what `read_answers` returned for them; read here where it is missing.
    """
    wanted = [case.case_id for case in judged]
    if answers is None:
        answers = read_answers(run, wanted)
    rankings = read_rankings(run, wanted) if run.kind == "retrieval" else {}
    return [_view(run, case, answers.get(case.case_id), rankings.get(case.case_id)) for case in judged]


def _view(
    run: RunData, judged: JudgedCase, answer: Mapping[str, Any] | None, ranking: Ranking | None
) -> CaseView:
    case = run.cases.get(judged.case_id)
    known = [key for key, grade in run.judgements.get(judged.case_id, {}).items() if grade > 0]
    defined = [(name, value) for name, value in judged.score.measures.items() if value is not None]
    return CaseView(
        judged=judged,
        question=run.question(judged.case_id),
        language=next(iter(judged.slice_values("question_language")), "und"),
        case=case,
        answer=_answer(answer, case) if answer is not None else None,
        ranking=_ranked(ranking.top, ranking.relevant_ranks) if ranking else (),
        relevant=tuple((ranking.relevant_ranks if ranking else dict.fromkeys(known)).items()),
        measures=tuple((name, _figure(name, value)) for name, value in defined),
        undefined=tuple(name for name, value in judged.score.measures.items() if value is None),
    )


def _answer(answer: Mapping[str, Any], case: Case | None) -> AnswerView:
    citations = sorted(answer.get("citations") or [], key=lambda citation: citation["number"])
    short = answer.get("short_answer") or {}
    languages = {citation.get("citation_id"): citation.get("language") for citation in citations}
    language = str(answer.get("answer_language") or "und")
    expected = case.expected_documents if case else ()
    text = str(answer.get("text") or "")
    return AnswerView(
        text=text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]} … ({len(text) - MAX_TEXT} more)",
        language=language,
        outcome_reason=str(answer.get("outcome_reason") or ""),
        short_answer=str(short.get("text") or ""),
        short_language=str(languages.get(short.get("citation_id")) or language),
        citations=tuple(_citation(citation, case) for citation in citations),
        retrieved=_ranked(
            [(str(hit.get("source", "")), hit.get("score")) for hit in answer.get("retrieved") or []],
            expected,
        ),
    )


def _citation(citation: Mapping[str, Any], case: Case | None) -> CitationView:
    document = citation["document"]
    headings = [str(heading) for heading in citation.get("heading_path") or []]
    page = [f"page {citation['page']}"] if citation.get("page") is not None else []
    quote = str(citation.get("quote") or "")
    if len(quote) > MAX_TEXT:
        quote = f"{quote[:MAX_TEXT]} … ({len(quote) - MAX_TEXT} more)"
    source = str(document.get("source") or "")
    return CitationView(
        number=int(citation["number"]),
        title=str(document.get("title") or source),
        source=source,
        place=", ".join([*page, " › ".join(headings)] if headings else page),
        language=str(citation.get("language") or document.get("language") or "und"),
        pieces=mark_expected(quote, case.expected_quotes if case else ()),
        is_expected=bool(case and source in case.expected_documents),
    )


def _ranked(
    ranking: Sequence[tuple[str, float | None]], expected: Sequence[str] | Mapping[str, Any]
) -> tuple[RankedView, ...]:
    return tuple(
        RankedView(rank, document, format_figure("", score), document in expected)
        for rank, (document, score) in enumerate(ranking, 1)
    )


def _figure(name: str, value: float) -> str:
    """Return the figure of one case: a whole number without decimals, since most are 0 or 1."""
    return format_count(value) if float(value).is_integer() else format_figure(name, value)
