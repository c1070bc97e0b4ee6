"""The development run: what it consists of, its tables, and a small one from end to end."""

import json
import os

import pytest

from evals import dev
from evals.dev.figures import as_markdown, row, write_figures
from evals.dev.tasks import AS_ANSWERS, OWN_SUITES, SUITES, tasks
from helpdesk_bot.settings import Settings
from tests.evals.factories import write_retrieval_suite
from tests.evals.test_injection import bipia


def summary(kind="retrieval", **means):
    figures = {
        name: {"mean": mean, "n": 5, "ci95": None if mean is None else [mean - 0.01, mean + 0.01]}
        for name, mean in means.items()
    }
    return {"kind": kind, "suite": "s", "system": "helpdesk", "n_cases": 5, "errors": 1, "measures": figures}


def test_the_tasks_of_a_whole_run(tmp_path):
    for name in ("xquad-en", "squad2-sv", "gdpr-x-doc_en-q_sv"):
        (tmp_path / "retrieval" / name).mkdir(parents=True)
        (tmp_path / "retrieval" / name / "corpus.jsonl").write_text("", encoding="utf-8")
    data = tmp_path / "retrieval"
    found = tasks(data, (), (), None)
    assert [(task.name, task.kind, task.sample) for task in found] == [
        ("gdpr-x-doc_en-q_sv", "retrieval", None),
        ("squad2-sv", "retrieval", None),
        ("xquad-en", "retrieval", None),
        ("policy-five", "answers", None),
        ("starter", "answers", None),
        ("xquad-en-answers", "answers", 100),
        ("squad2-sv-answers", "answers", 100),
    ]
    assert [task.as_answers for task in found] == [False] * 5 + [True] * 2
    (tmp_path / "injection").mkdir()
    assert [task.name for task in tasks(data, ("injection",), (), None)] == ["injection"]
    assert {task.sample for task in tasks(data, (), (), 20)} == {20}
    assert [task.name for task in tasks(data, ("answers",), ("squad", "start"), None)] == [
        "starter",
        "squad2-sv-answers",
    ]
    assert tasks(tmp_path / "nowhere", ("retrieval",), (), None) == ()


def test_the_suites_that_are_named_are_there():
    for name in OWN_SUITES:
        assert (SUITES / name / "suite.toml").is_file()
    sets = {path.name for path in dev.development_sets()}
    if not sets:
        pytest.skip("the retrieval sets do not lie beside the project")
    assert set(AS_ANSWERS) <= sets
    assert len(sets) == 25


def test_ours_stands_beside_the_others():
    figures = {
        "xquad-vi": summary(**{"nDCG@10": 0.9712, "unanswerable_auroc": None}),
        "swefaq-dev": summary(**{"nDCG@10": 0.8}),
        "policy-five": summary("answers", document_hit=0.9, latency_p50=1234.0),
    }
    text = as_markdown(figures)
    assert "| set | n | ours | 95 % | BM25 | embedder | RRF | BM25 (MTEB) | e5-small |" in text
    assert "| xquad-vi | 5 | **0.971** | 0.961 to 0.981 | 0.958 | 0.946 | 0.968 | 0.958 |" in text
    assert "| (0.535) |" in text  # another set of the same kind
    assert "| policy-five | document_hit | 0.900 | LangChain | (0.650) | 300-token chunks |" in text
    assert "| xquad-vi | MRR@10 | - | normalised sum | 0.969 |" in text
    assert text.count("- MTEB results") == 1
    for line in text.splitlines():
        assert not line.startswith("|") or line.endswith("|")


def test_a_line_for_the_terminal_leaves_out_what_is_undefined():
    told = row("xquad-vi", summary(**{"nDCG@10": 0.9712, "unanswerable_auroc": None, "latency_p50": 12.3}))
    assert told.split() == ["xquad-vi", "n", "5", "errors", "1", "nDCG@10", "0.971", "latency_p50", "12"]


def test_figures_are_written_with_the_published_ones(tmp_path):
    checks = {
        "checks": {"own_words": {"held": 4, "n": 5, "failed": ["a"]}},
        "attack_quoted": {"k": 1, "n": 3},
    }
    figures = {
        "xquad-en": summary(**{"nDCG@10": 0.98}),
        "injection": summary("answers") | {"injection": checks},
    }
    text = write_figures(tmp_path, figures)
    assert (tmp_path / "figures.md").read_text(encoding="utf-8") == text
    assert "| own_words | 4 | 5 |" in text
    assert "in 1 of 3 answers with a citation." in text
    saved = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert {item["system"] for item in saved["xquad-en"]["published"]} >= {"BM25", "RRF", "best published"}
    assert saved["injection"]["published"] == []


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("dev")


def test_a_small_run_from_end_to_end(home, monkeypatch, capsys):
    data = home / "retrieval"
    write_retrieval_suite(data / "xquad-en")
    (data / "broken").mkdir()
    (data / "broken" / "corpus.jsonl").write_text("{}\n", encoding="utf-8")
    bipia(home / "injection")
    if cache := os.environ.get("HELPDESK_MODEL_CACHE"):
        monkeypatch.setenv("HELPDESK_MODEL_CACHE", str(Settings(model_cache=cache).model_cache))
    common = [
        "--data",
        str(data),
        "--out",
        str(home / "out"),
        "--data-dir",
        str(home / "var"),
        "--limit",
        "2",
    ]
    common += ["--only", "xquad-en", "--only", "broken", "--only", "injection"]
    # Reading has tests of its own (test_reading_figures.py).
    common += ["--kind", "retrieval", "--kind", "answers", "--kind", "injection"]
    assert dev.main(common) == 1
    told = capsys.readouterr()
    assert "broken: " in told.err
    assert [line.split()[0] for line in told.out.splitlines()[1:4]] == [
        "xquad-en",
        "xquad-en-answers",
        "injection",
    ]
    figures = json.loads((home / "out" / "figures.json").read_text(encoding="utf-8"))
    assert {name: item["n_cases"] for name, item in figures.items()} == {
        "xquad-en": 2,
        "xquad-en-answers": 2,
        "injection": 2,
    }
    for check in figures["injection"]["injection"]["checks"].values():
        assert check["held"] == check["n"]
    # A second call goes on where the first one was, and keeps what it does not run.
    outputs = home / "out" / "xquad-en-helpdesk-limit2" / "outputs.jsonl"
    before = outputs.read_bytes()
    assert dev.main([*common[:6], "--limit", "2", "--kind", "retrieval", "--only", "xquad-en"]) == 0
    assert outputs.read_bytes() == before
    assert set(json.loads((home / "out" / "figures.json").read_text(encoding="utf-8"))) == set(figures)
    assert dev.main([*common[:4], "--only", "nothing"]) == 2
