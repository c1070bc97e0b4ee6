"""``helpdesk eval``: from a run to a report, a comparison, a baseline and a gate, on a canned system."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from evals import runs
from tests.evals.factories import CASES, TEXTS, make_answer, write_answer_suite, write_retrieval_suite

BASELINE = Path(__file__).resolve().parents[2] / "evals" / "baselines" / "starter"
HEAD = 'name = "small"\ndocuments = ["documents"]\n[gate.minimum]\ndocument_hit = 0.5\n'


class Parrot:
    """Cites the document in the question's language; ``silent`` languages get no answer."""

    thread_safe = True

    def __init__(self, silent: str = "") -> None:
        self.silent = silent

    def ask(self, question: Any) -> dict[str, Any]:
        language = next(code for code in ("sv", "vi", "en") if question.text.startswith(code))
        if language in self.silent.split() or "tax" in question.text:
            return make_answer((), outcome="unanswerable_not_in_documents", confidence=0.1, language=language)
        return make_answer((f"doc-{language}",), short=None, confidence=0.8, language=language)

    def text(self, document_id: str, _version: int) -> str:
        return TEXTS[document_id]

    def document_languages(self) -> dict[str, str]:
        return {f"{key}.txt": key[-2:] for key in TEXTS}

    def describe(self) -> dict[str, Any]:
        return {"system": "parrot", "silent": self.silent}

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def parrot(monkeypatch: pytest.MonkeyPatch) -> Parrot:
    parrot = Parrot()
    hashes = {"documents_sha256": "d", "index_key": "k"}
    monkeypatch.setattr(runs, "index_documents_of", lambda _suite, settings, *_: (settings, dict(hashes)))
    monkeypatch.setattr(runs, "open_answer_system", lambda *_: parrot)
    return parrot


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    cases = []
    for number in range(40):
        language = ("sv", "vi", "en")[number % 3]
        case = next(case for case in CASES if case["language"] == language and "expected_documents" in case)
        cases.append(
            case
            | {"id": f"{language}{number}", "question": f"{language} {number}?", "history": []}
            | {"expected_documents": [f"doc-{language}.txt"]}
        )
    cases.append(CASES[3] | {"question": "en tax?"})
    return write_answer_suite(tmp_path / "suite", cases=cases, head=HEAD)


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Run ``helpdesk eval ...``; return (exit code, stdout, stderr)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["eval", *map(str, arguments), "--data-dir", str(tmp_path / "var")])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_run_prints_one_document_and_leaves_a_run_folder(
    tmp_path: Path, suite: Path, parrot: Parrot, command: Any
) -> None:
    code, out, err = command("run", suite, "--out", tmp_path / "run", "--json", "--jobs", 2)
    summary = json.loads(out)
    assert (code, summary["n_cases"], summary["errors"]) == (0, 41, 0)
    assert summary["measures"]["document_hit"]["mean"] == 1
    assert summary["measures"]["latency_p50"]["mean"] is None  # two at once: no latency
    assert summary["run"] == str(tmp_path / "run")
    assert "asking: 0/41" in err
    assert f"Run folder: {tmp_path / 'run'}" in err
    code, out, _ = command("run", suite, "--sample", 5, "--seed", 3)
    assert code == 0
    assert out.splitlines()[0].startswith("small")
    [folder] = (tmp_path / "var" / "evals" / "runs").iterdir()
    assert len((folder / "outputs.jsonl").read_text(encoding="utf-8").splitlines()) == 5


def test_score_compare_report_gate_and_baseline(
    tmp_path: Path, suite: Path, parrot: Parrot, command: Any
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    assert command("run", suite, "--out", before, "-q")[0] == 0
    parrot.silent = "vi"
    assert command("run", suite, "--out", after, "-q")[0] == 0

    code, out, _ = command("score", after, "--json")
    assert code == 0
    assert json.loads(out)["slices"]["question_language"]["vi"]["document_hit"]["mean"] == 0
    code, out, _ = command("score", after)
    assert "document_hit" in out

    code, out, _ = command("compare", before, after, "--json")
    row = json.loads(out)["measures"]["document_hit"]
    assert (code, row["verdict"]) == (0, "worse")
    code, out, err = command("compare", before, after, "--out", tmp_path / "difference", "--alpha", "0.01")
    assert "document_hit" in out
    written = [path.name for path in (tmp_path / "difference").iterdir()]
    assert {Path(name).suffix for name in written} >= {".html", ".md", ".json"}
    assert all(name in err for name in written)
    code, out, _ = command("compare", before, after, "--measure", "quote_hit", "--json")
    assert list(json.loads(out)["measures"]) == ["quote_hit"]

    code, out, _ = command("report", after, "--json", "--out", tmp_path / "report")
    assert code == 0
    assert {Path(path).parent for path in json.loads(out).values()} == {tmp_path / "report"}
    code, out, _ = command("report", after)
    assert all(Path(line).is_file() for line in out.splitlines())

    kept = tmp_path / "baseline"
    assert command("baseline", before, kept)[0] == 0
    assert {path.name for path in kept.iterdir()} == {"config.json", "summary.json", "scores.jsonl"}
    code, out, _ = command("gate", before, "--baseline", kept, "--json")
    assert (code, json.loads(out)["passed"], json.loads(out)["reasons"]) == (0, True, [])
    code, out, _ = command("gate", after, "--baseline", kept)
    assert code == 1
    assert "vi" in out
    assert "document_hit" in out
    code, out, _ = command("gate", after, "--baseline", kept, "--json")
    assert (code, json.loads(out)["passed"]) == (1, False)
    strict = write_answer_suite(tmp_path / "strict", head=HEAD.replace("0.5", "1.1"))
    code, out, _ = command("gate", before, "--baseline", kept, "--suite", strict)
    assert code == 1
    assert "1.1" in out


def test_a_mended_key_replaces_the_saved_one(
    tmp_path: Path, suite: Path, parrot: Parrot, command: Any
) -> None:
    run = tmp_path / "run"
    command("run", suite, "--out", run, "-q")
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    lines = (suite / "cases.jsonl").read_text(encoding="utf-8")
    (suite / "cases.jsonl").write_text(lines.replace("doc-vi.txt", "doc-en.txt"), encoding="utf-8")
    code, out, _ = command("score", run, "--suite", suite, "--json")
    assert code == 0
    assert json.loads(out)["slices"]["question_language"]["vi"]["document_hit"]["mean"] == 0
    assert (run / "suite" / "cases.jsonl").read_bytes() == (suite / "cases.jsonl").read_bytes()
    rescored = json.loads((run / "config.json").read_text(encoding="utf-8"))
    assert rescored["suite_sha256"] == config["suite_sha256"] == config["key_sha256"]
    assert rescored["key_sha256"] != config["key_sha256"]
    # Scored again from the folder alone, it is scored with the mended key.
    assert json.loads(command("score", run, "--json")[1]) == json.loads(out)
    (suite / "cases.jsonl").write_text(lines.replace("vi 1?", "vi một?"), encoding="utf-8")
    code, _, err = command("score", run, "--suite", suite)
    assert code == 2
    assert "cases.jsonl:2: case 'vi1' asks something else than the run did" in err


def test_ablate_hands_on_its_options(
    tmp_path: Path, suite: Path, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def run_ablation(path: Path, **options: Any) -> dict[str, Any]:
        given.update(options, suite=path)
        return {"suite": "small"}

    monkeypatch.setattr("evals.ablation.run_ablation", run_ablation)
    size = ("--limit", 3, "--sample", 2, "--seed", 4)
    code, out, _ = command("ablate", suite, "--only", "lexical", "--only", "dense", *size, "--json")
    assert (code, json.loads(out)) == (0, {"suite": "small"})
    assert (given["sample"], given["seed"]) == (2, 4)
    assert (given["suite"], given["parts"], given["limit"], given["out"]) == (
        suite,
        ["lexical", "dense"],
        3,
        None,
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run", "SUITE", "--system", "oracle"], "no system 'oracle'"),
        (["run", "SUITE", "--system-config", "gone.toml"], "gone.toml"),
        (["run", "SUITE", "--judge", "oracle"], "no judge 'oracle'"),
        (["run", "SUITE", "--judge-config", "gone.toml"], "gone.toml cannot be read"),
        (["run", "SUITE/documents"], "is no suite"),
        (["score", "SUITE"], "config.json is missing"),
        (["compare", "SUITE", "SUITE"], "config.json is missing"),
        (["report", "SUITE"], "config.json is missing"),
        (["gate", "SUITE", "--baseline", "SUITE"], "config.json is missing"),
        (["baseline", "SUITE", "SUITE"], "config.json is missing"),
        (["ablate", "SUITE", "--only", "nothing"], "nothing"),
    ],
)
def test_wrong_use_is_one_line_and_2(suite: Path, command: Any, arguments: list[str], line: str) -> None:
    code, out, err = command(*[argument.replace("SUITE", str(suite)) for argument in arguments])
    assert (code, out) == (2, "")
    assert line in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "SUITE", "--out", "FILE"],
        ["run", "SUITE", "--out", "FILE/below"],
        ["ablate", "SUITE", "--out", "FILE"],
        ["compare", "BASELINE", "BASELINE", "--out", "FILE"],
        ["report", "BASELINE", "--out", "FILE"],
        ["baseline", "BASELINE", "FILE"],
    ],
)
def test_a_file_where_a_folder_belongs_is_refused_before_any_work(
    tmp_path: Path, suite: Path, command: Any, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("work was done")

    for module, name in (
        ("evals.runs", "index_documents_of"),
        ("evals.comparison", "compare_runs"),
        ("evals.report.files", "load_run"),
        ("evals.scored_runs", "load_scored_run"),
    ):
        monkeypatch.setattr(f"{module}.{name}", never)
    file = tmp_path / "FILE"
    file.write_text("kept", encoding="utf-8")
    named = {"SUITE": suite, "BASELINE": BASELINE}
    code, out, err = command(*[named.get(each, each.replace("FILE", str(file))) for each in arguments])
    assert (code, out) == (2, "")
    assert f"{file} is a file; give a folder" in err
    assert file.read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize(
    "arguments",
    [
        ["gate", "DAMAGED", "--baseline", "KEPT"],
        ["gate", "KEPT", "--baseline", "DAMAGED"],
        ["compare", "KEPT", "DAMAGED"],
        ["report", "DAMAGED", "--out", "REPORT"],
        ["baseline", "DAMAGED", "REPORT"],
    ],
)
@pytest.mark.parametrize("name", ["config.json", "summary.json"])
def test_a_run_whose_files_say_nothing_is_2(
    tmp_path: Path, command: Any, arguments: list[str], name: str
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(BASELINE, damaged)
    (damaged / name).write_text("{}", encoding="utf-8")
    named = {"DAMAGED": damaged, "KEPT": BASELINE, "REPORT": tmp_path / "report"}
    code, out, err = command(*[named.get(each, each) for each in arguments])
    assert (code, out) == (2, "")
    assert f"{damaged / name}: 'kind' must be one of answers, retrieval" in err
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("{}", "'kind' must be one of answers, retrieval"),
        ("[]", "must hold a JSON object"),
        ('{"kind": "retrieval", "suite": "s", "system": "h"}', "'document_language' must be a string"),
        ('{"kind": "answers", "suite": "s", "system": "h"}', "outputs.jsonl is missing"),
    ],
)
def test_scoring_a_folder_that_is_no_run_is_2(
    tmp_path: Path, command: Any, config: str, message: str
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text(config, encoding="utf-8")
    code, out, err = command("score", tmp_path / "run")
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("options", [[], ["--suite", "SUITE"]])
@pytest.mark.parametrize("name", ["starter", "swefaq-dev"])
def test_scoring_a_baseline_leaves_it_as_it_is(
    tmp_path: Path, suite: Path, command: Any, name: str, options: list[str]
) -> None:
    folder = tmp_path / "kept"
    shutil.copytree(BASELINE.parent / name, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    code, out, err = command("score", folder, *[suite if each == "SUITE" else each for each in options])
    assert (code, out) == (2, "")
    assert f"{folder} is a baseline: it holds scores and no outputs; score the run it was made of" in err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "s", "--limit", "0"],
        ["run", "s", "--jobs", "-1"],
        ["run", "s", "--sample", "ten"],
        ["run", "s", "--as", "questions"],
        ["compare", "one"],
        ["compare", "a", "b", "--alpha", "2"],
        ["compare", "a", "b", "--correction", "bonferroni"],
        ["gate", "run"],
        ["nonsense"],
    ],
)
def test_grammar_errors_are_2(command: Any, arguments: list[str]) -> None:
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert "usage: helpdesk eval" in err


def test_a_retrieval_set_asked_as_answers_is_scored_without_the_set(
    tmp_path: Path, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_retrieval_suite(tmp_path / "set")
    queries = [
        {"_id": "q1", "text": "en How many?", "answer": "492", "article": 'A "survey"\\n'},
        {"_id": "q2", "text": "sv Hur många?", "language": "sv"},
        {"_id": "q3", "text": "vi Bao nhiêu?", "language": "vi", "answer": "492 người"},
        {"_id": "q4", "text": "en What is the tax rate?", "answerable": False},
    ]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    parrot = Parrot()
    rows = {"documents_sha256": "d", "index_key": "k", "n_documents": 3}
    monkeypatch.setattr(runs, "index_rows_of", lambda _suite, settings, *_: (settings, dict(rows)))
    monkeypatch.setattr(runs, "open_answer_system", lambda *_: parrot)
    run = tmp_path / "run"
    code, out, _ = command("run", folder, "--as", "answers", "--out", run, "--json")
    summary = json.loads(out)
    assert (code, summary["suite"], summary["kind"], summary["n_cases"]) == (0, "set-answers", "answers", 4)
    assert summary["measures"]["document_hit"]["n"] == 3
    assert summary["measures"]["quote_hit"]["n"] == 1  # the third answer stands in no document
    head = tomllib.loads((run / "suite" / "suite.toml").read_text(encoding="utf-8"))
    assert str(tmp_path) not in json.dumps(head)
    cases = [json.loads(line) for line in (run / "suite" / "cases.jsonl").read_text("utf-8").splitlines()]
    assert [case.get("group") for case in cases] == ['A "survey"\\n', None, None, None]
    assert [case["language"] for case in cases[1:3]] == ["sv", "vi"]
    folder.rename(tmp_path / "gone")
    again = json.loads(command("score", run, "--json")[1])
    assert again == {key: value for key, value in summary.items() if key != "run"}
