"""The chat judge against a real OpenAI-compatible endpoint on this machine."""

import hashlib
import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources

import pytest

from evals.errors import JudgeError
from evals.judges import open_judge
from evals.judges.chat import PROMPT
from evals.judges.remembering import RememberingJudge

TEXTS = ("Undersökningen omfattade 492 tjänstemän.", "sv", "Khảo sát gồm 492 công chức.", "vi")


@contextmanager
def endpoint(*replies):
    """Serve an OpenAI-compatible address: each request gets the next (status, body), then the last for good.

    Yields the address and the list of the requests' bodies.
    """
    left, asked = list(replies), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(text):
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return 200, json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    ).encode()


def judge_at(address, **changes):
    config = {"model": "openai:judge-2025-01", "base_url": address, "api_key": "sk-not-real", "timeout_s": 60}
    return open_judge("chat", config | changes)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [("YES", True), ("no", False), (" **Yes**, it does.", True), ("NO: the number differs", False)],
)
def test_a_verdict_is_asked_for_and_read(reply, verdict):
    with endpoint(says(reply)) as (address, asked):
        assert judge_at(address).entails(*TEXTS) is verdict
    (request,) = asked
    assert request["model"] == "judge-2025-01"
    assert request["temperature"] == 0
    prompt = request["messages"][0]["content"]
    assert f'<quotes language="sv">\n{TEXTS[0]}\n</quotes>' in prompt
    assert f'<statement language="vi">\n{TEXTS[2]}\n</statement>' in prompt


def test_braces_in_a_quote_are_no_fields_of_the_prompt():
    with endpoint(says("NO")) as (address, asked):
        assert not judge_at(address).entails("{hypothesis} {0} {", "en", "x", "en")
    assert "{hypothesis} {0} {" in asked[0]["messages"][0]["content"]


@pytest.mark.parametrize("reply", ["", "Perhaps.", "Yesterday", "492", "I cannot say YES or NO"])
def test_what_is_neither_is_an_error_and_no_verdict(reply):
    with endpoint(says(reply)) as (address, _), pytest.raises(JudgeError, match="neither YES nor NO"):
        judge_at(address).entails(*TEXTS)


@pytest.mark.parametrize(
    ("status", "body"), [(401, b'{"error": {"message": "sk-not-real is wrong"}}'), (200, b"{broken json")]
)
def test_a_failing_endpoint_is_an_error_without_the_key(status, body):
    with endpoint((status, body)) as (address, _), pytest.raises(JudgeError) as failed:
        judge_at(address).entails(*TEXTS)
    assert "openai:judge-2025-01 failed" in str(failed.value)
    assert "sk-not-real" not in str(failed.value)


def test_a_passing_fault_is_tried_again():
    with endpoint((503, b"{}"), says("YES")) as (address, asked):
        assert judge_at(address).entails(*TEXTS)
    assert len(asked) == 2


def test_a_refused_connection_is_an_error():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(JudgeError, match=r"failed: .*ConnectionError"):
        judge_at(f"http://127.0.0.1:{port}/v1", timeout_s=1).entails(*TEXTS)


def test_the_prompt_is_pinned():
    """A changed prompt is a new file with another version in its name; then this hash changes with it."""
    text = resources.files("evals.judges").joinpath("prompts", PROMPT).read_bytes()
    assert PROMPT == "entailment.v1.txt"
    assert hashlib.sha256(text).hexdigest() == (
        "578bf4731772e7f134c5717f0d3a9926769d98e460d997a3532d7addf1c0e23f"
    )
    assert judge_at("http://127.0.0.1:9/v1").describe() == {
        "name": "chat",
        "version": 1,
        "model": "openai:judge-2025-01",
        "prompt": PROMPT,
        "prompt_sha256": hashlib.sha256(text).hexdigest(),
        "temperature": 0,
    }


def test_a_verdict_is_paid_for_once(tmp_path):
    with endpoint(says("YES")) as (address, asked):
        for _ in range(2):
            judge = RememberingJudge(judge_at(address), tmp_path)
            assert judge.entails(*TEXTS)
            judge.close()
    assert len(asked) == 1
    assert "sk-not-real" not in (tmp_path / "judgements.jsonl").read_text(encoding="utf-8")
