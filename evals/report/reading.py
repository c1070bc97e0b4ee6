"""Reading a run folder for a report; what a committed baseline lacks (answers, suite) is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.scored_runs import load_scored_run
from evals.suite import Case
from evals.summary import Score

QRELS = "qrels.json"
N_RETRIEVED = 10
"""Ranks of a ranking that a report shows."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first ranks for a query: (document id, score), and the rank of each relevant document, if found."""

    top: tuple[tuple[str, float], ...]
    relevant_ranks: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class RunData:
    """A run as its folder holds it.

    ``cases``: the key of an answer suite by case id. ``queries``: text and language by query id.
    ``judgements``: grades by query and document id. ``description``: the
    suite's own words on itself.
    """

    path: Path
    config: Mapping[str, Any]
    summary: Mapping[str, Any]
    scores: tuple[Score, ...]
    description: str = ""
    cases: Mapping[str, Case] = field(default_factory=dict)
    queries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    judgements: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """``answers`` or ``retrieval``."""
        return str(self.summary.get("kind") or self.config.get("kind") or "answers")

    @property
    def name(self) -> str:
        """The suite's name."""
        return str(self.summary.get("suite") or self.config.get("suite") or self.path.name)

    @property
    def system(self) -> str:
        """The name of the system that was measured."""
        return str(self.summary.get("system") or self.config.get("system") or "")

    def question(self, case_id: str) -> str:
        """Return what was asked; the case's id where the run does not tell."""
        if case_id in self.cases:
            return self.cases[case_id].question
        return str(self.queries.get(case_id, {}).get("text") or case_id)


def load_run(path: Path) -> RunData:
    """Read a run folder or a committed baseline.

    Raises:
        RunError: the folder holds no scored run.
        SuiteError: the suite saved in it is written wrongly.
    """
    from evals.answer_suite import load_answer_suite

    run = load_scored_run(path)
    suite = path / run_folder.SUITE
    judged = run_folder.read_json(path / QRELS) if (path / QRELS).exists() else {}
    description, cases = "", {}
    if (suite / "cases.jsonl").exists():
        loaded = load_answer_suite(suite)
        description, cases = loaded.description, {case.case_id: case for case in loaded.cases}
    return RunData(
        path,
        run.config,
        run.summary,
        run.scores,
        description,
        cases,
        judged.get("queries", {}),
        judged.get("judgements", {}),
    )


Answers = Mapping[str, Mapping[str, Any]]
"""Saved answers by case id."""


def read_answers(run: RunData, whole: Iterable[str]) -> Answers:
    """Return the saved answers by case id, {} where the folder has none.

    Args:
        run: the run.
        whole: ids of the cases whose evidence is wanted too; of the others the
            text alone is kept, so that 10,000 answers fit in memory.
    """
    wanted = set(whole)
    answers: dict[str, dict[str, Any]] = {}
    for row in _outputs(run) if run.kind == "answers" else ():
        if isinstance(answer := row.get("answer"), dict):
            fields = _WHOLE if row["id"] in wanted else _BRIEF
            answers[row["id"]] = {name: answer.get(name) for name in fields}
            if row["id"] in wanted:
                retrieved = (answer.get("trace") or {}).get("retrieved") or []
                answers[row["id"]]["retrieved"] = retrieved[:N_RETRIEVED]
    return answers


_BRIEF = ("text", "outcome", "answer_language")
_WHOLE = (*_BRIEF, "confidence", "short_answer", "citations", "outcome_reason")


def read_rankings(run: RunData, wanted: Iterable[str]) -> dict[str, Ranking]:
    """Return the saved rankings of the wanted queries by id, {} where the folder has none."""
    ids = set(wanted)
    rankings = {}
    for row in _outputs(run):
        if row["id"] in ids and row.get("ranking") is not None:
            ranking = [(str(document_id), float(score)) for document_id, score in row["ranking"]]
            ranks = {document_id: rank for rank, (document_id, _) in enumerate(ranking, 1)}
            relevant = [key for key, grade in run.judgements.get(row["id"], {}).items() if grade > 0]
            rankings[row["id"]] = Ranking(
                tuple(ranking[:N_RETRIEVED]), {key: ranks.get(key) for key in relevant}
            )
    return rankings


def _outputs(run: RunData) -> Iterable[dict[str, Any]]:
    path = run.path / run_folder.OUTPUTS
    return run_folder.read_lines(path) if path.exists() else ()
