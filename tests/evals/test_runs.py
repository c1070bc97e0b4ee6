"""Suites run from end to end through the real chain: ingest, index, model, pipeline, scoring."""

import json
import math
import os

import ir_measures
import pytest

from evals import dev, run_folder
from evals.errors import RunError, SuiteError, UnknownSystemError
from evals.measures.retrieval import MEASURES
from evals.runs import run_suite, score_run
from helpdesk_bot.settings import Settings
from tests.evals.factories import CASES, write_answer_suite, write_retrieval_suite


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
        with pytest.raises(UnknownSystemError, match="no system 'oracle'; there are helpdesk, tutorial"):
            run_suite(suite, out=home / "oracle", settings=settings, system="oracle")
    strange = home / "strange"
    strange.mkdir()
    (strange / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match="is not empty and holds no run"):
        run_suite(retrieval_suite, out=strange, settings=settings)


def test_the_development_sets_run_in_one_command(home, settings, retrieval_suite, capsys):
    data = home / "data"
    data.mkdir()
    (data / "small").symlink_to(retrieval_suite)
    (data / "broken").mkdir()
    (data / "broken" / "corpus.jsonl").write_text("{}\n", encoding="utf-8")
    common = ["--data", str(data), "--out", str(home / "dev"), "--data-dir", str(settings.data_dir)]
    assert dev.main([*common, "--limit", "2"]) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1].split()[0] == "small"
    assert "broken: " in shown.err
    assert json.loads((home / "dev" / "figures.json").read_text(encoding="utf-8"))["small"]["n_cases"] == 2
    assert dev.main([*common, "--only", "nothing"]) == 2
