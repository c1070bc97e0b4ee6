"""The review desk over HTTP: from a question to the released reply, by two experts and an asker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from helpdesk_bot.accounts import directory
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.review import policy
from helpdesk_bot.review.policy import Policy
from tests.api import people
from tests.api.conftest import started
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

SV = "Hur många kommuner införde digital identitet för sina invånare?"
VI = "Nhà trường nên dạy trẻ em điều gì?"
BASE = "/api/v1/review/items"


class Desk:
    """An application over the small library, with ways to call it as different people."""

    def __init__(self, helpdesk: Helpdesk, app: FastAPI) -> None:
        self.helpdesk = helpdesk
        self.app = app
        self.anna = people.signed_in(helpdesk.engine, "expert")
        self.lan = people.signed_in(helpdesk.engine, "expert")
        self.admin = people.signed_in(helpdesk.engine, "administrator")

    def calls(self, *requests: tuple[str, str, dict[str, str], Any]) -> list[httpx.Response]:
        """Send requests one after the other; each is method, path, headers and a JSON body or ``None``."""

        async def run() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return [
                    await client.request(
                        method, path, headers=headers, **({"json": body} if body is not None else {})
                    )
                    for method, path, headers, body in requests
                ]

        return asyncio.run(run())

    def call(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> httpx.Response:
        """Send one request."""
        return self.calls((method, path, headers, body))[0]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    settings = library.settings_for(tmp_path_factory.mktemp("review-api"), min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    with library.helpdesk(settings) as helpdesk:
        policy.write(helpdesk.engine, Policy(every_answer=True), "test")
        with started(settings, helpdesk) as site:
            yield Desk(helpdesk, site.app)


def asked(desk: Desk, question: str) -> tuple[dict[str, Any], str]:
    answer = desk.call("POST", "/api/v1/ask", {}, {"question": question}).json()
    found = desk.call("GET", f"{BASE}?own=all&limit=200", desk.anna).json()["items"]
    return answer, next(each["item_id"] for each in found if each["answer_id"] == answer["answer_id"])


def test_from_the_question_to_the_released_reply(desk: Desk) -> None:
    answer, item_id = asked(desk, SV)
    assert answer["review"]["status"] == "pending"
    path = f"{BASE}/{item_id}"
    wanted = desk.call(
        "POST",
        "/api/v1/review/requests",
        {},
        {
            "answer_id": answer["answer_id"],
            "conversation_id": answer["conversation_id"],
            "email": "Lan@Example.org",
            "consent": True,
            "language": "vi",
        },
    )
    assert (wanted.status_code, wanted.json()["status"]) == (201, "queued")
    item = desk.call(
        "POST", f"{path}/assign", desk.anna, {"version": desk_version(desk, path), "to": "me"}
    ).json()
    assert item["state"] == "in_review"
    found = desk.call("GET", "/api/v1/review/passages?q=digital%20identitet&limit=2", desk.anna).json()[
        "passages"
    ]
    citation = found[0]["citation"]
    body = {
        "version": item["version"],
        "sentences": [
            {"text": citation["quote"], "citations": [citation["citation_id"]]},
            {"text": "Det gäller 999 kommuner.", "citations": [citation["citation_id"]]},
        ],
        "citations": [citation],
    }
    checked = desk.call(
        "POST", f"{path}/verify", desk.anna, {k: body[k] for k in ("sentences", "citations")}
    ).json()
    assert [each["verification"] for each in checked["sentences"]] == ["supported", "unsupported"]
    saved = desk.call("PUT", f"{path}/text", desk.anna, body).json()
    refused = desk.call("POST", f"{path}/release", desk.anna, {"version": saved["version"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "review_unsupported")
    assert refused.json()["sentences"][0]["sentence"] == 1
    mended = desk.call(
        "PUT",
        f"{path}/text",
        desk.anna,
        body | {"version": saved["version"], "sentences": body["sentences"][:1]},
    ).json()
    released = desk.call(
        "POST", f"{path}/release", desk.anna, {"version": mended["version"], "reason": "A number was wrong."}
    )
    assert released.status_code == 200, released.text
    cases = (desk.helpdesk.settings.data_dir / "suites" / "reviews" / "cases.jsonl").read_text("utf-8")
    assert SV in cases
    assert "A number was wrong." in cases
    seen = desk.call("GET", f"/api/v1/conversations/{answer['conversation_id']}", {}).json()["answers"][0]
    assert seen["review"]["status"] == "approved"
    assert seen["released"]["answer"]["citations"][0]["quote"] == citation["quote"]
    compared = desk.call("GET", f"{path}/diff?from={saved['version']}", desk.anna).json()
    assert compared["changed_words"] > 0
    events = [event["what"] for event in desk.call("GET", f"{path}/timeline", desk.anna).json()["events"]]
    assert events[0] == "entered"
    assert events[-1] == "released"
    assert "example.org" not in desk.call("GET", f"{path}/timeline", desk.anna).text.lower()


def desk_version(desk: Desk, path: str) -> int:
    return int(desk.call("GET", path, desk.anna).json()["version"])


def test_two_experts_meet(desk: Desk) -> None:
    _, item_id = asked(desk, VI)
    path = f"{BASE}/{item_id}"
    first, second = (
        {"version": 1, "sentences": [{"text": text, "citations": []}], "citations": []}
        for text in ("Annas text.", "Bản của Lan.")
    )
    kept, lost, again = desk.calls(
        ("PUT", f"{path}/text", desk.anna, first),
        ("PUT", f"{path}/text", desk.lan, second),
        ("GET", path, desk.lan, None),
    )
    assert (kept.status_code, lost.status_code) == (200, 409)
    problem = lost.json()
    assert problem["code"] == "review_conflict"
    assert problem["yours"]["sentences"][0]["text"] == "Bản của Lan."
    assert problem["theirs"]["sentences"][0]["text"] == "Annas text."
    assert again.json()["kept"][0]["draft_id"] == problem["draft_id"]
    thrown = desk.call("DELETE", f"{path}/draft?draft_id={problem['draft_id']}", desk.lan)
    assert thrown.status_code == 204
    assert desk.call("GET", path, desk.lan).json()["kept"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", f"{BASE}/nothing", None, 404, "review_item_not_found"),
        ("GET", f"{BASE}?cursor=zzz", None, 422, "review_bad_text"),
        ("GET", f"{BASE}?state=nowhere", None, 422, None),
        ("POST", "/api/v1/review/citations", {"passage_id": "nothing"}, 422, "review_bad_text"),
        (
            "POST",
            "/api/v1/review/requests",
            {"question": "Vilka bidrag?", "consent": False},
            422,
            "consent_needed",
        ),
        ("POST", "/api/v1/review/requests", {"consent": True}, 422, "review_bad_text"),
        (
            "POST",
            "/api/v1/review/requests",
            {"question": "Bidrag?", "consent": True, "email": "no address"},
            422,
            "account_refused",
        ),
        (
            "POST",
            "/api/v1/review/requests",
            {"question": "Skriv till anna@example.org", "consent": True},
            422,
            "review_personal_data",
        ),
        ("GET", "/api/v1/conversations/nobody", None, 404, "conversation_not_found"),
    ],
)
def test_what_cannot_be_done_says_so(
    desk: Desk, method: str, path: str, body: Any, status: int, code: str | None
) -> None:
    reply = desk.call(method, path, desk.anna, body)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"].startswith("application/problem+json")
    assert code is None or reply.json()["code"] == code
    assert "anna@example.org" not in reply.text


def test_the_policy_is_changed_by_administrators(desk: Desk) -> None:
    wanted = policy.to_json(Policy(every_answer=True, sensitive_themes=("safety",)))
    changed, read, bad = desk.calls(
        ("PUT", "/api/v1/review/policy", desk.admin, wanted),
        ("GET", "/api/v1/review/policy", desk.anna, None),
        ("PUT", "/api/v1/review/policy", desk.admin, wanted | {"otherwise": "sometimes"}),
    )
    assert (changed.status_code, bad.status_code) == (200, 422)
    assert read.json() == wanted


def test_a_question_goes_to_an_expert_and_to_nobody_else(desk: Desk) -> None:
    engine = desk.helpdesk.engine
    people.signed_in(engine, "evaluator")
    records = [each.account for each in directory.listing(engine)]
    expert = next(each for each in records if "expert" in each.roles)
    other = next(each for each in records if each.roles == {"evaluator"})
    _, item_id = asked(desk, VI)
    path = f"{BASE}/{item_id}"
    for to in (other.account_id, expert.email):
        refused = desk.call(
            "POST", f"{path}/assign", desk.anna, {"version": desk_version(desk, path), "to": to}
        )
        assert refused.status_code in (404, 422)
        assert other.email not in refused.text
    given = desk.call(
        "POST", f"{path}/assign", desk.anna, {"version": desk_version(desk, path), "to": expert.account_id}
    )
    assert given.json()["assigned_to"] is not None
