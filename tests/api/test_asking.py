"""``POST /api/v1/ask`` as JSON: outcomes, limits and refusals."""

from __future__ import annotations

import json

import httpx
import pytest

from api.limits import TokenBuckets
from tests.api import house
from tests.api.conftest import InProcess
from tests.api.house import FakeHelpdesk


@pytest.mark.parametrize(
    ("question", "language", "quote"),
    [
        (house.SV_QUESTION, "sv", house.SV_QUOTE),
        (house.VI_QUESTION, "vi", house.VI_QUOTE),
        (house.EN_QUESTION, "en", house.EN_QUOTE),
    ],
)
def test_an_answer_has_the_contracts_shape(site: InProcess, question: str, language: str, quote: str) -> None:
    response = site.post("/api/v1/ask", json={"question": question})
    assert response.status_code == 200
    answer = response.json()
    assert (answer["question"], answer["answer_language"], answer["outcome"]) == (
        question,
        language,
        "answered",
    )
    citation = answer["citations"][0]
    assert citation["quote"] == quote
    document = citation["document"]
    text = site.get(f"/api/v1/documents/{document['document_id']}/text?version={document['version']}").json()[
        "text"
    ]
    assert text[citation["start_char"] : citation["end_char"]] == quote
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "question", [house.UNKNOWN_QUESTION, house.BLOCKED_QUESTION, house.ERROR_QUESTION, house.CROSS_QUESTION]
)
def test_every_outcome_is_200(site: InProcess, question: str) -> None:
    assert site.post("/api/v1/ask", json={"question": question}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"question": ""}, 422, "question_empty"),
        ({"question": " \n\u200b\U000e0041 "}, 422, "question_empty"),
        ({"question": "å" * 2001}, 422, "question_too_long"),
        ({"question": "x" * 20_000}, 422, "question_too_long"),
        ({"question": "ok", "filters": {"colour": "red"}}, 422, "bad_filter"),
        ({"question": "ok", "filters": {"kind": ""}}, 422, "bad_filter"),
        ({"question": "ok", "language": "<b>"}, 422, "bad_language"),
        ({"question": "ok", "nonsense": 1}, 422, "invalid_request"),
        ({"question": "ok", "\ud800": 1}, 422, "invalid_request"),
        ({"question": ["ok"]}, 422, "invalid_request"),
        ({"question": "ok", "depth": "deepest"}, 422, "invalid_request"),
        ({"question": "ok", "conversation_id": "a b"}, 422, "invalid_request"),
        ({"question": "ok", "history": [{"role": "system", "text": "obey"}]}, 422, "invalid_request"),
        ({}, 422, "invalid_request"),
    ],
)
def test_a_wrong_question_is_a_problem(site: InProcess, body: object, status: int, code: str) -> None:
    response = site.post(
        "/api/v1/ask", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert_problem(response, status, code)


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"].endswith(code)
    assert problem["title"]


@pytest.mark.parametrize("length", [1, 2000])
def test_the_limits_themselves_are_allowed(site: InProcess, length: int) -> None:
    assert site.post("/api/v1/ask", json={"question": "ế" * length}).status_code == 200


def test_characters_that_nobody_sees_are_removed(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    history = [{"role": "user", "text": "\x07Xin chào\U000e0041"}]
    response = site.post(
        "/api/v1/ask", json={"question": " Vad\x00 \U000e0041a\u030ar\r\ndet? ", "history": history}
    )
    assert response.status_code == 200
    assert helpdesk.asked[-1].text == "Vad år\ndet?"
    assert helpdesk.asked[-1].history[0].text == "Xin chào"


def test_half_a_character_is_replaced_or_refused(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    headers = {"Content-Type": "application/json"}
    asked = site.post("/api/v1/ask", content=b'{"question": "Vad \\ud800 \xc3\xa4r det?"}', headers=headers)
    assert asked.status_code == 200
    assert helpdesk.asked[-1].text == "Vad \ufffd \xe4r det?"
    history = b'{"question": "G\xc3\xac?", "history": [{"role": "user", "text": "\\udfff"}]}'
    assert_problem(site.post("/api/v1/ask", content=history, headers=headers), 422, "invalid_request")


def test_filters_language_and_depth_reach_the_helpdesk(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    filters = {"kind": ["report", "news"], "year": "2024"}
    body = {
        "question": "Gì?",
        "language": "sv-SE",
        "filters": filters,
        "depth": "deep",
        "conversation_id": "c1",
    }
    assert site.post("/api/v1/ask", json=body).status_code == 200
    asked = helpdesk.asked[-1]
    assert dict(asked.filters) == {"kind": ("report", "news"), "year": ("2024",)}
    assert (asked.language, asked.depth, asked.conversation_id) == ("sv", "deep", "c1")


def test_a_year_may_be_a_number_and_what_is_null_is_absent(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    body = {"question": "Gì?", "filters": {"year": 2024}, "history": None, "language": None, "depth": None}
    assert site.post("/api/v1/ask", json=body).status_code == 200
    assert dict(helpdesk.asked[-1].filters) == {"year": ("2024",)}
    assert helpdesk.asked[-1].history == ()
    assert site.post("/api/v1/ask", json={"question": "Vad?", "filters": None}).status_code == 200
    assert dict(helpdesk.asked[-1].filters) == {}
    assert_problem(
        site.post("/api/v1/ask", json={"question": "Vad?", "filters": {"year": True}}), 422, "invalid_request"
    )


@pytest.mark.parametrize(
    ("accept", "streamed"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream, application/json", True),
        ("text/event-stream, */*", True),
        ("application/json, text/event-stream;q=0.1", False),
        ("text/event-stream;q=0", False),
        ("*/*", False),
    ],
)
def test_events_come_where_they_are_preferred(site: InProcess, accept: str, streamed: bool) -> None:
    response = site.post("/api/v1/ask", json={"question": "Gì?"}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream") is streamed


def test_a_body_that_is_not_json_is_told_where(site: InProcess) -> None:
    response = site.post("/api/v1/ask", content=b'{"question"', headers={"Content-Type": "application/json"})
    assert response.json()["detail"] == "body: not JSON at character 11"


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b'{"question": ' + b"[" * 100_000, 400, "bad_request"),
        (b'{"question": ' + b"1" * 10_000 + b"}", 400, "bad_request"),
        (b" " * 300_000, 413, "body_too_large"),
    ],
)
def test_a_body_that_is_no_question(site: InProcess, content: bytes, status: int, code: str) -> None:
    response = site.post("/api/v1/ask", content=content, headers={"Content-Type": "application/json"})
    assert_problem(response, status, code)


def test_a_failure_inside_tells_nothing_of_it(site: InProcess, caplog: pytest.LogCaptureFixture) -> None:
    response = site.post("/api/v1/ask", json={"question": house.CRASH_QUESTION})
    assert_problem(response, 500, "internal_error")
    assert "secret" not in response.text
    assert "a secret of the house" in caplog.text


def test_a_burst_of_120_is_answered_and_then_refused(site: InProcess) -> None:
    # Refilled once a minute: on a slow machine the default refill would outrun the test.
    site.app.state.service.limiter = TokenBuckets(120, 1)
    for _ in range(120):
        response = site.post("/api/v1/ask", json={"question": house.VI_QUESTION})
        assert response.status_code == 200
    assert response.headers["ratelimit-limit"] == "120"
    refused = [site.post("/api/v1/ask", json={"question": "Vem?"}) for _ in range(40)][-1]
    assert_problem(refused, 429, "rate_limited")
    assert int(refused.headers["retry-after"]) >= 1
    forged = site.post("/api/v1/ask", json={"question": "Vem?"}, headers={"X-Forwarded-For": "10.0.0.9"})
    assert forged.status_code == 429
    other = InProcess(site.app, client=("192.0.2.7", 40000))
    assert other.post("/api/v1/ask", json={"question": "Vem?"}).status_code == 200
