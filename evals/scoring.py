"""The second half of a run: score the saved outputs. Can be done again when a measure or a key changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.errors import RunError
from evals.measures import retrieval
from evals.measures.abstention import auroc_statistic
from evals.measures.latency import p50_statistic, p95_statistic
from evals.measures.observation import Observation
from evals.measures.registry import CASE_MEASURES, FACTS
from evals.suite import AnswerSuite, Case
from evals.summary import Score, answer_figures, case_figure, pair_of, statistic_figure, summarise
from evals.trec import write_qrels, write_run


def score_answers(folder: Path, suite: AnswerSuite) -> dict[str, Any]:
    """Score the saved answers of a run against a key; write scores and summary, return the summary.

    Raises:
        RunError: outputs are missing, or of a case that the suite does not have.
    """
    unknown = sorted(set(suite.measures) - set(answer_figures(())))
    if unknown:
        known = ", ".join(answer_figures(()))
        raise RunError(f"{suite.path / 'suite.toml'}: no measure '{unknown[0]}'; there are {known}")
    cases = {case.case_id: case for case in suite.cases}
    languages = run_folder.read_json(folder / run_folder.DOCUMENTS)
    texts = {
        (row["document_id"], row["version"]): row["text"]
        for row in run_folder.read_lines(folder / run_folder.TEXTS)
    }
    scores = []
    for row in run_folder.read_lines(folder / run_folder.OUTPUTS):
        if row["id"] not in cases:
            raise RunError(f"{folder / run_folder.OUTPUTS}: case '{row['id']}' is not in suite {suite.name}")
        scores.append(_score_answer(cases[row["id"]], row, texts, languages))
    return _finish(folder, suite.name, scores, summarise(scores, answer_figures(suite.measures)))


def _score_answer(
    case: Case,
    row: Mapping[str, Any],
    texts: Mapping[tuple[str, int], str],
    languages: Mapping[str, str],
) -> Score:
    error = _error_of(row)
    slices = _slices(case, languages)
    if error:
        return Score(case.case_id, slices, error=error)
    answer = row["answer"]
    slices["outcome"] = (str(answer["outcome"]),)
    observation = Observation(case, answer, float(row["latency_ms"]), texts)
    return Score(
        case.case_id,
        slices,
        measures={name: measure.score(observation) for name, measure in CASE_MEASURES.items()},
        facts={name: fact(observation) for name, fact in FACTS.items()},
    )


def _error_of(row: Mapping[str, Any]) -> str | None:
    if row["error"]:
        return f"{row['error']['type']}: {row['error']['message']}"
    outcome = str((row.get("answer") or {}).get("outcome", ""))
    return outcome if outcome.startswith("error") else None


def _slices(case: Case, languages: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Document language and pair exist for answerable cases alone; several are joined with ``+``."""
    slices: dict[str, tuple[str, ...]] = {"question_language": (case.language,), "tag": case.tags}
    expected = sorted({languages[source] for source in case.expected_documents if source in languages})
    if expected:
        slices["document_language"] = ("+".join(expected),)
        slices["pair"] = (pair_of(case.language, "+".join(expected)),)
    return slices


def score_rankings(folder: Path, suite_name: str, document_language: str) -> dict[str, Any]:
    """Score the saved rankings of a run; write run.trec, scores and summary, return the summary."""
    qrels = run_folder.read_json(folder / "qrels.json")
    rows = list(run_folder.read_lines(folder / run_folder.OUTPUTS))
    run = {row["id"]: retrieval.strictly_falling(row["ranking"]) for row in rows if not row["error"]}
    asked = {row["id"] for row in rows}
    judged = {query_id: grades for query_id, grades in qrels["judgements"].items() if query_id in asked}
    values = retrieval.score_rankings(run, judged)
    write_run(folder / run_folder.TREC_RUN, run, qrels["system"])
    write_qrels(folder / run_folder.TREC_QRELS, judged)
    scores = []
    for row in rows:
        query = qrels["queries"][row["id"]]
        slices = {
            "question_language": (query["language"],),
            "document_language": (document_language,),
            "pair": (pair_of(query["language"], document_language),),
        }
        if row["error"]:
            scores.append(Score(row["id"], slices, error=_error_of(row)))
            continue
        ranking = run[row["id"]]
        facts = {
            "unanswerable": float(not any(grade > 0 for grade in judged.get(row["id"], {}).values())),
            "top_score": ranking[0][1] if ranking else 0.0,
            "latency_ms": float(row["latency_ms"]),
        }
        scores.append(Score(row["id"], slices, values.get(row["id"], {}), facts))
    figures = {name: case_figure(name, proportion=name == "precision@1") for name in retrieval.MEASURES}
    figures["unanswerable_auroc"] = statistic_figure(("unanswerable", "top_score"), auroc_statistic)
    figures["latency_p50"] = statistic_figure(("latency_ms",), p50_statistic)
    figures["latency_p95"] = statistic_figure(("latency_ms",), p95_statistic)
    return _finish(folder, suite_name, scores, summarise(scores, figures))


def _finish(folder: Path, suite_name: str, scores: list[Score], figures: dict[str, Any]) -> dict[str, Any]:
    config = run_folder.read_json(folder / run_folder.CONFIG)
    summary = {"suite": suite_name, "kind": config["kind"], "system": config["system"], **figures}
    run_folder.write_lines(folder / run_folder.SCORES, (asdict(score) for score in scores))
    run_folder.write_json(folder / run_folder.SUMMARY, summary)
    return summary
