"""Addresses, health, documents, originals, headers and problem documents."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app
from api.messages import messages
from api.middleware import SECURITY_HEADERS
from helpdesk_bot.errors import NotReady
from tests.api import house
from tests.api.conftest import InProcess
from tests.api.house import FakeHelpdesk, settings_in
from tests.api.serving import PATIENCE_S
from tests.api.test_asking import assert_problem


def test_alive_at_once_and_ready_when_loaded(tmp_path: Path, helpdesk: FakeHelpdesk) -> None:
    app = create_app(settings_in(tmp_path), opener=lambda _settings: helpdesk)  # type: ignore[arg-type,return-value]  # a stand-in
    site = InProcess(app)
    assert site.get("/health/live").json() == {"status": "alive"}
    assert_problem(site.get("/health/ready"), 503, "not_ready")
    assert_problem(site.post("/api/v1/ask", json={"question": "Är du där?"}), 503, "not_ready")
    assert site.get("/").status_code == 200
    app.state.service.start()
    deadline = time.monotonic() + PATIENCE_S
    while (response := site.get("/health/ready")).status_code == 503:
        assert time.monotonic() < deadline
    assert response.json() == {"status": "ready", "reasons": []}
    app.state.service.close()


def test_degraded_says_why(tmp_path: Path) -> None:
    fake = FakeHelpdesk(settings_in(tmp_path), "degraded", ("exact search serves",))
    app = create_app(settings_in(tmp_path), opener=lambda _settings: fake)  # type: ignore[arg-type,return-value]  # a stand-in
    app.state.service._load()
    assert InProcess(app).get("/health/ready").json() == {
        "status": "degraded",
        "reasons": ["exact search serves"],
    }
    app.state.service.close()
    assert fake.closed


def test_a_helpdesk_that_cannot_be_loaded_says_why_and_is_tried_again(
    tmp_path: Path, helpdesk: FakeHelpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.service.RETRY_S", 0.01)
    problems = [NotReady("Nothing is ingested. Run helpdesk ingest."), RuntimeError("a secret")]

    def opener(_settings: object) -> object:
        if problems:
            assert service.ready is False
            seen.append(InProcess(app).get("/health/ready").json()["reasons"])
            raise problems.pop(0)
        seen.append(InProcess(app).get("/health/ready").json()["reasons"])
        return helpdesk

    seen: list[list[str]] = []
    app = create_app(settings_in(tmp_path), opener=opener)  # type: ignore[arg-type]  # a stand-in
    service = app.state.service
    service._load()
    assert seen[1] == ["Nothing is ingested. Run helpdesk ingest."]
    assert seen[2] == ["the helpdesk could not be loaded; see the log"]
    assert InProcess(app).get("/health/ready").status_code == 200
    service.close()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/static/../app.py", 404, "not_found"),
        ("GET", "/static/nothing.js", 404, "not_found"),
        ("GET", "/api/v1/ask", 405, "method_not_allowed"),
        ("DELETE", "/health/live", 405, "method_not_allowed"),
        ("GET", "/api/v1/documents/nope", 404, "document_not_found"),
        ("GET", "/api/v1/documents/nope/text", 404, "document_not_found"),
        ("GET", "/api/v1/documents/nope/original", 404, "document_not_found"),
        ("GET", "/api/v1/documents/%ff%00/text", 404, "document_not_found"),
        ("GET", "/api/v1/documents?limit=0", 422, "invalid_request"),
        ("GET", "/api/v1/documents?limit=100000000000000000000", 422, "invalid_request"),
        ("GET", "/api/v1/documents?colour=red", 422, "invalid_request"),
        ("GET", "/api/v1/documents?kind=poem", 422, "misused"),
        ("GET", "/api/v1/documents?year=soon", 422, "misused"),
        ("GET", "/docs", 404, "not_found"),
    ],
)
def test_errors_are_problem_documents(
    site: InProcess, method: str, path: str, status: int, code: str
) -> None:
    assert_problem(site.request(method, path), status, code)


def test_no_page_links_to_a_site_that_its_address_names(site: InProcess) -> None:
    page = site.get("/%2Felsewhere.example/x", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert 'href="/elsewhere.example/x?' in page.text
    assert '"//elsewhere' not in page.text


def test_documents_are_listed_filtered_and_paged(site: InProcess) -> None:
    everything = site.get("/api/v1/documents").json()
    assert [item["source"] for item in everything["documents"]] == [
        "brief.sv.pdf",
        "cong.vi.html",
        "inclusion.en.txt",
    ]
    assert everything["total"] == 3
    assert "source_root" not in everything["documents"][0]
    second = site.get("/api/v1/documents?limit=1&offset=1").json()
    assert [item["language"] for item in second["documents"]] == ["vi"]
    assert second["total"] == 3
    chosen = site.get(
        "/api/v1/documents?language=sv&language=en&kind=report&kind=policy_brief&year=2024"
    ).json()
    assert [item["title"] for item in chosen["documents"]] == ["AI i offentlig sektor"]


def test_a_document_tells_its_versions(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    document_id = helpdesk.ids["brief.sv.pdf"]
    document = site.get(f"/api/v1/documents/{document_id}").json()
    assert (document["publisher"], document["version"], len(document["versions"])) == ("EY", 1, 1)
    assert_problem(site.get(f"/api/v1/documents/{document_id}?version=2"), 404, "document_not_found")
    text = site.get(f"/api/v1/documents/{document_id}/text?version=1").json()
    assert text == {"document_id": document_id, "version": 1, "text": house.SV_TEXT}


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_the_page_of_a_document_says_that_it_does_not_hold(
    site: InProcess, helpdesk: FakeHelpdesk, language: str
) -> None:
    words = messages(language)
    pages = [f"/documents/{helpdesk.ids[name]}?lang={language}" for name in ("brief.sv.pdf", "cong.vi.html")]
    assert all(words["source_lapsed"] not in site.get(page).text for page in pages)
    helpdesk.runs_out("brief.sv.pdf", "2020")
    helpdesk.replaces("inclusion.en.txt", "cong.vi.html")
    ran_out, replaced = (site.get(page).text for page in pages)
    assert words["source_lapsed"] in ran_out
    newer = words["source_replaced"].format(title="Digital inclusion")
    address = f"/documents/{helpdesk.ids['inclusion.en.txt']}?lang={language}"
    assert f'<a href="{address}">{words["source_lapsed"]} {newer}</a>' in replaced


@pytest.mark.parametrize(
    ("source", "content_type", "start", "sandboxed"),
    [
        ("brief.sv.pdf", "application/pdf", b"%PDF", False),
        ("cong.vi.html", "text/html", b"<!DOCTYPE", True),
        ("inclusion.en.txt", "text/plain", b"Digital", True),
    ],
)
def test_originals_are_shown_and_never_run(
    site: InProcess, helpdesk: FakeHelpdesk, source: str, content_type: str, start: bytes, sandboxed: bool
) -> None:
    response = site.get(f"/api/v1/documents/{helpdesk.ids[source]}/original?version=1")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(content_type)
    assert response.headers["content-disposition"] == f'inline; filename="{source}"'
    assert response.headers["x-content-type-options"] == "nosniff"
    assert ("sandbox" in response.headers["content-security-policy"]) is sandboxed
    assert response.content.startswith(start)


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [("bytes=9999999-", 416, "range_not_satisfiable"), ("nonsense", 400, "bad_request")],
)
def test_a_part_that_an_original_lacks_is_a_problem(
    site: InProcess, helpdesk: FakeHelpdesk, wanted: str, status: int, code: str
) -> None:
    address = f"/api/v1/documents/{helpdesk.ids['brief.sv.pdf']}/original"
    whole = site.get(address).content
    assert site.get(address, headers={"Range": "bytes=0-3"}).content == whole[:4]
    refused = site.get(address, headers={"Range": wanted})
    assert_problem(refused, status, code)
    if status == 416:
        assert refused.headers["content-range"] == f"bytes */{len(whole)}"


@pytest.mark.parametrize("path", ["/", "/health/live", "/api/v1/documents", "/widget.js"])
def test_head_is_answered_like_get(site: InProcess, path: str) -> None:
    head = site.request("HEAD", path)
    assert (head.status_code, head.headers["content-type"]) == (200, site.get(path).headers["content-type"])
    assert site.request("HEAD", "/api/v1/ask").status_code == 405


def test_an_original_that_is_gone_is_a_problem(
    site: InProcess, helpdesk: FakeHelpdesk, tmp_path: Path
) -> None:
    for file in (tmp_path / "var" / "originals").rglob("*"):
        if file.is_file():
            file.unlink()
    assert_problem(
        site.get(f"/api/v1/documents/{helpdesk.ids['cong.vi.html']}/original"), 404, "document_not_found"
    )


@pytest.mark.parametrize(
    "path", ["/", "/documents/nope", "/static/helpdesk.css", "/openapi.json", "/health/live"]
)
def test_security_headers_are_everywhere(site: InProcess, path: str) -> None:
    headers = site.get(path).headers
    for name, value in SECURITY_HEADERS.items():
        assert headers[name] == value


def test_openapi_names_every_json_route(site: InProcess) -> None:
    document = site.get("/openapi.json").json()
    paths = {route.path or "" for route in iter_route_contexts(site.app.routes)}
    for_programs = {path for path in paths if path.startswith(("/api/", "/v1/", "/health/", "/metrics"))}
    assert "/api/v1/ask" in for_programs
    assert set(document["paths"]) == for_programs


def test_metrics_are_for_this_machine(site: InProcess) -> None:
    site.post("/api/v1/ask", json={"question": house.SV_QUESTION})
    text = site.get("/metrics").text
    assert 'helpdesk_answers_total{outcome="answered"} 1' in text
    assert 'helpdesk_requests_total{method="POST",route="/api/v1/ask",status="200"} 1' in text
    site.request("HEAD", "/health/live")
    counted = 'helpdesk_requests_total{method="HEAD",route="/health/live",status="200"} 1'
    assert counted in site.get("/metrics").text
    assert "helpdesk_ready 1" in text
    assert_problem(InProcess(site.app, ("192.0.2.7", 1)).get("/metrics"), 403, "loopback_only")
    assert_problem(site.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}), 403, "loopback_only")


def test_the_log_holds_no_question_and_no_address(site: InProcess, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="helpdesk.access")
    site.post("/api/v1/ask", json={"question": house.VI_QUESTION})
    site.get("/documents/nope?start=1&q=hemligt")
    lines = [record.getMessage() for record in caplog.records if record.name == "helpdesk.access"]
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        "POST /api/v1/ask 200",
        "GET /documents/{document_id} 404",
    ]
