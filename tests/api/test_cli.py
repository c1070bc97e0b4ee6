"""The command line: help, exit codes, one JSON document, clear lines."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import INTERRUPTED, main
from api.commands import asking, evaluating, ingesting
from api.commands.progress import Progress
from api.console import Console, lines_of, table
from api.reference import TARGET, reference
from tests.api import house
from tests.api.house import FakeHelpdesk

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    opened: list[FakeHelpdesk] = []

    def open_helpdesk(settings: object) -> FakeHelpdesk:
        opened.append(FakeHelpdesk(settings))  # type: ignore[arg-type]  # Settings, as main makes them
        return opened[-1]

    monkeypatch.setitem(
        sys.modules, "helpdesk_bot.helpdesk", types.SimpleNamespace(open_helpdesk=open_helpdesk)
    )  # type: ignore[arg-type]  # a stand-in
    yield tmp_path / "var"
    assert all(helpdesk.closed for helpdesk in opened)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from api.cli import main; main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "exit codes:" in done.stdout
    loaded = {name.partition(".")[0] for name in json.loads(done.stderr.replace("'", '"'))}
    assert not loaded & {"torch", "numpy", "pydantic", "fastapi", "sqlalchemy", "chromadb", "httpx", "jinja2"}


def test_the_reference_is_that_of_the_command() -> None:
    assert TARGET.read_text(encoding="utf-8") == reference(), "run python -m api.reference"


@pytest.mark.parametrize(
    ("question", "quote", "place"),
    [
        (house.SV_QUESTION, house.SV_QUOTE, "page 1, AI i offentlig sektor"),
        (house.VI_QUESTION, house.VI_QUOTE, "Dịch vụ công trực tuyến"),
        (house.EN_QUESTION, house.EN_QUOTE, "Digital inclusion"),
    ],
)
def test_ask_shows_the_answer_and_its_sources(
    data_dir: Path, capsys: pytest.CaptureFixture[str], question: str, quote: str, place: str
) -> None:
    assert main(["ask", question, "--data-dir", str(data_dir)]) == 0
    out = capsys.readouterr().out
    assert f"“{quote}”" in out
    assert place in out
    assert "[answered, confidence 0.87" in out


def test_ask_prints_exactly_one_json_document(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ask", house.UNKNOWN_QUESTION, "--json", "--filter", "kind=report", "--filter", "kind=news"]
    assert main([*command, "--language", "sv", "--depth", "deep", "--data-dir", str(data_dir)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["trace"]["depth"]) == ("unanswerable_not_in_documents", "deep")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["ask", "  "], "The question is empty"),
        (["ask", "x" * 20_000], "has 20000 characters; at most 2000"),
        (["ask", "Gì?", "--filter", "colour=red"], "Unknown filter 'colour'"),
        (["ask", "Gì?", "--filter", "kind"], "The filter kind needs a value"),
        (["ask", "Vad?", "--language", "!"], "A language is a two-letter code"),
        (["ask", "Vad?", "--config", "no-such.toml"], "no-such.toml cannot be read"),
        (["serve", "--port", "99999"], "port"),
        (["serve", "--workers", "3"], "not supported yet"),
        (["bench", "nothing"], "There is no benchmark 'nothing'"),
        (["backup", "x.tar.gz"], "nothing to back up"),
        (["eval", "run", "no-such-suite"], "no-such-suite"),
    ],
)
def test_wrong_use_is_one_line_and_2(
    data_dir: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    assert main([*arguments, "--data-dir", str(data_dir)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert line in captured.err
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code", "message"),
    [
        (["ask", "  "], 2, "question_empty", "The question is empty"),
        (["ask", "Gì?", "--depth", "medium"], 2, "wrong_use", "invalid choice: 'medium'"),
        (["ask"], 2, "wrong_use", "arguments are required: QUESTION"),
        (["ask", "Vad?", "--config", "no-such.toml"], 2, "misconfigured", "no-such.toml cannot be read"),
        (["eval", "run", "no-such-suite"], 2, "suite_error", "no-such-suite"),
        (["ask", house.CRASH_QUESTION], 3, "internal_error", "RuntimeError: a secret of the house"),
    ],
)
def test_with_json_an_error_is_one_document_too(
    data_dir: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    exit_code: int,
    code: str,
    message: str,
) -> None:
    assert main([*arguments, "--json", "--data-dir", str(data_dir)]) == exit_code
    captured = capsys.readouterr()
    error = json.loads(captured.out)["error"]
    assert (error["code"], error["exit_code"]) == (code, exit_code)
    assert message in error["message"]
    assert message in captured.err


def test_an_error_after_the_document_adds_none(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_options: object, console: Console) -> int:
        console.document({"done": True})
        raise RuntimeError("too late")

    monkeypatch.setattr(asking, "run", failing)
    assert main(["ask", "Vad?", "--json", "--data-dir", str(data_dir)]) == 3
    assert json.loads(capsys.readouterr().out) == {"done": True}


@pytest.mark.parametrize(
    ("encoding", "arguments", "printed"),
    [("latin-1", [], "C?ng på\n"), ("latin-1", ["--json"], '"Cổng på"\n'), ("utf-8", [], "Cổng på\n")],
)
def test_every_language_can_be_printed_on_every_terminal(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, arguments: list[str], printed: str
) -> None:
    def telling(_options: object, console: Console) -> int:
        console.result("Cổng på")
        console.document("Cổng på")
        return 0

    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    monkeypatch.setattr(asking, "run", telling)
    assert main(["ask", "Gì?", *arguments, "--data-dir", str(data_dir)]) == 0
    assert written.getvalue().decode("utf-8" if arguments else encoding) == printed


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["ask"], ["ask", "a", "-q", "-v"], ["index"]])
def test_grammar_errors_are_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage:" in capsys.readouterr().err


def test_an_internal_error_is_one_line_and_3(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ask", house.CRASH_QUESTION, "--data-dir", str(data_dir)]
    assert main(command) == 3
    err = capsys.readouterr().err
    message = "helpdesk: internal error: RuntimeError: a secret of the house"
    assert err.splitlines() == [f"{message} Run it again with -v for the traceback."]
    assert main([*command, "-v"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_an_error_outcome_is_1(data_dir: Path) -> None:
    assert main(["ask", house.ERROR_QUESTION, "--data-dir", str(data_dir)]) == 1


def test_an_interrupt_is_one_line(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(asking, "run", interrupted)
    assert main(["ask", "Vad?", "--data-dir", str(data_dir)]) == INTERRUPTED
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["ask", "Vad?", "--json", "--data-dir", str(data_dir)]) == INTERRUPTED
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "interrupted"


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    program = "import sys; from api.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "doctor", "--json", "--data-dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 0, err
    assert "BrokenPipe" not in err


def test_ingest_status_verify_repair_backup_and_restore(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "fråga.sv.md").write_text("# Bibliotek\n\nVarje bibliotek ger hjälp med e-legitimation.\n")
    (documents / "dich-vu.vi.txt").write_text("Cổng dịch vụ công phục vụ người dân bằng nhiều ngôn ngữ.\n")
    (documents / "help.en.txt").write_text("Libraries help people with electronic identification.\n")
    (documents / "empty.en.txt").write_text("")
    where = ["--data-dir", str(tmp_path / "var")]

    assert main(["ingest", str(documents), "--dry-run", "--json", *where]) in (0, 1)
    assert json.loads(capsys.readouterr().out)["dry_run"] is True
    assert main(["ingest", str(documents), "--json", *where]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["counts"]["added"] == 3
    assert "failed: empty.en.txt: " in captured.err
    assert main(["ingest", str(documents), *where]) == 1
    assert "unchanged" in capsys.readouterr().out

    assert main(["index", "status", "--json", *where]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["documents"]["in_force"] == 3
    assert (status["n_searches"], status["share_by_generation"]) == (3, 1.0)
    assert main(["index", "verify", *where]) == 0
    assert "clean: True" in capsys.readouterr().out
    assert main(["doctor", "--json", *where]) in (0, 1)
    checks = {check["name"]: check["ok"] for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["database"]
    assert checks["index"]

    backup = tmp_path / "backup.tar.gz"
    assert main(["backup", str(backup), *where]) == 0
    assert main(["restore", str(backup), *where]) == 2
    assert "holds a database already" in capsys.readouterr().err
    elsewhere = ["--data-dir", str(tmp_path / "restored")]
    assert main(["restore", str(backup), "--json", *elsewhere]) == 0
    assert json.loads(capsys.readouterr().out)["index"]["clean"] is True
    assert main(["index", "verify", "--json", *elsewhere]) == 0
    assert json.loads(capsys.readouterr().out)["n_passages"] == 3
    (tmp_path / "broken.tar.gz").write_bytes(backup.read_bytes()[:100])
    assert main(["restore", str(tmp_path / "broken.tar.gz"), "--data-dir", str(tmp_path / "third")]) == 2

    assert main(["ingest", str(tmp_path / "nothing"), *where]) == 2


@pytest.mark.parametrize("knows_filters", [True, False], ids=["3.11.4", "3.11.0"])
@pytest.mark.parametrize("kind", ["above", "absolute", "link", "device"])
def test_what_no_backup_holds_is_not_unpacked(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    knows_filters: bool,
) -> None:
    if not knows_filters:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    member = tarfile.TarInfo({"above": "../outside", "absolute": "/tmp/outside"}.get(kind, "originals/x"))
    if kind == "link":
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    elif kind == "device":
        member.type = tarfile.CHRTYPE
    else:
        member.size = 1
    with tarfile.open(tmp_path / "made.tar.gz", "w:gz") as archive:
        archive.addfile(member, io.BytesIO(b"x") if member.size else None)
    target = tmp_path / "in" / "var"
    assert main(["restore", str(tmp_path / "made.tar.gz"), "--data-dir", str(target)]) == 2
    assert repr(member.name) in capsys.readouterr().err
    assert not list(tmp_path.rglob("outside")) + list(target.rglob("originals"))


def test_eval_and_bench_are_called(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = {"suite": "s", "system": "helpdesk", "n_cases": 2, "errors": 1, "measures": {}, "run": "out"}
    monkeypatch.setattr("evals.runs.run_suite", lambda *_given, **_options: summary)
    assert main(["eval", "run", "suite", "--json", "--data-dir", str(data_dir)]) == 1
    assert json.loads(capsys.readouterr().out) == summary
    monkeypatch.setattr("evals.bench.run_bench", lambda *_given, **_options: {"benches": []})
    assert main(["bench", "ask", "--json", "--data-dir", str(data_dir)]) == 0
    assert json.loads(capsys.readouterr().out) == {"benches": []}
    assert evaluating.__doc__
    assert ingesting.__doc__


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Progress(Console()) as progress:
        for done in range(5):
            progress.step("läser", done, 5)
        progress.step("index", 0, 0)
    assert capsys.readouterr().err.splitlines() == ["läser: 0/5", "index"]
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with Progress(Console()) as progress:
        progress.step("đang đọc", 3, 5)
        progress.write("failed: a.pdf: no text")
    err = capsys.readouterr().err
    assert "3/5" in err
    assert "failed: a.pdf: no text" in err


def test_tables_and_lines_are_readable() -> None:
    assert table([("added", 5), ("failed", 12)], ("documents", "count")).splitlines()[1] == "added          5"
    assert lines_of({"a_b": None, "c": {}, "d": [{"e": 1}], "f": ()}).splitlines() == [
        "a b: none",
        "c:",
        "  none",
        "d:",
        "  -",
        "    e: 1",
        "f: none",
    ]
