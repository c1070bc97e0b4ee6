"""The widget's loader, its panel's headers, and tokens that belong to one website."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from api import widget_tokens
from api.assets import Assets
from api.errors import WidgetTokenRefused
from api.middleware import SECURITY_HEADERS
from api.routes.widget import LOADER_WORDS
from api.widget_tokens import KEY_NAME, LIFETIME_S
from corpus.storage import begin_write
from helpdesk_bot import origins
from helpdesk_bot.signing_keys import signing_key
from tests.api import house
from tests.api.conftest import InProcess
from tests.api.house import FakeHelpdesk
from tests.api.test_asking import assert_problem

SITE = "https://kommun.se"
OTHER = "https://ubnd.vn"
STRANGER = "https://evil.example"
KEY = b"k" * 32


@pytest.fixture
def widget(site: InProcess, helpdesk: FakeHelpdesk) -> InProcess:
    with begin_write(helpdesk.engine) as connection:
        for origin in (SITE, OTHER):
            origins.add(connection, origin, "test")
    return site


def token_of(site: InProcess, origin: str) -> str:
    reply = site.post("/api/v1/widget/token", headers={"Origin": origin})
    assert reply.status_code == 200
    return str(reply.json()["token"])


def ask(site: InProcess, token: str, declared: str, question: str = house.SV_QUESTION) -> int:
    headers = {"Authorization": f"Widget {token}", "Widget-Origin": declared}
    return site.post("/widget?lang=sv", data={"question": question}, headers=headers).status_code


def test_the_loader_is_one_script_with_every_language_that_any_site_may_load(site: InProcess) -> None:
    reply = site.get("/widget.js")
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "__WORDS__" not in reply.text
    for words in ("Ask the helpdesk", "Fråga helpdesken", "Hỏi bộ phận hỗ trợ"):
        assert words in reply.text
    assert reply.text.count('"launcher":') >= 3
    assert len(LOADER_WORDS) == 7
    for tag in (reply.headers["etag"], f'"x", {reply.headers["etag"]}', "*"):
        again = site.get("/widget.js", headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cross-origin-resource-policy"] == "cross-origin"
    assert site.get("/widget.js", headers={"If-None-Match": '"old"'}).status_code == 200


def test_scripts_are_compressed_and_pages_are_not(widget: InProcess) -> None:
    takes = {"Accept-Encoding": "gzip"}
    for path in ("/widget.js", "/static/panel.js", "/static/helpdesk.css"):
        assert widget.get(path, headers=takes).headers["content-encoding"] == "gzip"
    for path in ("/", "/widget", "/api/v1/documents"):
        assert "content-encoding" not in widget.get(path, headers=takes).headers
    for path in ("/widget.js", "/static/panel.js"):
        plain, packed = (widget.get(path, headers={"Accept-Encoding": way}) for way in ("identity", "gzip"))
        assert "content-encoding" not in plain.headers
        assert (plain.content, plain.headers["etag"]) == (packed.content, packed.headers["etag"])
        assert packed.headers["vary"] == "Accept-Encoding"


def test_an_asset_that_changed_is_sent_anew_and_nothing_else_is_reached(tmp_path: Path) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    (tmp_path / "secret.js").write_text("hemligt")
    (folder / "link.js").symlink_to(tmp_path / "secret.js")
    (folder / "a.js").write_text("'một'")
    site = InProcess(cast("FastAPI", Starlette(routes=[Mount("/static", Assets(folder))])))
    first = site.get("/static/a.js")
    assert (first.text, first.headers["content-type"]) == ("'một'", "text/javascript; charset=utf-8")
    asked = {"If-None-Match": first.headers["etag"]}
    assert site.get("/static/a.js", headers=asked).status_code == 304
    (folder / "a.js").write_text("'hai hai'")
    assert site.get("/static/a.js", headers=asked).text == "'hai hai'"
    for name in ("", "b.js", "link.js", "..%2Fsecret.js", "%2e%2e/secret.js", "a.js/x", "%00", "å" * 400):
        assert site.get(f"/static/{name}").status_code == 404, name
    assert site.post("/static/a.js").status_code == 405


def test_only_the_declared_website_may_frame_the_panel(widget: InProcess) -> None:
    reply = widget.get(f"/widget?lang=sv&origin={quote(SITE)}")
    assert reply.status_code == 200
    assert f"frame-ancestors {SITE};" in reply.headers["content-security-policy"]
    assert "x-frame-options" not in reply.headers
    assert reply.headers["cross-origin-embedder-policy"] == "require-corp"
    assert f'data-origin="{SITE}"' in reply.text
    assert f"/widget?lang=sv&amp;origin={quote(SITE, safe='')}" in reply.text
    assert "Du talar med en maskin." in reply.text
    every = widget.get("/widget")
    assert f"frame-ancestors {SITE} {OTHER};" in every.headers["content-security-policy"]
    assert "x-frame-options" not in every.headers


def test_nobody_frames_a_helpdesk_that_allows_nobody(site: InProcess) -> None:
    assert "frame-ancestors 'none';" in site.get("/widget").headers["content-security-policy"]


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", "*", f"{SITE}.evil.example", f"{SITE};x", "http://kommun.se"]
)
def test_a_website_that_is_not_allowed_gets_neither_panel_nor_token(widget: InProcess, origin: str) -> None:
    panel = widget.get(f"/widget?origin={quote(origin, safe='')}")
    assert_problem(panel, 403, "origin_not_allowed")
    assert panel.headers["x-frame-options"] == "DENY"
    assert panel.headers["content-security-policy"] == SECURITY_HEADERS["Content-Security-Policy"]
    token = widget.post("/api/v1/widget/token", headers={"Origin": origin})
    assert_problem(token, 403, "origin_not_allowed")
    assert "access-control-allow-origin" not in token.headers
    assert_problem(widget.post("/api/v1/widget/token"), 403, "origin_not_allowed")


@pytest.mark.parametrize("path", ["/", "/documents/nope", "/api/v1/documents", "/static/panel.js"])
def test_everything_else_stays_out_of_frames(widget: InProcess, path: str) -> None:
    headers = widget.get(path).headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_token_is_read_by_the_website_that_asked_and_asks_for_fifteen_minutes(widget: InProcess) -> None:
    reply = widget.post("/api/v1/widget/token", headers={"Origin": SITE})
    assert reply.headers["access-control-allow-origin"] == SITE
    assert reply.headers["vary"] == "Origin"
    assert reply.headers["cache-control"] == "no-store"
    assert "access-control-allow-credentials" not in reply.headers
    body = reply.json()
    assert (body["origin"], body["expires_in_s"]) == (SITE, 900)
    assert ask(widget, body["token"], SITE) == 200
    assert token_of(widget, SITE) != body["token"]


def test_a_token_of_one_website_is_refused_at_another(widget: InProcess, helpdesk: FakeHelpdesk) -> None:
    token = token_of(widget, SITE)
    assert ask(widget, token, OTHER) == 401
    assert ask(widget, token, "") == 401
    assert helpdesk.asked == []
    assert ask(widget, token, SITE) == 200
    with begin_write(helpdesk.engine) as connection:
        origins.remove(connection, SITE, "test")
    assert ask(widget, token, SITE) == 401
    assert ask(widget, token_of(widget, OTHER), OTHER, house.VI_QUESTION) == 200
    assert [question.text for question in helpdesk.asked] == [house.SV_QUESTION, house.VI_QUESTION]


def test_the_panel_asks_with_a_token_or_not_at_all(widget: InProcess, helpdesk: FakeHelpdesk) -> None:
    assert_problem(widget.post("/widget", data={"question": "Hej?"}), 401, "widget_token_refused")
    bearer = widget.post("/widget", data={"question": "Hej?"}, headers={"Authorization": "Bearer x"})
    assert_problem(bearer, 401, "widget_token_refused")
    assert bearer.headers["www-authenticate"] == "Widget"
    assert helpdesk.asked == []


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/api/v1/documents"), ("POST", "/api/v1/ask")]
)
def test_a_bad_token_is_refused_everywhere(widget: InProcess, method: str, path: str) -> None:
    options = {"json": {"question": house.EN_QUESTION}} if method == "POST" else {}
    bad = {"Authorization": "Widget forged.token", "Widget-Origin": SITE}
    assert_problem(widget.request(method, path, headers=bad, **options), 401, "widget_token_refused")
    good = {"Authorization": f"Widget {token_of(widget, SITE)}", "Widget-Origin": SITE}
    assert widget.request(method, path, headers=good, **options).status_code == 200


def test_tokens_end_and_cannot_be_altered() -> None:
    token, said = widget_tokens.issue(KEY, SITE, clock=lambda: 1000.0)
    assert said.expires_at == 1000 + LIFETIME_S
    assert widget_tokens.read(KEY, token, clock=lambda: 1899.0) == said
    payload, _, signature = token.partition(".")
    body = json.loads(base64.urlsafe_b64decode(payload + "=="))
    longer = base64.urlsafe_b64encode(json.dumps(body | {"expires_at": 10**12}).encode()).decode().rstrip("=")
    bad = [
        f"{longer}.{signature}",
        f"{payload}.",
        payload,
        "",
        ".",
        "å.ä",
        f"{payload}.{signature}x",
        f"{payload}.{base64.urlsafe_b64encode(b'0' * 32).decode()}",
        "a" * 5000,
    ]
    for text in bad:
        with pytest.raises(WidgetTokenRefused, match="not made here"):
            widget_tokens.read(KEY, text, clock=lambda: 1000.0)
    with pytest.raises(WidgetTokenRefused, match="not made here"):
        widget_tokens.read(b"another key".ljust(32), token, clock=lambda: 1000.0)
    with pytest.raises(WidgetTokenRefused, match="over"):
        widget_tokens.read(KEY, token, clock=lambda: 1900.0)


def test_a_new_key_ends_every_token(widget: InProcess, helpdesk: FakeHelpdesk) -> None:
    token = token_of(widget, SITE)
    stranger, _ = widget_tokens.issue(b"somebody else's key".ljust(32), SITE)
    assert ask(widget, stranger, SITE) == 401
    assert widget_tokens.read(signing_key(helpdesk.engine, KEY_NAME), token).origin == SITE
