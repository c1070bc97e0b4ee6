"""The development run: what it consists of, its tables, and a small one from end to end."""

import importlib
import json
import os

import pytest

from evals import dev
from evals.dev.figures import as_markdown, row, write_figures
from evals.dev.loading import measure_loading
from evals.dev.pace import Pace, in_words
from evals.dev.tasks import AS_ANSWERS, OWN_SUITES, SUITES, tasks
from evals.dev.training import measure_training
from helpdesk_bot.settings import Settings
from tests.corpus import sample_files
from tests.evals.factories import write_retrieval_suite
from tests.evals.test_injection import bipia


def summary(kind="retrieval", **means):
    figures = {
        name: {"mean": mean, "n": 5, "ci95": None if mean is None else [mean - 0.01, mean + 0.01]}
        for name, mean in means.items()
    }
    return {"kind": kind, "suite": "s", "system": "helpdesk", "n_cases": 5, "errors": 1, "measures": figures}


def test_the_tasks_of_a_whole_run(tmp_path):
    data = tmp_path / "retrieval"
    for n_bytes, name in enumerate(("squad2-sv", "xquad-en", "gdpr-x-doc_en-q_sv")):
        (data / name).mkdir(parents=True)
        (data / name / "corpus.jsonl").write_text(" " * n_bytes, encoding="utf-8")
    (data / "xquad-en" / "queries.jsonl").write_text("{}\n" * 30, encoding="utf-8")
    found = tasks(data, (), (), None)
    # Ours first, then from the smallest collection to the largest, and reading at last.
    assert [(task.name, task.kind, task.n_asked) for task in found] == [
        ("policy-five", "answers", 84),
        ("starter", "answers", 169),
        ("squad2-sv", "retrieval", 0),
        ("xquad-en", "retrieval", 30),
        ("gdpr-x-doc_en-q_sv", "retrieval", 0),
        ("xquad-en-answers", "answers", 30),
        ("squad2-sv-answers", "answers", 0),
        ("xquad-en-reading", "reading", 30),
    ]
    assert [task.name for task in found if task.as_answers] == ["xquad-en-answers", "squad2-sv-answers"]
    for beside in ("injection", "training", "hard-documents"):
        (tmp_path / beside).mkdir()
    assert [task.name for task in tasks(data, ("injection",), (), None)] == ["injection"]
    sizes = {task.kind: task.sample for task in tasks(data, (), (), 20)}
    assert sizes == {
        "answers": 20,
        "training": None,
        "loading": None,
        "injection": 20,
        "retrieval": 20,
        "reading": 10,
    }
    assert [task.name for task in tasks(data, ("answers",), ("squad", "start"), None)] == [
        "starter",
        "squad2-sv-answers",
    ]
    assert tasks(tmp_path / "nowhere", ("retrieval",), (), None) == ()


def test_what_is_left_is_reckoned_and_mended_by_what_was_seen(tmp_path):
    write_retrieval_suite(tmp_path / "retrieval" / "xquad-en")
    set_of = tasks(tmp_path / "retrieval", ("retrieval", "answers"), ("xquad",), None)
    planned = [(task, tmp_path / task.name) for task in set_of]
    pace = Pace(planned)
    folder = planned[0][1]
    begun = pace.left
    assert begun == pytest.approx(3 + 4 * 0.3 + 5 + 4 * 1.1, abs=0.5)
    # What a killed run had asked is not asked again, and a set that is done takes nothing.
    folder.mkdir()
    (folder / "outputs.jsonl").write_text("{}\n", encoding="utf-8")
    assert begun - Pace(planned).left == pytest.approx(0.3, abs=0.1)
    (folder / "summary.json").write_text("{}", encoding="utf-8")
    resumed = Pace(planned)
    assert resumed.left == pytest.approx(9.4, abs=0.2)
    resumed.done("xquad-en", 0.1)
    assert resumed.left == pytest.approx(9.4, abs=0.2)
    # A machine half as fast: what is left takes longer, and never less than nothing.
    pace.done("xquad-en", 120.0)
    assert pace.left > 1.5 * 9.4
    pace.done("xquad-en-answers", 10.0)
    assert pace.left == 0
    assert [in_words(seconds) for seconds in (40, 700, 11_400)] == ["40 s", "12 min", "3 h 10 min"]


def test_hard_files_end_with_text_or_a_known_reason(tmp_path):
    (tmp_path / "manuals").mkdir()
    page = [(72, 700, 12, "The office opens at nine.")]
    (tmp_path / "manuals" / "guide.pdf").write_bytes(sample_files.pdf([page]))
    (tmp_path / "manuals" / "guide.txt").write_text("The office opens at ten.", encoding="utf-8")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    told = []
    summary = measure_loading(tmp_path, lambda *step: told.append(step))
    assert summary["outcomes"] == {"BrokenDocument": 1, "text": 1}
    assert summary["manuals"] == {"guide": {"recall": pytest.approx(0.8), "n_words": 5}}
    assert (summary["n_cases"], summary["errors"]) == (2, 0)
    assert told[-1] == ("loading", 2, 2)
    text = as_markdown({"hard-documents": summary | {"failed": {"a.pdf": "LimitExceeded"}}})
    assert "| guide | 5 | 0.800 |" in text
    assert "- a.pdf: LimitExceeded" in text


@pytest.mark.parametrize(("repeated", "found"), [(True, 1), (False, 0)])
def test_a_training_passage_that_is_measured_on_is_found(tmp_path, repeated, found):
    passage = "Một chính sách công phải được công bố bằng văn bản trước khi có hiệu lực. " * 4
    training = tmp_path / "training" / "libreoffice-help-doc_vi-q_vi"
    training.mkdir(parents=True)
    row = {"_id": "d", "title": "", "text": passage}
    (training / "corpus.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (training / "queries.jsonl").write_text('{"_id": "q", "text": "Chính sách?"}', encoding="utf-8")
    (training / "qrels.tsv").write_text("q\td\t1\n", encoding="utf-8")
    (tmp_path / "training" / "new.json").write_text("[]", encoding="utf-8")
    held = write_retrieval_suite(
        tmp_path / "retrieval" / "vi",
        [row | {"text": passage.replace(" ", "\n") if repeated else passage[::-1]}],
        [{"_id": "q", "text": "?"}],
        ["q\td\t1"],
    )
    summary = measure_training(tmp_path / "training", [held], lambda *_: None)
    assert summary["sets"][training.name] == {
        "n_records": 1,
        "languages": ["vi"],
        "n_passages": 1,
        "measured_on": found,
    }
    text = as_markdown({"training": summary})
    assert f"| {training.name} | 1 | vi | 1 | {found} |" in text
    assert 'No reader knows: "new.json".' in text


def test_one_set_that_fails_in_any_way_does_not_end_the_others(tmp_path, monkeypatch, capsys):
    for name in ("a-set", "b-set", "c-set"):
        write_retrieval_suite(tmp_path / "retrieval" / name)

    def run(path, **_):
        if path.name == "b-set":
            raise ZeroDivisionError("no pages")
        return summary(**{"nDCG@10": 0.5})

    monkeypatch.setattr(importlib.import_module("evals.dev.main"), "run_suite", run)
    options = ["--data", str(tmp_path / "retrieval"), "--out", str(tmp_path / "out"), "--kind", "retrieval"]
    assert dev.main(options) == 1
    told = capsys.readouterr()
    assert "b-set: failed: ZeroDivisionError('no pages')" in told.err
    assert [line.split()[0] for line in told.out.splitlines() if "nDCG@10 0.5" in line] == ["a-set", "c-set"]
    assert "(1 of 3, 0 s; about" in told.out
    assert "left" not in told.out.split("(3 of 3")[1].splitlines()[0]
    text = (tmp_path / "out" / "figures.md").read_text(encoding="utf-8")
    assert "- b-set: failed: ZeroDivisionError('no pages')" in text
    assert "| a-set | 5 |" in text


def test_a_plan_says_how_much_and_runs_nothing(tmp_path, capsys):
    write_retrieval_suite(tmp_path / "retrieval" / "small")
    options = ["--data", str(tmp_path / "retrieval"), "--out", str(tmp_path / "out"), "--only", "small"]
    assert dev.main([*options, "--sample", "1", "--plan"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "1 questions of each, drawn" in told[0]
    assert told[1].split() == ["small", "retrieval", "1", "of", "4"]
    assert "at most 1 read and 1 asked of 4" in told[2]
    assert dev.main([*options, "--whole", "--plan"]) == 0
    assert "every question" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


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
    assert [line.split()[0] for line in told.out.splitlines() if "  errors " in line] == [
        "injection",
        "xquad-en",
        "xquad-en-answers",
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
    outputs = home / "out" / "xquad-en-helpdesk-limit2-sample50-seed0" / "outputs.jsonl"
    before = outputs.read_bytes()
    assert dev.main([*common[:6], "--limit", "2", "--kind", "retrieval", "--only", "xquad-en"]) == 0
    assert outputs.read_bytes() == before
    assert set(json.loads((home / "out" / "figures.json").read_text(encoding="utf-8"))) == set(figures)
    assert dev.main([*common[:4], "--only", "nothing"]) == 2
