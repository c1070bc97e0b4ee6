"""The second half of a run: score the saved outputs. Can be done again when a measure or a key changes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.depths import count_depths, depth_named, mixture_warning
from evals.errors import JudgeError, JudgeUndecided, RunError
from evals.judges.deterministic import WordJudge
from evals.judges.own_answers import wrote_them
from evals.judges.protocol import EntailmentJudge
from evals.judges.remembering import RememberingJudge
from evals.measures import retrieval
from evals.measures.observation import Observation
from evals.measures.registry import CASE_MEASURES, FACTS, JUDGED
from evals.suite import AnswerSuite, Case
from evals.summary import Score, answer_figures, pair_of, retrieval_figures, summarise
from evals.trec import write_qrels, write_run


def score_answers(folder: Path, suite: AnswerSuite, judge: EntailmentJudge | None = None) -> dict[str, Any]:
    """Score the saved answers of a run against a key; write scores and summary, return the summary.

    Args:
        folder: the run folder.
        suite: the key.
        judge: of what quotes bear out; default the deterministic one. Its
            description stands in the summary under ``judge``, with how many
            cases it failed on (``errors``) or could not tell (``undecided``):
            their citation measures are undefined, never 0; and whether it is
            the model that wrote the answers (``judges_itself``). It is not
            asked, and ``judge`` is None, where the suite's measures need none.

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
    failures: Counter[str] = Counter()
    models = {_model_asked_for(folder)}
    depths: list[str | None] = []
    n_cut = 0
    remembering = RememberingJudge(judge or WordJudge(), folder)
    # Verdicts can cost money: none is asked for that no measure of the suite needs.
    asked = remembering if set(suite.measures or JUDGED) & set(JUDGED) else None
    try:
        for row in run_folder.read_lines(folder / run_folder.OUTPUTS):
            if row["id"] not in cases:
                where = folder / run_folder.OUTPUTS
                raise RunError(f"{where}: case '{row['id']}' is not in suite {suite.name}")
            score, failure = _score_answer(cases[row["id"]], row, texts, languages, asked)
            scores.append(score)
            failures[failure] += 1
            models.add(_model_of(row))
            depths.append(depth_named(row.get("answer")))
            n_cut += _is_cut(row)
    finally:
        remembering.close()
    figures = summarise(scores, answer_figures(suite.measures))
    counted = count_depths(depths)
    more = {
        "judge": asked and _described(asked, failures, models),
        "depths": counted,
        "warnings": [*mixture_warning(counted), *_cut_warning(n_cut), *figures["warnings"]],
    }
    return _finish(folder, suite.name, scores, {**figures, **more})


def _described(
    judge: EntailmentJudge, failures: Mapping[str, int], models: Collection[str | None]
) -> dict[str, Any]:
    description = judge.describe()
    model = description["model"]
    return {
        **description,
        "errors": failures["errors"],
        "undecided": failures["undecided"],
        "judges_itself": wrote_them(model, models),
    }


def _score_answer(
    case: Case,
    row: Mapping[str, Any],
    texts: Mapping[tuple[str, int], str],
    languages: Mapping[str, str],
    judge: EntailmentJudge | None,
) -> tuple[Score, str]:
    """Return the score, and how the judge failed on it (empty: it did not)."""
    error = _error_of(row)
    slices = _slices(case, languages)
    cluster = _cluster(case)
    if error:
        return Score(case.case_id, slices, error=error, cluster=cluster), ""
    answer = row["answer"]
    slices["outcome"] = (str(answer["outcome"]),)
    observation = Observation(case, answer, _latency_ms(row), texts, judge)
    measures: dict[str, float | None] = {}
    failure = ""
    for name, measure in CASE_MEASURES.items():
        try:
            measures[name] = measure.score(observation)
        except JudgeUndecided:
            measures[name], failure = None, failure or "undecided"
        except JudgeError:
            measures[name], failure = None, "errors"
    facts = {name: fact(observation) for name, fact in FACTS.items()}
    return Score(case.case_id, slices, _finite(measures), _finite(facts), cluster=cluster), failure


def _latency_ms(row: Mapping[str, Any]) -> float | None:
    """Return the time of a case, None where several were asked at once."""
    return None if row["latency_ms"] is None else float(row["latency_ms"])


def _model_of(row: Mapping[str, Any]) -> str | None:
    engine = (row.get("answer") or {}).get("engine") or {}
    model: str | None = engine.get("model")
    return model


def _model_asked_for(folder: Path) -> str | None:
    """Return the model that a foreign system was asked for; what answers may be named otherwise."""
    options = run_folder.read_json(folder / run_folder.CONFIG).get("options") or {}
    model = options.get("model")
    return model if isinstance(model, str) else None


def _is_cut(row: Mapping[str, Any]) -> bool:
    trace = (row.get("answer") or {}).get("trace")
    return isinstance(trace, Mapping) and trace.get("finish_reason") == "length"


def _cut_warning(n_cut: int) -> list[str]:
    if not n_cut:
        return []
    answers = "1 answer was" if n_cut == 1 else f"{n_cut} answers were"
    return [f"{answers} cut at the system's limit of tokens and scored as it stands: raise max_tokens"]


def _cluster(case: Case) -> str | None:
    """Return what cases that are no independent draws share: group, conversation or key documents."""
    if case.group is not None:
        return case.group
    first = next((turn.text for turn in case.history if turn.role == "user"), None)
    if first is not None:
        return f"conversation:{first}"
    return "document:" + "|".join(sorted(case.expected_documents)) if case.expected_documents else None


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
    # A query that failed is not counted here; among the exported judgements it would count 0.
    judged = {query_id: grades for query_id, grades in qrels["judgements"].items() if query_id in run}
    values = retrieval.score_rankings(run, judged)
    write_run(folder / run_folder.TREC_RUN, run, qrels["system"])
    write_qrels(folder / run_folder.TREC_QRELS, judged)
    scores = []
    for row in rows:
        query = qrels["queries"][row["id"]]
        grades = qrels["judgements"].get(row["id"], {})
        relevant = sorted(document_id for document_id, grade in grades.items() if grade > 0)
        cluster = query.get("cluster") or next(iter(relevant), None)
        spoken = query.get("document_language") or document_language  # a run of before says it for the set
        slices = {
            "question_language": (query["language"],),
            "document_language": (spoken,),
            "pair": (pair_of(query["language"], spoken),),
        }
        if row["error"]:
            scores.append(Score(row["id"], slices, error=_error_of(row), cluster=cluster))
            continue
        ranking = run[row["id"]]
        facts = {
            "unanswerable": float(not relevant),
            "top_score": ranking[0][1] if ranking else 0.0,
            "latency_ms": _latency_ms(row),
        }
        measures = _finite(values.get(row["id"], {}))
        scores.append(Score(row["id"], slices, measures, _finite(facts), cluster=cluster))
    return _finish(folder, suite_name, scores, summarise(scores, retrieval_figures()))


def _finite(values: Mapping[str, float | None]) -> dict[str, float | None]:
    """Take what is no finite number (a foreign system may send NaN) for undefined."""
    return {
        name: value if value is not None and math.isfinite(value) else None for name, value in values.items()
    }


def _finish(folder: Path, suite_name: str, scores: list[Score], figures: dict[str, Any]) -> dict[str, Any]:
    config = run_folder.read_json(folder / run_folder.CONFIG)
    summary = {"suite": suite_name, "kind": config["kind"], "system": config["system"], **figures}
    run_folder.write_lines(folder / run_folder.SCORES, map(_to_row, scores), allow_nan=False)
    run_folder.write_json(folder / run_folder.SUMMARY, summary, allow_nan=False)
    return summary


def _to_row(score: Score) -> dict[str, Any]:
    """Return a score as JSON; not by `dataclasses.asdict`, whose deep copies took a tenth of a scoring."""
    return {field.name: getattr(score, field.name) for field in fields(score)}
