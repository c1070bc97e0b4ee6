"""The generative engine: what is kept of a chat model's text, and what happens when it fails."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from helpdesk_bot.answering import answer_question
from helpdesk_bot.answers import Citation, CitedDocument, Question, answer_to_json
from helpdesk_bot.errors import ConfigurationError, EngineFailure
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.llm import ChatWriter, open_writer, read_tokens
from helpdesk_bot.settings import Settings
from tests.helpdesk_bot import library
from tests.helpdesk_bot.test_answering import check

QUESTION = "How many libraries lent tablets to residents?"


class Scripted:
    """A chat model that says what it was told to say."""

    def __init__(self, reply: Any) -> None:
        self.reply = reply
        self.prompts: list[str] = []

    def invoke(self, prompt: Any) -> Any:
        self.prompts.append(prompt)
        if isinstance(self.reply, Exception):
            raise self.reply
        return type("Message", (), {"content": self.reply})()


def ask(desk: Helpdesk, reply: Any, question: str = QUESTION) -> tuple[dict[str, Any], Scripted]:
    model = Scripted(reply)
    parts = replace(desk._parts, writer=ChatWriter(model, "scripted:model"))
    answer = answer_to_json(answer_question(Question(question), parts))
    check(desk, answer)
    assert desk.records.get(answer["answer_id"]) == answer
    return answer, model


def citation(number: int) -> Citation:
    document = CitedDocument("d", "T", "report", None, None, "en", None, "t.md", 1)
    return Citation(f"cit_{number}", number, "p", document, None, (), 0, 5, "quote", "en")


@pytest.mark.parametrize(
    ("question", "reply", "shown"),
    [
        (QUESTION, "They were 318 [S1].", "They were 318. [1]"),
        (
            "Hur många kommuner införde digital identitet?",
            "Det var 57 kommuner. [S1] Bra.",
            "Det var 57 kommuner. [1]",
        ),
        (
            "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ?",
            "Có 84000 hồ sơ [S1].",
            "Có 84000 hồ sơ. [1]",
        ),
    ],
)
def test_writes_from_the_quotes_with_their_numbers(
    desk: Helpdesk, question: str, reply: str, shown: str
) -> None:
    answer, model = ask(desk, reply, question)
    assert answer["engine"]["name"] == "generative"
    assert answer["engine"]["model"] == "scripted:model"
    assert len(answer["engine"]["prompt_sha256"]) == 64
    assert answer["text"] == shown
    assert answer["sentences"][0]["citations"] == [answer["citations"][0]["citation_id"]]
    prompt = model.prompts[0]
    assert f"[S1] {' '.join(answer['citations'][0]['quote'].split())}" in prompt
    assert question in prompt
    assert "https://" not in prompt  # the model sees tokens, never an address it could copy


def test_what_has_no_source_is_not_shown_and_counted(desk: Helpdesk) -> None:
    answer, _ = ask(desk, "It was 318 [S1]. The moon is cheese. So [S99] it is [S1]. Trust me [S42].")
    assert "moon" not in answer["text"]
    assert "Trust" not in answer["text"]
    assert "S99" not in answer["text"]
    notes = " ".join(answer["trace"]["notes"])
    assert "2 sentences without a source were not shown" in notes
    assert "2 unknown source tokens were removed" in notes
    hidden = [item for item in answer["sentences"] if item["verification"] == "unsupported"]
    assert len(hidden) == 2
    assert all(item["citations"] == [] for item in hidden)


FAILURES: list[tuple[Any, str]] = [
    ("", "empty or unreadable text"),
    ("   \n", "empty or unreadable text"),
    (["a", "list"], "empty or unreadable text"),
    (None, "empty or unreadable text"),
    ("The moon is made of cheese.", "no sentence cites a source"),
    ("Invented [S77]. Also invented [S0].", "no sentence cites a source"),
    ("[S1]", "no sentence cites a source"),
    (TimeoutError("slow"), "TimeoutError"),
    (ConnectionError("refused by sk-secret-key"), "ConnectionError"),
    (ValueError("broken"), "ValueError"),
]


@pytest.mark.parametrize(("reply", "reason"), FAILURES, ids=[ascii(str(item[0]))[:30] for item in FAILURES])
def test_whatever_fails_the_answer_is_the_quotes_and_the_trace_says_why(
    desk: Helpdesk, reply: Any, reason: str
) -> None:
    answer, _ = ask(desk, reply)
    assert answer["outcome"] == "answered"
    assert answer["engine"] == {"name": "extractive", "model": None, "prompt_sha256": None}
    assert f"generative engine failed: {reason}" in answer["trace"]["notes"]
    assert "318" in answer["text"]
    assert "sk-secret-key" not in json.dumps(answer)


def test_a_model_is_not_asked_where_nothing_answers(filled: Settings) -> None:
    with library.helpdesk(filled.model_copy(update={"min_confidence": 1.0})) as strict:
        answer, model = ask(strict, "I know anyway [S1].")
    assert answer["outcome"] == "unanswerable_not_in_documents"
    assert model.prompts == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One [S1]. Two [S2].", [("One.", ["cit_1"]), ("Two.", ["cit_2"])]),
        ("One. [S1] Two. [S2]", [("One.", ["cit_1"]), ("Two.", ["cit_2"])]),
        ("Both [S2][S1].", [("Both.", ["cit_2", "cit_1"])]),
        ("Both [S1] and again [S1].", [("Both and again.", ["cit_1"])]),
        ("Đúng vậy [S1]. Không [S3].", [("Đúng vậy.", ["cit_1"]), ("Không.", [])]),
        ("Kostar 3,5 % [S1], t.ex. här [S2]!", [("Kostar 3,5 %, t.ex. här!", ["cit_1", "cit_2"])]),
    ],
)
def test_tokens_become_citations_sentence_by_sentence(
    text: str, sentences: list[tuple[str, list[str]]]
) -> None:
    written = read_tokens(text, "en", [citation(1), citation(2)])
    assert [(item.text, list(item.citations)) for item in written.sentences] == sentences


@pytest.mark.parametrize("text", ["Fine [S1], see [7].", "Fine [S1] [S1, S2].", "Fine [S1] [s9] [12]."])
def test_marks_that_look_like_citations_are_removed(text: str) -> None:
    written = read_tokens(text, "en", [citation(1), citation(2)])
    assert "[" not in written.sentences[0].text


def test_no_token_at_all_is_a_failure() -> None:
    with pytest.raises(EngineFailure, match="no sentence cites"):
        read_tokens("Nothing to see.", "en", [citation(1)])


def test_no_model_means_no_writer_and_an_unknown_one_is_named(data_dir: Any) -> None:
    assert open_writer(library.settings_for(data_dir)) is None
    with pytest.raises(ConfigurationError, match="'nobody:nothing' cannot be opened"):
        open_writer(library.settings_for(data_dir, chat_model="nobody:nothing"))


@contextmanager
def endpoint(behave: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Serve an OpenAI-compatible address on a free port, as badly as ``behave`` wants."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            behave(self)

        def log_message(self, *_args: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reply_with(status: int, body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def completion(text: str) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    ).encode()


def over_http(filled: Settings, address: str, timeout_s: float = 20.0) -> dict[str, Any]:
    changed = filled.model_copy(
        update={
            "chat_model": "openai:local",
            "chat_base_url": address,
            "chat_api_key": "sk-not-real",
            "chat_timeout_s": timeout_s,
        }
    )
    with library.helpdesk(changed) as desk:
        answer = answer_to_json(desk.ask(Question(QUESTION)))
        check(desk, answer)
    assert "sk-not-real" not in json.dumps(answer)
    return answer


def test_a_working_endpoint_writes_the_answer(filled: Settings) -> None:
    with endpoint(reply_with(200, completion("There were 318 libraries [S1]."))) as address:
        answer = over_http(filled, address)
    assert answer["engine"]["name"] == "generative"
    assert answer["text"] == "There were 318 libraries. [1]"


def _hang(_handler: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(5)


@pytest.mark.parametrize(
    "behave",
    [
        reply_with(500, b'{"error": {"message": "oops"}}'),
        reply_with(429, b'{"error": {"message": "slow down"}}'),
        reply_with(401, b'{"error": {"message": "who are you"}}'),
        reply_with(200, b"{broken json"),
        reply_with(200, completion("")),
        reply_with(200, completion("I made this up [S9].")),
        _hang,
    ],
    ids=["500", "429", "401", "broken", "empty", "invented", "hang"],
)
def test_a_failing_endpoint_degrades_to_quotes(
    filled: Settings, behave: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    with endpoint(behave) as address:
        answer = over_http(filled, address, timeout_s=0.5)
    assert (answer["outcome"], answer["engine"]["name"]) == ("answered", "extractive")
    assert any(note.startswith("generative engine failed: ") for note in answer["trace"]["notes"])


def test_a_refused_connection_degrades_to_quotes(filled: Settings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    answer = over_http(filled, f"http://127.0.0.1:{port}/v1", timeout_s=2)
    assert answer["engine"]["name"] == "extractive"
    assert any(note.startswith("generative engine failed: ") for note in answer["trace"]["notes"])
