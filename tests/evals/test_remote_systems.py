"""Foreign systems over real HTTP: what is sent, what is tried again, and what never leaves the machine."""

import json
import math

import pytest

from evals.suite import CorpusRow, Query, RetrievalSuite
from evals.systems import open_search_system
from evals.systems.calls import JsonClient, RetryPolicy, SystemCallError
from evals.systems.config import SystemConfigError, check_config
from evals.systems.remote import RemoteSystem
from helpdesk_bot.answers import Question, Turn
from helpdesk_bot.settings import Settings
from tests.evals.json_server import serve, slowly
from tests.evals.test_foreign import QUESTIONS, ROWS

SECRET = "sk-very-secret-0123456789"
OK = (200, {"answer": "The survey covered 492 officials.", "sources": [{"file": "doc-en.txt"}]})
ANSWER = {"text": "/answer", "citations": {"items": "/sources", "source": "/file", "score": "/score"}}


def http(site, **changes):
    given = {
        "system": "http",
        "url": f"{site.address}/ask",
        "body": {"q": "{question}", "lang": "{language}", "turns": "{history}", "only": "{filters}", "k": 3},
        "backoff_s": 0.001,
        "answer": ANSWER,
    }
    return RemoteSystem(check_config(given | changes), ROWS)


def openai(site, **changes):
    given = {"system": "openai", "base_url": f"{site.address}/v1", "model": "m", "backoff_s": 0.001}
    return RemoteSystem(check_config(given | changes), ROWS)


def completion(content, **message):
    return {
        "model": "m-2024",
        "choices": [
            {"finish_reason": "stop", "message": {"role": "assistant", "content": content} | message}
        ],
        "usage": {"prompt_tokens": 21, "completion_tokens": 9},
    }


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_the_body_is_filled_in(language):
    history = (Turn("user", "Hej {question}"), Turn("assistant", "Chào"))
    question = Question(QUESTIONS[language], filters={"kind": ("report",)}, history=history)
    with serve(OK) as site:
        answer = http(site, history_text="content").ask(question)
    assert site.asked[0]["body"] == {
        "q": QUESTIONS[language],
        "lang": language,
        "turns": [{"role": "user", "content": "Hej {question}"}, {"role": "assistant", "content": "Chào"}],
        "only": {"kind": ["report"]},
        "k": 3,
    }
    assert answer["trace"]["requests"]["n_retries"] == 0
    assert answer["engine"]["model"] == "http"
    assert "ignored" not in answer["trace"]


def test_what_of_a_question_is_not_sent_is_told():
    question = Question("Why?", filters={"kind": ("report",)}, history=(Turn("user", "Hello"),))
    with serve(OK) as site:
        answer = http(site, method="GET", body=None, query={"q": "{question}"}).ask(question)
    assert site.asked[0]["path"] == "/ask?q=Why%3F"
    assert answer["trace"]["ignored"] == ["history", "filters"]


def test_chat_completions_and_their_annotations(monkeypatch):
    monkeypatch.setenv("MY_KEY", SECRET)
    annotations = [
        {"type": "url_citation", "url_citation": {"url": "https://example.org/doc-sv", "title": "t"}},
        {"type": "file_citation", "file_citation": {"filename": "doc-vi.txt", "file_id": "f-1"}},
    ]
    question = Question(QUESTIONS["sv"], history=(Turn("user", "Hej"), Turn("assistant", "Hej!")))
    with serve((200, completion("Den omfattade 492 tjänstemän.", annotations=annotations))) as site:
        system = openai(site, api_key_env="MY_KEY", system_prompt="Be brief.", extra_body={"seed": 7})
        answer = system.ask(question)
    asked = site.asked[0]
    assert asked["path"] == "/v1/chat/completions"
    assert asked["headers"]["Authorization"] == f"Bearer {SECRET}"
    assert asked["body"] == {
        "model": "m",
        "temperature": 0.0,
        "seed": 7,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hej"},
            {"role": "assistant", "content": "Hej!"},
            {"role": "user", "content": QUESTIONS["sv"]},
        ],
    }
    assert [item["document"]["source"] for item in answer["citations"]] == ["doc-sv.txt", "doc-vi.txt"]
    assert answer["engine"]["model"] == "m-2024"
    assert answer["trace"]["usage"] == {"prompt_tokens": 21, "completion_tokens": 9}
    assert answer["trace"]["finish_reason"] == "stop"
    assert "ignored" not in answer["trace"]
    described = json.dumps(system.describe())
    assert SECRET not in described
    assert "Be brief." in described
    assert len(system.describe()["prompt_sha256"]) == 64


def test_chat_completions_refuse_run_out_and_fail():
    question = Question("Why?")
    with serve(
        (200, completion(None, refusal="I cannot help with that.")),
        (200, {"choices": [{"finish_reason": "length", "message": {"content": ""}}]}),
        (200, {"error": {"message": "no such model"}}),
        (200, {"choices": []}),
    ) as site:
        system = openai(site)
        assert system.ask(question)["outcome"] == "unanswerable_not_in_documents"
        with pytest.raises(SystemCallError, match="raise max_tokens"):
            system.ask(question)
        with pytest.raises(SystemCallError, match="reports an error: no such model"):
            system.ask(question)
        with pytest.raises(SystemCallError, match="leads to no text in an object with choices"):
            system.ask(question)


def test_busy_and_broken_servers_are_tried_again():
    with serve((429, {}, {"Retry-After": "0"}), (503, b"<html>busy"), OK) as site:
        answer = http(site).ask(Question("Why?"))
    assert answer["outcome"] == "answered"
    assert answer["trace"]["requests"]["n_retries"] == 2
    assert answer["trace"]["requests"]["waited_ms"] > 0
    assert len(site.asked) == 3


def test_waits_double_and_follow_the_server():
    waits = []
    policy = RetryPolicy(timeout_s=5, retries=4, backoff_s=1)
    with serve(
        (500, {}),
        (500, {}),
        (429, {}, {"Retry-After": "7"}),
        (429, {}, {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}),
        (200, {}),
    ) as site:
        client = JsonClient(site.address, {}, policy, "x", sleep=waits.append)
        reply = client.call("POST", site.address, {})
    assert 0.75 <= waits[0] <= 1.25
    assert 1.5 <= waits[1] <= 2.5
    assert waits[2:] == [7, 0]
    assert (reply.n_retries, reply.document) == (4, {})
    assert math.isclose(reply.waited_ms, sum(waits) * 1000, abs_tol=0.01)


def test_giving_up_says_how_often():
    with serve((503, {"detail": "down"})) as site:
        with pytest.raises(SystemCallError, match=r"answered 503: .*down.* \(3 tries\)"):
            http(site, retries=2).ask(Question("Why?"))
        assert len(site.asked) == 3


def test_a_refused_request_is_not_repeated():
    with serve((400, {"detail": "question too long"})) as site:
        with pytest.raises(SystemCallError, match=r"answered 400: .*question too long"):
            http(site).ask(Question("Why?"))
        assert len(site.asked) == 1
    with serve((302, b"", {"Location": "https://elsewhere.example/"})) as site:
        with pytest.raises(SystemCallError, match=r"answered 302.*check the address"):
            http(site).ask(Question("Why?"))
        assert len(site.asked) == 1


def test_a_slow_server_is_an_error_and_asked_once():
    with serve(slowly(0.6, OK)) as site:
        with pytest.raises(SystemCallError, match=r"gave no answer in 0\.2 s \(timeout_s allows more\)"):
            http(site, timeout_s=0.2).ask(Question("Why?"))
        assert http(site, timeout_s=120).ask(Question("Why?"))["outcome"] == "answered"
        assert len(site.asked) == 2  # once each; the server may notice the first only after it was given up


def test_nobody_there():
    with serve(OK) as site:
        system = http(site, retries=1)
    with pytest.raises(SystemCallError, match=r"cannot be reached: .*\(2 tries\); check that it runs"):
        system.ask(Question("Why?"))


def test_broken_json_and_bytes():
    with serve((200, b'{"answer": "Yes'), (200, b"\xff\xfe"), (200, b"")) as site:
        for message in ("sent no JSON", "sent no JSON", "leads to no text in null"):
            with pytest.raises(SystemCallError, match=message):
                http(site).ask(Question("Why?"))


def test_a_key_never_shows(monkeypatch):
    monkeypatch.setenv("MY_KEY", SECRET)
    echo = (401, {"detail": f"wrong key {SECRET}", "headers": {"Authorization": f"Bearer {SECRET}"}})
    leak = (200, {"answer": f"Your key is {SECRET}.", "sources": [{"file": SECRET, "text": SECRET}]})
    with serve(echo, leak) as site:
        config = {"Authorization": "Bearer ${MY_KEY}", "X-Team": "helpdesk"}
        system = http(site, headers=config, url=f"{site.address}/ask?token={SECRET}")
        with pytest.raises(SystemCallError) as caught:
            system.ask(Question("Why?"))
        answer = system.ask(Question("Why?"))
    assert site.asked[0]["headers"]["Authorization"] == f"Bearer {SECRET}"
    assert "check the key" in str(caught.value)
    for told in (str(caught.value), json.dumps(answer), json.dumps(system.describe())):
        assert SECRET not in told
    assert system.describe()["headers"] == ["Authorization", "X-Team"]


def test_a_key_that_is_not_set_is_named(monkeypatch):
    monkeypatch.delenv("MY_KEY", raising=False)
    with serve(OK) as site, pytest.raises(SystemConfigError, match="set the environment variable MY_KEY"):
        openai(site, api_key_env="MY_KEY")


def test_a_status_can_be_an_outcome():
    with serve((422, {"detail": "a telephone number"}), OK) as site:
        system = http(site, status_outcomes={"422": "blocked_personal_data"})
        blocked = system.ask(Question(QUESTIONS["vi"]))
        assert (blocked["outcome"], blocked["outcome_reason"]) == ("blocked_personal_data", "http_422")
        assert (blocked["answer_language"], blocked["text"], blocked["citations"]) == ("vi", "", [])
        assert system.ask(Question("Why?"))["outcome"] == "answered"


def test_an_answer_can_be_fetched_later():
    with serve((201, {"answer_url": "/later/1"}), (202, b""), (202, b""), OK) as site:
        answer = http(site, poll={"url": "/answer_url", "interval_s": 0.001}).ask(Question("Why?"))
    assert answer["outcome"] == "answered"
    assert [asked["path"] for asked in site.asked] == ["/ask", "/later/1", "/later/1", "/later/1"]
    with serve((201, {"answer_url": "https://elsewhere.example/1"})) as site:
        system = http(site, poll={"url": "/answer_url"})
        with pytest.raises(SystemCallError, match="leads to another server"):
            system.ask(Question("Why?"))


def test_a_foreign_system_ranks_by_what_it_cites():
    suite = RetrievalSuite(
        path=None,
        name="s",
        corpus=tuple(CorpusRow(f"d{n}", f"Title {n}", "text", "en") for n in range(3)),
        queries=(Query("q", "Why?", "en", True, ()),),
        qrels={},
    )
    scored = [{"file": "d2", "score": 0.5}, {"file": "d0", "score": 0.9}, {"file": "d2", "score": 0.7}]
    ranked = [{"file": "d1"}, {"file": "other.pdf"}, {"title": "Title 2"}]
    with serve(
        (200, {"answer": "A.", "sources": scored}), (200, {"answer": "A.", "sources": ranked})
    ) as site:
        config = {"system": "http", "url": site.address, "body": {"q": "{question}"}}
        items = {"items": "/sources", "source": "/file", "title": "/title", "score": "/score"}
        answer = {"text": "/answer", "citations": items}
        system = open_search_system("http", Settings(), suite, {**config, "answer": answer})
        assert system.search("Why?", "en") == [("d0", 0.9), ("d2", 0.7)]
        assert system.search("Why?", "en") == [("d1", 1.0), ("d2", 1 / 3)]
        system.close()
