"""Suites run from end to end through the real chain: ingest, index, model, pipeline, scoring."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import ir_measures
import pytest

from evals import run_folder
from evals.errors import RunError, SuiteError, UnknownSystemError
from evals.measures.retrieval import MEASURES
from evals.runs import run_suite, score_run
from helpdesk_bot.settings import Settings
from tests.evals.factories import CASES, write_answer_suite, write_retrieval_suite

ROOT = Path(__file__).resolve().parents[2]
N_KILLED = 10
"""Cases of the run that is killed: it has to be at work still when two of them are saved."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One place for indexes, so that each suite is indexed once in this module."""
    return tmp_path_factory.mktemp("evals")


@pytest.fixture(scope="module")
def settings(home):
    cache = os.environ.get("HELPDESK_MODEL_CACHE")
    return Settings(data_dir=home / "var", **({"model_cache": cache} if cache else {}))


@pytest.fixture(scope="module")
def answer_suite(home):
    return write_answer_suite(home / "answers")


@pytest.fixture(scope="module")
def retrieval_suite(home):
    return write_retrieval_suite(home / "retrieval")


def test_an_answer_suite_from_documents_to_figures(home, settings, answer_suite):
    out = home / "run-answers"
    stages = []
    summary = run_suite(
        answer_suite, out=out, settings=settings, progress=lambda stage, *_: stages.append(stage)
    )
    assert (summary["n_cases"], summary["errors"], summary["run"]) == (4, 0, str(out))
    assert summary["measures"]["span_validity"]["mean"] in (1, None)
    assert summary["measures"]["document_hit"]["n"] == 3
    assert set(summary["slices"]["question_language"]) == {"en", "sv", "vi"}
    assert "doc_sv-q_sv" in summary["slices"]["pair"]
    assert {"ingesting", "asking", "scoring"} <= set(stages)
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    assert config["code"]["code_sha256"]
    assert config["machine"]["n_cores"] >= 1
    assert "chat_api_key" not in config["options"]
    for row in run_folder.read_lines(out / "outputs.jsonl"):
        assert row["answer"]["outcome"]
        assert row["latency_ms"] > 0
    # Scored again from the folder alone, the figures are the same.
    again = score_run(out)
    assert again == {key: value for key, value in summary.items() if key != "run"}
    # Asked again into the same folder, nothing is left to do; into another, the index is not made anew.
    stages.clear()
    limited = run_suite(
        answer_suite,
        out=home / "limited",
        settings=settings,
        limit=1,
        progress=lambda s, *_: stages.append(s),
    )
    assert limited["n_cases"] == 1
    assert "ingesting" not in stages
    with pytest.raises(RunError, match="differs in limit"):
        run_suite(answer_suite, out=out, settings=settings, limit=2)


def test_a_retrieval_suite_equals_ir_measures(home, settings, retrieval_suite):
    out = home / "run-retrieval"
    summary = run_suite(retrieval_suite, out=out, settings=settings)
    assert (summary["n_cases"], summary["errors"]) == (4, 0)
    assert summary["measures"]["nDCG@10"]["n"] == 3
    assert summary["measures"]["recall@10"]["mean"] == 1
    qrels = list(ir_measures.read_trec_qrels(str(out / "qrels.trec")))
    run = list(ir_measures.read_trec_run(str(out / "run.trec")))
    theirs = ir_measures.calc_aggregate([ir_measures.parse_measure(m) for m in MEASURES.values()], qrels, run)
    for ours, name in MEASURES.items():
        value = theirs[ir_measures.parse_measure(name)]
        assert math.isclose(summary["measures"][ours]["mean"], value, abs_tol=1e-9)
    again = score_run(out)
    assert again == {key: value for key, value in summary.items() if key != "run"}


def test_the_embedder_alone_ranks_and_answers_nothing(home, settings, answer_suite, retrieval_suite):
    ranked = run_suite(retrieval_suite, out=home / "e-retrieval", settings=settings, system="embedder")
    assert (ranked["system"], ranked["errors"]) == ("embedder", 0)
    assert ranked["measures"]["nDCG@10"]["mean"] > 0.5
    with pytest.raises(UnknownSystemError, match="give a retrieval suite"):
        run_suite(answer_suite, out=home / "e-answers", settings=settings, system="embedder")


def test_the_tutorial_pipeline_runs_the_same_suites(home, settings, answer_suite, retrieval_suite):
    ranked = run_suite(retrieval_suite, out=home / "t-retrieval", settings=settings, system="tutorial")
    assert (ranked["system"], ranked["errors"]) == ("tutorial", 0)
    assert ranked["measures"]["recall@10"]["mean"] == 1
    answered = run_suite(answer_suite, out=home / "t-answers", settings=settings, system="tutorial")
    assert (answered["n_cases"], answered["errors"]) == (4, 0)
    assert answered["measures"]["span_validity"]["mean"] == 1
    assert answered["measures"]["abstention_recall"]["mean"] == 0  # it never says that it does not know


def test_a_key_that_names_no_document_is_refused_with_its_line(home, settings):
    wrong = CASES[0] | {"expected_documents": ["doc-xx.txt"]}
    suite = write_answer_suite(home / "wrong-key", cases=[CASES[3], wrong])
    with pytest.raises(SuiteError, match=r"cases.jsonl:2: field 'expected_documents': no ingested document"):
        run_suite(suite, out=home / "never", settings=settings)
    assert not (home / "never").exists()


def test_an_unknown_system_and_a_strange_folder_are_refused(home, settings, answer_suite, retrieval_suite):
    for suite in (answer_suite, retrieval_suite):
        with pytest.raises(
            UnknownSystemError, match="no system 'oracle'; there are helpdesk, tutorial, embedder"
        ):
            run_suite(suite, out=home / "oracle", settings=settings, system="oracle")
    strange = home / "strange"
    strange.mkdir()
    (strange / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match="is not empty and holds no run"):
        run_suite(retrieval_suite, out=strange, settings=settings)


def test_a_retrieval_set_is_asked_as_answers_by_one_or_by_two(home, settings, retrieval_suite):
    one = run_suite(retrieval_suite, out=home / "asked", settings=settings, as_answers=True)
    assert (one["suite"], one["kind"], one["n_cases"], one["errors"]) == (
        "retrieval-answers",
        "answers",
        4,
        0,
    )
    assert one["measures"]["document_hit"]["mean"] == 1
    assert one["measures"]["quote_hit"]["n"] == 1  # one query brings an answer
    assert "doc_vi-q_vi" in one["slices"]["pair"]
    config = run_folder.read_json(home / "asked" / "config.json")
    assert (config["as_answers"], config["embedder"]["name"]) == (True, "bundled")
    two = run_suite(retrieval_suite, out=home / "asked-2", settings=settings, as_answers=True, jobs=2)
    quality = {key: value for key, value in one["measures"].items() if not key.startswith("latency")}
    assert quality == {key: value for key, value in two["measures"].items() if not key.startswith("latency")}
    assert two["measures"]["latency_p50"]["mean"] is None
    scored = score_run(home / "asked")
    assert scored == {key: value for key, value in one.items() if key != "run"}


def test_the_command_killed_while_it_asks_goes_on_to_the_same_figures(home, settings):
    cases = [CASES[number % 4] | {"id": f"c{number}"} for number in range(N_KILLED)]
    suite = write_answer_suite(home / "killed-suite", cases=cases)
    whole = run_suite(suite, out=home / "whole", settings=settings)
    out = home / "killed"
    command = [sys.executable, "-m", "api.cli", "eval", "run", str(suite), "--out", str(out), "--json"]
    command += ["--data-dir", str(settings.data_dir)]
    environment = os.environ | {"HELPDESK_MODEL_CACHE": str(settings.model_cache)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    outputs = out / "outputs.jsonl"
    while process.poll() is None and not (outputs.exists() and outputs.read_bytes().count(b"\n") >= 2):
        time.sleep(0.005)
    process.kill()
    assert process.wait(60) == -signal.SIGKILL
    kept = outputs.read_bytes()
    kept = kept[: kept.rindex(b"\n") + 1]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    assert outputs.read_bytes().startswith(kept)
    assert len(list(run_folder.read_lines(outputs))) == N_KILLED
    resumed = json.loads(done.stdout)
    for summary in (whole, resumed):
        for name in [name for name in summary["measures"] if name.startswith("latency")]:
            assert summary["measures"].pop(name)["n"] == N_KILLED
    assert resumed["measures"] == whole["measures"]
