"""``POST /api/v1/reply`` and ``helpdesk ask --reply`` on a real helpdesk with the seeded embedder."""

from __future__ import annotations

import io
import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import main
from api.negotiation import accepted
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.phrases import catalogue
from helpdesk_bot.reply.rendering import RENDERINGS
from helpdesk_bot.settings import Settings
from tests.api.conftest import InProcess, started
from tests.api.test_asking import assert_problem
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

DOCX = RENDERINGS["docx"].media_type
QUESTIONS = {language: question for question, (language, _, _) in library.QUESTIONS.items()}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = library.settings_for(tmp_path_factory.mktemp("reply"), min_confidence=0.0)
    library.fill(made, FakeEmbedder())
    return made


@pytest.fixture(scope="module")
def desk(settings: Settings) -> Iterator[Helpdesk]:
    with library.helpdesk(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def replying(settings: Settings, desk: Helpdesk) -> Iterator[InProcess]:
    with started(settings, desk) as found:
        yield found


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_json_by_default_with_quotes_that_can_be_checked(
    replying: InProcess, desk: Helpdesk, language: str
) -> None:
    response = replying.post("/api/v1/reply", json={"question": QUESTIONS[language]})
    assert response.status_code == 200
    assert response.headers["content-language"] == language
    assert response.headers["cache-control"] == "no-store"
    reply = response.json()
    assert reply["groups"]
    assert desk.records.get(reply["answer_id"]) is not None
    for citation in reply["citations"]:
        document = citation["document"]
        text = replying.get(
            f"/api/v1/documents/{document['document_id']}/text?version={document['version']}"
        ).json()["text"]
        assert text[citation["start_char"] : citation["end_char"]] == citation["quote"]


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
@pytest.mark.parametrize("by", ["header", "query"])
def test_each_format_by_header_and_by_query(replying: InProcess, language: str, by: str) -> None:
    for form, rendering in RENDERINGS.items():
        response = replying.post(
            "/api/v1/reply" + (f"?format={form}" if by == "query" else ""),
            json={"question": QUESTIONS[language]},
            headers={"Accept": rendering.media_type if by == "header" else "application/json"},
        )
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == rendering.media_type
        heading = catalogue(language).reply["sources"]
        if rendering.is_text:
            assert heading in response.content.decode("utf-8")
        else:
            import docx

            document = docx.Document(io.BytesIO(response.content))
            assert heading in [paragraph.text for paragraph in document.paragraphs]
            assert "reply.docx" in response.headers["content-disposition"]
        if form == "html":
            assert "default-src 'none'" in response.headers["content-security-policy"]


def test_a_format_that_is_not_made_is_a_problem(replying: InProcess) -> None:
    body = {"question": "Vad?"}
    refused = replying.post("/api/v1/reply", json=body, headers={"Accept": "application/pdf"})
    assert_problem(refused, 406, "not_acceptable")
    assert "text/markdown" in refused.json()["detail"]
    assert_problem(replying.post("/api/v1/reply?format=pdf", json=body), 422, "invalid_request")
    assert_problem(replying.post("/api/v1/reply?format=html", json={"question": " "}), 422, "question_empty")


def test_it_is_described(replying: InProcess) -> None:
    described = replying.get("/openapi.json").json()["paths"]["/api/v1/reply"]["post"]
    assert set(described["responses"]["200"]["content"]) == {
        "application/json",
        *(rendering.media_type for rendering in RENDERINGS.values()),
    }
    assert "406" in described["responses"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "a/json"),
        ("*/*", "a/json"),
        ("text/html", "text/html"),
        ("text/*", "text/md"),
        ("text/*;q=0.5, text/html", "text/html"),
        ("text/html;q=0.1, text/md;q=0.2", "text/md"),
        ("a/json;q=0, */*", "text/md"),
        ("image/png", None),
        ("text/html;q=0", None),
        ("text/html;q=nonsense", "text/html"),
    ],
)
def test_what_a_caller_takes(header: str, expected: str | None) -> None:
    assert accepted(header, ("a/json", "text/md", "text/html")) == expected


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    def open_helpdesk(_settings: Settings) -> Helpdesk:
        return library.helpdesk(settings)

    stand_in = types.ModuleType("helpdesk_bot.helpdesk")
    stand_in.open_helpdesk = open_helpdesk  # type: ignore[attr-defined]  # a stand-in
    # `library.helpdesk` itself needs the real module.
    import helpdesk_bot.helpdesk as real

    monkeypatch.setattr(library, "helpdesk", lambda given: real.open_helpdesk(given, FakeEmbedder()))
    monkeypatch.setitem(sys.modules, "helpdesk_bot.helpdesk", stand_in)
    return ["--reply", "--data-dir", str(settings.data_dir)]


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_the_command_prints_markdown(
    command: list[str], capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert main(["ask", QUESTIONS[language], *command]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"# {catalogue(language).reply['title']}")
    assert f"## {catalogue(language).reply['sources']}" in out


@pytest.mark.parametrize(("name", "start"), [("r.md", b"# "), ("r.html", b"<!DOCTYPE"), ("r.docx", b"PK")])
def test_a_file_is_written_in_the_format_of_its_name(
    command: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, start: bytes
) -> None:
    out = tmp_path / name
    assert main(["ask", QUESTIONS["sv"], *command, "--out", str(out)]) == 0
    assert out.read_bytes().startswith(start)
    assert capsys.readouterr().out == f"{out}\n"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_json_is_one_document_and_the_file_beside_it(
    command: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "reply"
    arguments = ["ask", QUESTIONS["vi"], *command, "--json", "--format", "html", "--out", str(out)]
    assert main(arguments) == 0
    reply = json.loads(capsys.readouterr().out)
    assert reply["language"] == "vi"
    assert reply["direct"]
    assert out.read_bytes().startswith(b"<!DOCTYPE")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["ask", "Vad?", "--format", "html"], "belong to --reply"),
        (["ask", "Vad?", "--out", "x.md"], "belong to --reply"),
        (["ask", "Vad?", "--reply", "--json", "--format", "html"], "--json prints the reply itself"),
        (["ask", "Vad?", "--reply", "--out", "no/such/folder/x.md"], "does not exist"),
    ],
)
def test_options_that_do_not_fit_are_one_line_and_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], line: str
) -> None:
    assert main([*arguments, "--data-dir", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    if "--json" in arguments:
        error = json.loads(captured.out)["error"]
        assert (error["code"], error["exit_code"]) == ("misconfigured", 2)
        assert line in error["message"]
    else:
        assert captured.out == ""
    assert line in captured.err
    assert len(captured.err.splitlines()) == 1


def test_a_docx_is_not_poured_over_a_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["ask", "Vad?", "--reply", "--format", "docx", "--data-dir", str(tmp_path)]) == 2
    assert "--out" in capsys.readouterr().err
