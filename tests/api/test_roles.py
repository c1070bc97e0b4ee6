"""Who may do what: every address of the application, with every role; a new one needs a row in `ROLES_OF`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from helpdesk_bot.accounts.roles import ROLES, Role
from helpdesk_bot.database import open_database
from tests.api import people
from tests.api.conftest import started
from tests.api.house import FakeHelpdesk, settings_in

ANYBODY = "anybody"
ASKER = frozenset[Role]({"asker", "expert", "evaluator", "administrator"})
"""Everybody with an account: each role includes what an asker may do."""
EXPERT = frozenset[Role]({"expert", "administrator"})
EVALUATOR = frozenset[Role]({"evaluator", "administrator"})
ADMINISTRATOR = frozenset[Role]({"administrator"})

Allowed = str | frozenset[Role]

MOUNTS = {"/static"}
"""Mounted applications; what they serve is for anybody."""

ROLES_OF: Mapping[tuple[str, str], Allowed] = {
    # asking and reading
    ("GET", "/"): ANYBODY,
    ("POST", "/"): ANYBODY,
    ("GET", "/documents/{document_id}"): ANYBODY,
    ("POST", "/api/v1/ask"): ANYBODY,
    ("POST", "/api/v1/reply"): ANYBODY,
    ("POST", "/api/v1/search"): ANYBODY,
    ("GET", "/api/v1/passages/{passage_id}"): ANYBODY,
    ("POST", "/v1/chat/completions"): ANYBODY,
    ("GET", "/v1/models"): ANYBODY,
    ("GET", "/v1/models/{model}"): ANYBODY,
    ("POST", "/mcp"): ANYBODY,
    ("GET", "/api/v1/documents"): ANYBODY,
    ("GET", "/api/v1/documents/{document_id}"): ANYBODY,
    ("GET", "/api/v1/documents/{document_id}/text"): ANYBODY,
    ("GET", "/api/v1/documents/{document_id}/original"): ANYBODY,
    # the widget
    ("GET", "/widget.js"): ANYBODY,
    ("GET", "/widget"): ANYBODY,
    ("POST", "/widget"): ANYBODY,  # with a token of the widget
    ("POST", "/api/v1/widget/token"): ANYBODY,  # from an allowed website
    # operations
    ("GET", "/health/live"): ANYBODY,
    ("GET", "/health/ready"): ANYBODY,
    ("GET", "/metrics"): ANYBODY,  # from this machine only
    ("GET", "/openapi.json"): ANYBODY,
    # accounts
    ("GET", "/sign-in"): ANYBODY,
    ("POST", "/sign-in"): ANYBODY,
    ("POST", "/sign-out"): ANYBODY,
    ("GET", "/sign-in/oidc"): ANYBODY,
    ("GET", "/sign-in/oidc/callback"): ANYBODY,
    ("GET", "/account"): ASKER,
    ("POST", "/account/password"): ASKER,
    ("GET", "/api/v1/session"): ANYBODY,
    ("POST", "/api/v1/session"): ANYBODY,
    ("DELETE", "/api/v1/session"): ANYBODY,
    ("PUT", "/api/v1/session/password"): ASKER,
    ("GET", "/api/v1/admin/accounts"): ADMINISTRATOR,
    ("POST", "/api/v1/admin/accounts"): ADMINISTRATOR,
    ("GET", "/api/v1/admin/accounts/{account_id}"): ADMINISTRATOR,
    ("PATCH", "/api/v1/admin/accounts/{account_id}"): ADMINISTRATOR,
    ("PUT", "/api/v1/admin/accounts/{account_id}/password"): ADMINISTRATOR,
    ("GET", "/api/v1/admin/keys"): ADMINISTRATOR,
    ("POST", "/api/v1/admin/keys"): ADMINISTRATOR,
    ("DELETE", "/api/v1/admin/keys/{key_id}"): ADMINISTRATOR,
    ("GET", "/api/v1/admin/audit"): ADMINISTRATOR,
    ("GET", "/api/v1/admin/outbox"): ADMINISTRATOR,
    ("POST", "/api/v1/admin/outbox/{message_id}/retry"): ADMINISTRATOR,
    # the answer bank
    ("GET", "/api/v1/bank"): EXPERT,
    ("GET", "/api/v1/bank/{entry_id}"): EXPERT,
    ("DELETE", "/api/v1/bank/{entry_id}"): EXPERT,
    ("POST", "/api/v1/bank/{entry_id}/enable"): EXPERT,
    ("POST", "/api/v1/bank/{entry_id}/phrasings"): EXPERT,
    # the administrator's pages
    ("GET", "/admin"): ADMINISTRATOR,
    ("POST", "/admin/switch"): ADMINISTRATOR,
    ("GET", "/admin/usage"): ADMINISTRATOR,
    ("GET", "/admin/retention"): ADMINISTRATOR,
    ("POST", "/admin/retention"): ADMINISTRATOR,
    ("POST", "/admin/retention/run"): ADMINISTRATOR,
    ("POST", "/admin/retention/erase"): ADMINISTRATOR,
    ("GET", "/admin/origins"): ADMINISTRATOR,
    ("POST", "/admin/origins"): ADMINISTRATOR,
    ("POST", "/admin/origins/remove"): ADMINISTRATOR,
    ("GET", "/admin/policy"): ADMINISTRATOR,
    ("POST", "/admin/policy"): ADMINISTRATOR,
    ("GET", "/admin/audit"): ADMINISTRATOR,
    ("GET", "/admin/accounts"): ADMINISTRATOR,
    ("POST", "/admin/accounts"): ADMINISTRATOR,
    ("GET", "/admin/accounts/{account_id}"): ADMINISTRATOR,
    ("POST", "/admin/accounts/{account_id}"): ADMINISTRATOR,
    ("GET", "/admin/keys"): ADMINISTRATOR,
    ("POST", "/admin/keys"): ADMINISTRATOR,
    ("POST", "/admin/keys/{key_id}/revoke"): ADMINISTRATOR,
    ("GET", "/admin/documents"): ADMINISTRATOR,
    ("POST", "/admin/documents"): ADMINISTRATOR,
    ("GET", "/admin/documents/{document_id}"): ADMINISTRATOR,
    ("POST", "/admin/documents/{document_id}/describe"): ADMINISTRATOR,
    ("POST", "/admin/documents/{document_id}/withdraw"): ADMINISTRATOR,
    ("POST", "/admin/documents/{document_id}/ingest"): ADMINISTRATOR,
    ("GET", "/admin/jobs/{job_id}"): ADMINISTRATOR,
    ("POST", "/admin/jobs/{job_id}/cancel"): ADMINISTRATOR,
    ("POST", "/api/v1/documents"): ADMINISTRATOR,
    ("DELETE", "/api/v1/documents/{document_id}"): ADMINISTRATOR,
    ("PUT", "/api/v1/documents/{document_id}/metadata"): ADMINISTRATOR,
    ("POST", "/api/v1/documents/{document_id}/ingest"): ADMINISTRATOR,
    ("GET", "/api/v1/admin/jobs/{job_id}"): ADMINISTRATOR,
    ("DELETE", "/api/v1/admin/jobs/{job_id}"): ADMINISTRATOR,
    ("GET", "/api/v1/admin/switch"): ADMINISTRATOR,
    ("PUT", "/api/v1/admin/switch"): ADMINISTRATOR,
    ("GET", "/api/v1/admin/usage"): ADMINISTRATOR,
    ("GET", "/api/v1/admin/retention"): ADMINISTRATOR,
    ("PUT", "/api/v1/admin/retention"): ADMINISTRATOR,
    ("POST", "/api/v1/admin/erase"): ADMINISTRATOR,
    # the evaluator's pages
    ("GET", "/evals"): EVALUATOR,
    ("POST", "/evals/start"): EVALUATOR,
    ("GET", "/evals/jobs/{job_id}"): EVALUATOR,
    ("POST", "/evals/jobs/{job_id}/cancel"): EVALUATOR,
    ("POST", "/evals/jobs/{job_id}/go-on"): EVALUATOR,
    ("GET", "/evals/runs/{run}"): EVALUATOR,
    ("GET", "/evals/runs/{run}/report"): EVALUATOR,
    ("GET", "/evals/compare"): EVALUATOR,
    ("GET", "/evals/compare/report"): EVALUATOR,
    ("GET", "/evals/runs/{run}/cases"): EVALUATOR,
    ("GET", "/evals/runs/{run}/cases/{case_id:path}"): EVALUATOR,
    ("GET", "/evals/reported"): EVALUATOR,
    ("GET", "/evals/reported/{answer_id}"): EVALUATOR,
    ("POST", "/evals/reported/{answer_id}"): EVALUATOR,
    ("GET", "/api/v1/evals/suites"): EVALUATOR,
    ("GET", "/api/v1/evals/runs"): EVALUATOR,
    ("POST", "/api/v1/evals/runs"): EVALUATOR,
    ("GET", "/api/v1/evals/jobs/{job_id}"): EVALUATOR,
    ("DELETE", "/api/v1/evals/jobs/{job_id}"): EVALUATOR,
    ("GET", "/api/v1/evals/runs/{run}"): EVALUATOR,
    ("GET", "/api/v1/evals/runs/{run}/cases"): EVALUATOR,
    ("GET", "/api/v1/evals/runs/{run}/download"): EVALUATOR,
    ("GET", "/api/v1/evals/runs/{run}/files/{name}"): EVALUATOR,
    ("GET", "/api/v1/evals/compare"): EVALUATOR,
    ("POST", "/api/v1/evals/cases"): EVALUATOR,
    # the asker's pages
    ("GET", "/accessibility"): ANYBODY,
    ("GET", "/api/v1/conversations/{conversation_id}"): ANYBODY,
    ("GET", "/api/v1/documents/facets"): ANYBODY,
    ("POST", "/api/v1/feedback"): ANYBODY,
    ("POST", "/api/v1/review/requests"): ANYBODY,
    ("GET", "/conversations/{conversation_id}"): ANYBODY,
    ("GET", "/conversations/{conversation_id}/released/{key}"): ANYBODY,
    ("POST", "/expert"): ANYBODY,
    ("POST", "/feedback"): ANYBODY,
    ("POST", "/reply"): ANYBODY,
    # the review desk
    ("POST", "/api/v1/review/citations"): EXPERT,
    ("GET", "/api/v1/review/items"): EXPERT,
    ("GET", "/api/v1/review/items/{item_id}"): EXPERT,
    ("POST", "/api/v1/review/items/{item_id}/assign"): EXPERT,
    ("POST", "/api/v1/review/items/{item_id}/close"): EXPERT,
    ("GET", "/api/v1/review/items/{item_id}/diff"): EXPERT,
    ("DELETE", "/api/v1/review/items/{item_id}/draft"): EXPERT,
    ("PUT", "/api/v1/review/items/{item_id}/draft"): EXPERT,
    ("POST", "/api/v1/review/items/{item_id}/merge"): EXPERT,
    ("POST", "/api/v1/review/items/{item_id}/notes"): EXPERT,
    ("POST", "/api/v1/review/items/{item_id}/release"): EXPERT,
    ("POST", "/api/v1/review/items/{item_id}/reopen"): EXPERT,
    ("POST", "/api/v1/review/items/{item_id}/return"): EXPERT,
    ("PUT", "/api/v1/review/items/{item_id}/text"): EXPERT,
    ("GET", "/api/v1/review/items/{item_id}/timeline"): EXPERT,
    ("POST", "/api/v1/review/items/{item_id}/verify"): EXPERT,
    ("GET", "/api/v1/review/passages"): EXPERT,
    ("GET", "/api/v1/review/policy"): EXPERT,
    ("PUT", "/api/v1/review/policy"): ADMINISTRATOR,
    ("GET", "/review"): EXPERT,
    ("GET", "/review/{item_id}"): EXPERT,
    ("POST", "/review/{item_id}"): EXPERT,
    ("POST", "/review/{item_id}/assign"): EXPERT,
    ("POST", "/review/{item_id}/close"): EXPERT,
    ("GET", "/review/{item_id}/compare"): EXPERT,
    ("GET", "/review/{item_id}/conflict"): EXPERT,
    ("POST", "/review/{item_id}/conflict"): EXPERT,
    ("POST", "/review/{item_id}/discard"): EXPERT,
    ("GET", "/review/{item_id}/evidence"): EXPERT,
    ("GET", "/review/{item_id}/merge"): EXPERT,
    ("POST", "/review/{item_id}/merge"): EXPERT,
    ("POST", "/review/{item_id}/notes"): EXPERT,
    ("GET", "/review/{item_id}/passages"): EXPERT,
    ("GET", "/review/{item_id}/release"): EXPERT,
    ("POST", "/review/{item_id}/release"): EXPERT,
    ("POST", "/review/{item_id}/reopen"): EXPERT,
    ("POST", "/review/{item_id}/return"): EXPERT,
}
"""Who gets through: `ANYBODY`, or these roles. An owner of a route adds its row in the same change."""

SAFE = ("GET", "HEAD", "OPTIONS")
OWN_PAGE = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
REFUSALS = ("unauthorized", "forbidden", "cross_site")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, FakeHelpdesk]]:
    folder: Path = tmp_path_factory.mktemp("roles")
    settings = settings_in(folder, rate_limit_burst=100_000)
    open_database(settings).dispose()  # some routes open it themselves
    fake = FakeHelpdesk(settings)
    with started(settings, fake) as site:
        yield site.app, fake


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    found = set()
    for route in iter_route_contexts(app.routes):
        for method in (route.methods or set()) - {"HEAD"}:
            found.add((method, route.path or ""))
    return found


def call_all(app: FastAPI, calls: list[tuple[str, str, dict[str, str]]]) -> list[tuple[int, str, str]]:
    """Make calls one after another; return status, problem code and where a redirect leads."""

    async def run() -> list[tuple[int, str, str]]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            answers = []
            for method, path, headers in calls:
                filled = re.sub(r"\{[^}]+\}", "zzzz", path)
                body = None if method in SAFE else b"{}"
                given = headers | ({"Content-Type": "application/json"} if body else {})
                response = await client.request(method, filled, content=body, headers=given)
                code = (
                    response.json().get("code", "")
                    if "json" in response.headers.get("content-type", "")
                    else ""
                )
                answers.append((response.status_code, code, response.headers.get("location", "")))
            return answers

    return asyncio.run(run())


def test_every_route_is_in_the_table_and_the_table_has_no_other(house: tuple[FastAPI, FakeHelpdesk]) -> None:
    app, _ = house
    routes = routes_of(app)
    assert routes - set(ROLES_OF) == set(), "say in ROLES_OF who may call these"
    assert set(ROLES_OF) - routes == set(), "no such routes (any more)"
    mounts = {route.path for route in app.routes if isinstance(route, Mount)}
    assert mounts <= MOUNTS


def test_nobody_reaches_what_their_role_does_not_allow(house: tuple[FastAPI, FakeHelpdesk]) -> None:
    app, helpdesk = house
    callers: dict[tuple[str, Role | None], dict[str, str]] = {("nobody", None): {}}
    role: Role | None
    for role in ROLES:
        callers["session", role] = people.signed_in(helpdesk.engine, role)
        callers["key", role] = people.with_key(helpdesk.engine, role)
    wrong = []
    for (how, role), headers in callers.items():
        # Signing out last: it ends the session that the other calls need.
        rows = sorted(ROLES_OF.items(), key=lambda row: (row[0] == ("DELETE", "/api/v1/session"), *row[0]))
        rows = [row for row in rows if row[0] != ("POST", "/sign-out")]
        answers = call_all(app, [(method, path, OWN_PAGE | headers) for (method, path), _ in rows])
        for ((method, path), allowed), (status, code, _) in zip(rows, answers, strict=True):
            welcome = allowed == ANYBODY or role in allowed
            expected = "" if welcome else ("unauthorized" if role is None else "forbidden")
            actual = code if code in REFUSALS else ""
            if actual != expected or status == 500:
                wrong.append(
                    f"{method} {path} as {role} by {how}: {status} {code}, expected {expected or 'leave'}"
                )
    assert wrong == []


def test_a_session_changes_nothing_for_another_site(house: tuple[FastAPI, FakeHelpdesk]) -> None:
    app, helpdesk = house
    cookie = {"Cookie": people.signed_in(helpdesk.engine, "administrator")["Cookie"]}
    changing = [row for row, allowed in ROLES_OF.items() if row[0] not in SAFE and allowed != ANYBODY]
    assert changing
    for others in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
    ):
        answers = call_all(app, [(method, path, cookie | others) for method, path in changing])
        assert {code for _, code, _ in answers} == {"cross_site"}, others


def test_pages_lead_to_the_sign_in_page_and_back(house: tuple[FastAPI, FakeHelpdesk]) -> None:
    app, _ = house
    pages = [
        row
        for row, allowed in ROLES_OF.items()
        if row[0] == "GET" and allowed != ANYBODY and not row[1].startswith(("/api/", "/v1/"))
    ]
    assert pages
    answers = call_all(app, [(method, path, {"Accept": "text/html"}) for method, path in pages])
    for (_, path), (status, _, location) in zip(pages, answers, strict=True):
        assert (status, location) == (303, f"/sign-in?next={re.sub(r'{[^}]+}', 'zzzz', path)}")
