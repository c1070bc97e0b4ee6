"""The answer as a stream, over a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api import house
from tests.api.house import FakeHelpdesk

SSE = {"Accept": "text/event-stream"}


def events(response: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in response.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            yield fields["event"], json.loads(fields["data"])


@pytest.mark.parametrize(
    "question", [house.SV_QUESTION, house.VI_QUESTION, house.EN_QUESTION, house.UNKNOWN_QUESTION]
)
def test_the_last_event_is_the_answer_of_the_json_route(address: str, question: str) -> None:
    streamed = httpx.post(f"{address}/api/v1/ask", json={"question": question}, headers=SSE, timeout=60)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert streamed.headers["cache-control"] == "no-store"
    assert streamed.headers["x-accel-buffering"] == "no"
    names = [name for name, _ in events(streamed)]
    whole = httpx.post(f"{address}/api/v1/ask", json={"question": question}, timeout=60).json()
    assert names[0] == "status"
    assert names[-1] == "done"
    assert names.count("sentence") == len(whole["sentences"])
    assert names.count("citation") == len(whole["citations"])
    assert names.count("related") == len(whole["related"])
    done = dict(events(streamed))["done"]
    own = {name: whole[name] for name in ("answer_id", "conversation_id")}  # each answer has its own
    assert done | own == whole


def test_a_failure_ends_the_stream_with_an_error(address: str) -> None:
    response = httpx.post(
        f"{address}/api/v1/ask", json={"question": house.CRASH_QUESTION}, headers=SSE, timeout=60
    )
    assert response.status_code == 200
    name, problem = list(events(response))[-1]
    assert (name, problem["code"], problem["status"]) == ("error", "internal_error", 500)
    assert "secret" not in response.text


def test_a_refused_question_is_no_stream(address: str) -> None:
    response = httpx.post(f"{address}/api/v1/ask", json={"question": " "}, headers=SSE, timeout=60)
    assert (response.status_code, response.json()["code"]) == (422, "question_empty")


def test_a_client_that_leaves_does_no_harm(address: str, helpdesk: FakeHelpdesk) -> None:
    body = {"question": house.SLOW_QUESTION}
    with httpx.stream("POST", f"{address}/api/v1/ask", json=body, headers=SSE, timeout=60) as response:
        assert next(response.iter_lines()) == "event: status"
    helpdesk.release.set()
    again = httpx.post(f"{address}/api/v1/ask", json={"question": house.VI_QUESTION}, headers=SSE, timeout=60)
    assert list(events(again))[-1][0] == "done"


def test_the_page_gets_its_html_before_the_end(address: str) -> None:
    response = httpx.post(
        f"{address}/?lang=sv", data={"question": house.SV_QUESTION}, headers=SSE, timeout=60
    )
    names = [name for name, _ in events(response)]
    assert names[-2:] == ["html", "done"]
    html = dict(events(response))["html"]["html"]
    assert house.SV_QUOTE in html
    assert "Besvarat ur dokumenten" in html
