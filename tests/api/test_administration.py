"""The administrator's pages and interface: off switch, documents, usage, people and settings."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, text

from api.messages import messages
from api.pages import decimal
from corpus.storage import begin_write
from helpdesk_bot import audit, off_switch, origins
from helpdesk_bot.accounts import directory, keys
from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.database import HEAD
from helpdesk_bot.records import Records
from helpdesk_bot.reply.wording import spoken_date
from helpdesk_bot.review import policy
from helpdesk_bot.schema import feedback
from tests.api import house
from tests.api.conftest import InProcess
from tests.api.house import FakeHelpdesk
from tests.api.people import signed_in
from tests.api.places import asked_now

ROOT = Path(__file__).parents[2]
PAGES = ("", "/documents", "/usage", "/accounts", "/keys", "/origins", "/policy", "/retention", "/audit")
OFF = {
    "en": ("en-GB,en;q=0.9", "Questions are no longer answered."),
    "sv": ("sv-SE,sv;q=0.9", "Frågor besvaras inte längre."),
    "vi": ("vi,en;q=0.5", "Các câu hỏi không còn được trả lời nữa."),
}


@pytest.fixture
def admin(helpdesk: FakeHelpdesk) -> dict[str, str]:
    return signed_in(helpdesk.engine, "administrator") | {"Accept": "text/html"}


def form(site: InProcess, headers: dict[str, str], path: str, **fields: object) -> httpx.Response:
    return site.post(path, headers=headers, data=fields)


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_every_page_is_there_in_every_language(site: InProcess, admin: dict[str, str], language: str) -> None:
    for page in PAGES:
        response = site.get(f"/admin{page}?lang={language}", headers=admin)
        assert response.status_code == 200
        assert f'<html lang="{language}"' in response.text
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_switched_off_everybody_is_told_in_their_language(
    site: InProcess, admin: dict[str, str], helpdesk: FakeHelpdesk, language: str
) -> None:
    accept, done = OFF[language]
    moved = form(site, admin, f"/admin/switch?lang={language}", off="true", reason="fel i prislistan")
    assert moved.status_code == 303
    assert done in site.get(moved.headers["location"], headers=admin).text
    reader = {"accept-language": accept}
    asked = site.post("/api/v1/ask", json={"question": house.SV_QUESTION}, headers=reader)
    assert (asked.status_code, asked.json()["code"]) == (503, "switched_off")
    told = asked.json()["detail"]
    assert "fel i prislistan" not in asked.text  # the reason is for the house
    assert "switched-off" in site.get("/", headers=reader).text
    streamed = site.post(
        "/api/v1/ask", json={"question": "Hej?"}, headers=reader | {"Accept": "text/event-stream"}
    )
    assert streamed.status_code == 503
    assert site.post("/api/v1/reply", json={"question": "Hej?"}).status_code == 503
    page = site.post("/", data={"question": "Hej?"}, headers=reader | {"Accept": "text/html"})
    assert page.status_code == 503
    assert told in page.text
    chat = {"model": "helpdesk", "messages": [{"role": "user", "content": "Hej?"}]}
    assert site.post("/v1/chat/completions", json=chat).status_code == 503
    ready = site.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert helpdesk.asked == []
    assert site.get("/api/v1/documents").status_code == 200  # everything else goes on
    form(site, admin, "/admin/switch", off="false", reason="mended")
    assert site.post("/api/v1/ask", json={"question": house.SV_QUESTION}).status_code == 200
    assert site.get("/health/ready").json()["status"] == "ready"


def test_the_switch_wants_a_reason(site: InProcess, admin: dict[str, str], helpdesk: FakeHelpdesk) -> None:
    refused = form(site, admin, "/admin/switch", off="true", reason="  ")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert off_switch.is_off(helpdesk.engine) is None
    json_headers = admin | {"Accept": "application/json"}
    put = site.request("PUT", "/api/v1/admin/switch", headers=json_headers, json={"off": True, "reason": "r"})
    assert put.json()["off"] is True


REFUSED = {
    "en": ("An account needs a role.", "“ftp://å” is no website"),
    "sv": ("Ett konto behöver en roll.", "”ftp://å” är ingen webbplats"),
    "vi": ("Tài khoản cần có một vai trò.", "“ftp://å” không phải là địa chỉ"),
}


def test_who_lacks_the_role_is_told_so_in_words(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    evaluator = signed_in(helpdesk.engine, "evaluator") | {"Accept": "text/html"}
    for language in ("en", "sv", "vi", "ar"):
        told = site.get(f"/admin/usage?lang={language}", headers=evaluator)
        assert told.status_code == 403
        assert messages(language)["error_forbidden"] in told.text


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_refusal_is_told_in_the_readers_language(
    site: InProcess, admin: dict[str, str], language: str
) -> None:
    account, origin = REFUSED[language]
    fields = {"email": "a@example.org", "password": "x" * 12}
    told = form(site, admin, f"/admin/accounts?lang={language}", **fields, roles=["expert"])
    assert told.status_code == 422
    assert messages(language, "admin")["why_password_plain"] in told.text
    told = form(site, admin, f"/admin/accounts?lang={language}", **fields)
    assert f"<p>{account}</p>" in told.text
    told = form(site, admin, f"/admin/origins?lang={language}", origin="ftp://å")
    assert origin in told.text
    assert '<p lang="en">' not in told.text


def test_every_reason_that_an_error_names_has_its_words() -> None:
    named = {
        why
        for room in ("helpdesk_bot", "api")
        for file in sorted((ROOT / room).rglob("*.py"))
        for why in re.findall(r'\bwhy="(\w+)"', file.read_text("utf-8"))
    }
    assert len(named) > 15
    for language in ("en", "sv", "vi"):
        words = {**messages(language, "admin"), **messages(language, "evals")}
        assert {f"why_{why}" for why in named} - set(words) == set()


def test_documents_are_found_by_words_and_facets(site: InProcess, admin: dict[str, str]) -> None:
    def shown(query: str) -> set[str]:
        text = site.get(f"/admin/documents?{query}", headers=admin).text
        return {source for source in ("brief.sv.pdf", "cong.vi.html", "inclusion.en.txt") if source in text}

    assert shown("") == {"brief.sv.pdf", "cong.vi.html", "inclusion.en.txt"}
    assert shown("q=DỊCH vụ") == {"cong.vi.html"}  # case and form do not matter
    assert shown("kind=report") == {"brief.sv.pdf"}
    assert shown("language=en&theme=inclusion") == {"inclusion.en.txt"}
    assert shown("language=en&kind=report") == set()
    assert shown("q=<script>") == set()


def test_a_withdrawn_document_is_out_of_force_and_said_to_be(
    site: InProcess, admin: dict[str, str], helpdesk: FakeHelpdesk
) -> None:
    document = helpdesk.ids["cong.vi.html"]
    as_program = admin | {"Accept": "application/json"}
    for _ in range(2):  # twice does no harm
        gone = site.request("DELETE", f"/api/v1/documents/{document}", headers=as_program)
        assert gone.json() == {"document_id": document, "status": "withdrawn"}
    listed = site.get("/api/v1/documents").json()["documents"]
    assert document not in {each["document_id"] for each in listed}
    page = site.get(f"/admin/documents/{document}?lang=sv", headers=admin).text
    assert "Indraget" in page
    assert site.get(f"/api/v1/documents/{document}/text").status_code == 200
    unknown = site.request("DELETE", "/api/v1/documents/zzzz", headers=as_program)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "document_not_found")
    assert audit.latest(helpdesk.engine)[0].what == "document.withdrawn"


def test_an_upload_that_is_too_large_or_empty_is_refused(site: InProcess, admin: dict[str, str]) -> None:
    as_program = admin | {"Accept": "application/json"}
    assert site.post("/api/v1/documents", headers=as_program, files=[]).status_code == 422
    large = {"Content-Length": "200000000", "Content-Type": "multipart/form-data; boundary=x"}
    refused = site.post("/api/v1/documents", headers=as_program | large, content=b"")
    assert refused.status_code == 413
    usual = site.post("/api/v1/ask", headers=large | {"Content-Length": "300000"}, content=b"")
    assert usual.status_code == 413  # other addresses keep their small limit


def test_usage_is_a_chart_with_its_table(
    site: InProcess, admin: dict[str, str], helpdesk: FakeHelpdesk
) -> None:
    asked_now(helpdesk, house.UNKNOWN_QUESTION)
    page = site.get("/admin/usage?days=7&lang=sv", headers=admin).text
    assert page.count("<rect") == 7 + 1 + 1  # seven days, one outcome, one language
    assert 'role="img"' in page
    assert house.UNKNOWN_QUESTION in page
    assert "Finns inte i dokumenten" in page
    assert '<th scope="row">svenska</th>' in page
    assert f"till {spoken_date(datetime.now(UTC).date().isoformat(), 'sv')}: 1." in page
    assert (decimal(66.7, "sv"), decimal(66.7, "en")) == ("66,7", "66.7")
    usage = site.get("/api/v1/admin/usage?days=7", headers=admin | {"Accept": "application/json"}).json()
    assert usage["n_questions"] == 1
    assert len(usage["days"]) == 7


def test_people_and_keys(site: InProcess, admin: dict[str, str], helpdesk: FakeHelpdesk) -> None:
    engine = helpdesk.engine
    fields = {"email": "expert@example.org", "name": "Nguyễn Åsa", "password": "korrekt häst batteri"}
    added = form(site, admin, "/admin/accounts", **fields, roles=["expert"], themes="hälsa\ny tế")
    assert added.status_code == 303
    person = directory.get(engine, "expert@example.org")
    assert (person.name, person.themes) == ("Nguyễn Åsa", ("hälsa", "y tế"))
    assert person.roles == frozenset({"expert"})
    again = form(site, admin, "/admin/accounts", **fields, roles=["expert"])
    assert again.status_code == 422
    made = form(
        site, admin, "/admin/keys", account_id=person.account_id, name="script", roles=["expert"], days="30"
    )
    secret = made.text.split('<code id="secret">')[1].split("<")[0]
    resolved = keys.resolve(engine, secret)
    assert resolved is not None
    assert resolved.account_id == person.account_id
    assert secret not in site.get("/admin/keys", headers=admin).text  # shown once
    [key] = keys.listing(engine)
    assert form(site, admin, f"/admin/keys/{key.key_id}/revoke").status_code == 303
    assert keys.resolve(engine, secret) is None
    changed = form(
        site, admin, f"/admin/accounts/{person.account_id}", name="Å", roles=["evaluator"], disabled="true"
    )
    assert changed.status_code == 303
    person = directory.get(engine, person.account_id)
    assert person.disabled
    assert person.roles == frozenset({"evaluator"})


def test_origins_policy_and_retention_are_kept(
    site: InProcess, admin: dict[str, str], helpdesk: FakeHelpdesk
) -> None:
    engine = helpdesk.engine
    assert form(site, admin, "/admin/origins", origin="https://www.example.org").status_code == 303
    assert form(site, admin, "/admin/origins", origin="not an origin").status_code == 422
    assert [each.origin for each in origins.listed(engine)] == ["https://www.example.org"]
    form(site, admin, "/admin/origins/remove", origin="https://www.example.org")
    assert origins.listed(engine) == ()
    fields = {"otherwise": "before", "low_confidence": "0.4", "high": "4", "normal": "24", "low": "72"}
    rules = "hälsa | high | before\n* | low | none"
    kept = form(site, admin, "/admin/policy", **fields, rules=rules, sensitive_themes="y tế\n")
    assert kept.status_code == 303
    found = policy.read(engine)
    assert (found.otherwise, found.sensitive_themes, len(found.rules)) == ("before", ("y tế",), 2)
    assert rules in site.get("/admin/policy", headers=admin).text
    bad = form(site, admin, "/admin/policy", **fields, rules="health | often | maybe")
    assert bad.status_code == 422
    assert policy.read(engine) == found
    assert form(site, admin, "/admin/retention", visible_days="30", kept_days="60").status_code == 303
    assert form(site, admin, "/admin/retention", visible_days="90", kept_days="60").status_code == 422
    limits = site.get("/api/v1/admin/retention", headers=admin | {"Accept": "application/json"}).json()
    assert limits == {"visible_days": 30, "kept_days": 60}
    log = site.get("/admin/audit?lang=vi", headers=admin).text
    for what in ("origin.allowed", "policy.changed", "retention.changed"):
        assert what in log


def test_a_conversation_is_erased_from_the_page(
    site: InProcess, admin: dict[str, str], helpdesk: FakeHelpdesk
) -> None:
    given = helpdesk.ask(Question(house.VI_QUESTION, conversation_id="conv9"))
    assert answer_to_json(given)["question"] == house.VI_QUESTION
    with begin_write(helpdesk.engine) as connection:
        row = {"answer_id": given.answer_id, "helpful": 1, "created_at": given.created_at}
        connection.execute(insert(feedback).values(**row))
    # The database of this house was not made by migrations, which opening it again would want.
    with begin_write(helpdesk.engine) as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    shown = form(site, admin, "/admin/retention/erase?lang=sv", conversation_id="conv9")
    assert "Raderade: 1 samtal." in shown.text
    assert Records(helpdesk.engine).get(given.answer_id) is None
