"""Signing in and out by page and by JSON: cookies, throttling, safe ways on, one's own password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from api.access import PLAIN_COOKIE, SECURE_COOKIE, safe_next
from api.app import create_app
from helpdesk_bot import audit
from helpdesk_bot.accounts import directory
from helpdesk_bot.accounts.values import Account
from tests.api import people
from tests.api.conftest import InProcess, started
from tests.api.house import FakeHelpdesk, settings_in
from tests.api.test_asking import assert_problem
from tests.helpdesk_bot.accounts.conftest import quick_hashes  # noqa: F401  (a fixture)

pytestmark = pytest.mark.usefixtures("quick_hashes")

EMAIL, PASSWORD = "åsa@example.org", "mật khẩu dễ nhớ hơn"
OURS = {"Sec-Fetch-Site": "same-origin"}
LANGUAGES = {"en": "Sign in", "sv": "Logga in", "vi": "Đăng nhập"}


@pytest.fixture
def account(helpdesk: FakeHelpdesk, quick_hashes: None) -> Account:  # noqa: F811
    return directory.add(
        helpdesk.engine, email=EMAIL, name="Åsa <b>Nguyễn</b>", roles={"expert"}, password=PASSWORD
    )


def sign_in(
    site: InProcess, next_path: str = "/", *, headers: dict[str, str] = OURS, **form: str
) -> httpx.Response:
    given = {"email": EMAIL, "password": PASSWORD, "next": next_path} | form
    return site.post("/sign-in", data=given, headers=headers)


def cookie_in(response: httpx.Response) -> tuple[str, str, dict[str, object]]:
    (morsel,) = SimpleCookie(response.headers["set-cookie"]).values()
    return morsel.key, morsel.value, dict(morsel)


def test_the_first_account_is_explained_until_there_is_one(site: InProcess, helpdesk: FakeHelpdesk) -> None:
    assert "helpdesk account add --role administrator" in site.get("/sign-in").text
    people.account(helpdesk.engine, "administrator")
    assert "helpdesk account add" not in site.get("/sign-in").text


@pytest.mark.parametrize(("language", "heading"), LANGUAGES.items())
def test_the_page_speaks_the_readers_language(site: InProcess, language: str, heading: str) -> None:
    page = site.get("/sign-in", headers={"Accept-Language": language})
    assert f'<html lang="{language}"' in page.text
    assert f"<h1>{heading}</h1>" in page.text
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(
    site: InProcess, account: Account
) -> None:
    response = sign_in(site, "/review?theme=AI")
    assert (response.status_code, response.headers["location"]) == (303, "/review?theme=AI")
    name, token, about = cookie_in(response)
    assert (name, about["httponly"], about["samesite"], about["secure"]) == (PLAIN_COOKIE, True, "lax", "")
    assert (about["path"], about["domain"]) == ("/", "")
    me = site.get("/api/v1/session", headers={"Cookie": f"{name}={token}"}).json()
    assert me == {"account": account.to_json(), "oidc": False}
    assert site.get("/api/v1/session").json() == {"account": None, "oidc": False}
    page = site.get("/account", headers={"Cookie": f"{name}={token}", "Accept": "text/html"})
    assert "Åsa &lt;b&gt;Nguyễn&lt;/b&gt;" in page.text


def test_behind_tls_the_cookie_is_bound_to_the_host(
    tmp_path: Path, helpdesk: FakeHelpdesk, account: Account
) -> None:
    settings = settings_in(tmp_path, public_url="https://helpdesk.example")
    with started(settings, helpdesk) as site:
        response = sign_in(site, headers={"Origin": "https://helpdesk.example"})
        name, token, about = cookie_in(response)
        assert (name, about["secure"], about["path"], about["domain"]) == (SECURE_COOKIE, True, "/", "")
        assert site.get("/account", headers={"Cookie": f"{name}={token}"}).status_code == 200
        plain = site.get("/account", headers={"Cookie": f"{PLAIN_COOKIE}={token}"})
        assert_problem(plain, 401, "unauthorized")


def test_a_browser_without_fetch_metadata_is_known_by_its_origin(site: InProcess, account: Account) -> None:
    assert sign_in(site, headers={"Origin": "http://testserver"}).status_code == 303
    for headers in (
        {},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Sec-Fetch-Site": "none"},
    ):
        assert_problem(sign_in(site, headers=headers), 403, "cross_site")


def test_what_does_not_fit_looks_the_same(site: InProcess, account: Account) -> None:
    for form in (
        {"password": PASSWORD + "x"},
        {"password": ""},
        {"email": "nobody@example.org"},
        {"email": "<script>alert(1)</script>"},
        {"email": "", "password": ""},
    ):
        response = site.post(
            "/sign-in", data={"email": EMAIL, "password": PASSWORD, "next": "/"} | form, headers=OURS
        )
        assert response.status_code == 401
        assert "set-cookie" not in response.headers
        assert 'role="alert"' in response.text
        assert "do not fit together" in response.text
        assert "<script" not in response.text
        assert PASSWORD not in response.text


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "/\t/evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "evil.example",
    "",
    "/sign-in?next=/x",
    "/sign-out",
    "/%0d%0aSet-Cookie:x=1\r\nX: y",
    "/" + "x" * 2001,
    "/a b",
    "/\u2028",
]


def test_the_way_on_stays_on_this_site(site: InProcess, account: Account) -> None:
    for target in ELSEWHERE:
        assert safe_next(target) == "/", target
        assert sign_in(site, target).headers["location"] == "/", target
        shown = site.get("/sign-in", params={"next": target}, headers={"Accept": "text/html"}).text
        assert 'name="next" value="/"' in shown, target


@pytest.mark.parametrize("target", ["/", "/review", "/review/items/1?x=å%20b&y=2", "/admin#part"])
def test_a_path_of_this_site_is_kept(target: str) -> None:
    assert safe_next(target) == target


def test_signing_out_ends_the_session_for_good(
    site: InProcess, helpdesk: FakeHelpdesk, account: Account
) -> None:
    headers = people.browser(helpdesk.engine, account.account_id)
    response = site.post("/sign-out", headers=headers)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in?out=1")
    assert cookie_in(response)[2]["max-age"] == "0"
    assert site.get("/api/v1/session", headers=headers).json()["account"] is None
    assert "You are signed out." in site.get("/sign-in?out=1").text


def test_a_person_at_a_page_is_sent_to_sign_in_and_a_program_is_told(site: InProcess) -> None:
    page = site.get("/account?x=1&y=å", headers={"Accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/sign-in?next=/account%3Fx%3D1%26y%3D%25C3%25A5"
    own = "http://testserver/review/7?lang=sv"
    backs = {own: "/review/7%3Flang%3Dsv", "https://evil.example/x": "/", "http://[": "/", "": "/"}
    for sender, back in backs.items():
        sent = site.post("/review/7/notes", headers={"Accept": "text/html", "Referer": sender})
        assert (sent.status_code, sent.headers["location"]) == (303, f"/sign-in?next={back}")
    program = site.get("/api/v1/admin/accounts", headers={"Accept": "text/html"})
    assert_problem(program, 401, "unauthorized")
    assert program.headers["www-authenticate"] == "Bearer"
    bad_key = site.get("/api/v1/session", headers={"Authorization": "Bearer hdk_nothing0_x"})
    assert_problem(bad_key, 401, "unauthorized")
    foreign = site.get("/api/v1/session", headers={"Authorization": "Bearer sk-something"})
    assert foreign.json()["account"] is None


def test_guessing_is_slowed_down_for_one_account_and_for_one_client(
    site: InProcess, account: Account
) -> None:
    statuses = [sign_in(site, password=f"wrong password {n}").status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    refused = sign_in(site)
    assert refused.status_code == 429, "the right password does not help either"
    assert re.search(r"Wait \d+ seconds", refused.text)
    assert int(refused.headers["retry-after"]) >= 1
    # The same client at other addresses: twenty tries, counted together.
    others = [
        site.post("/api/v1/session", json={"email": f"{n}@example.org", "password": "x"}).status_code
        for n in range(12)
    ]
    assert others[0] == 401
    assert others[-1] == 429
    elsewhere = InProcess(site.app, client=("192.0.2.7", 50000))
    assert sign_in(elsewhere, email="other@example.org").status_code == 401
    assert sign_in(elsewhere).status_code == 429, "an account is guarded from everywhere"


def test_a_try_that_succeeds_does_not_count(site: InProcess, account: Account) -> None:
    """Behind a proxy everybody is one client: a morning's sign-ins must not shut the door."""
    assert {sign_in(site).status_code for _ in range(25)} == {303}


def test_a_program_may_sign_in_with_json(site: InProcess, helpdesk: FakeHelpdesk, account: Account) -> None:
    body = {"email": EMAIL, "password": PASSWORD}
    response = site.post("/api/v1/session", json=body)
    assert response.json()["account"]["email"] == EMAIL
    name, token, _ = cookie_in(response)
    assert_problem(site.post("/api/v1/session", json=body | {"password": "x"}), 401, "unauthorized")
    assert_problem(
        site.post("/api/v1/session", json=body, headers={"Origin": "https://evil.example"}), 403, "cross_site"
    )
    gone = site.request("DELETE", "/api/v1/session", headers=OURS | {"Cookie": f"{name}={token}"})
    assert gone.json()["account"] is None
    assert site.get("/api/v1/session", headers={"Cookie": f"{name}={token}"}).json()["account"] is None
    told = [entry.what for entry in audit.latest(helpdesk.engine, 3)]
    assert told == ["account.signed_out", "account.sign_in_failed", "account.signed_in"]


@pytest.mark.parametrize("by_page", [True, False])
def test_changing_the_own_password(
    site: InProcess, helpdesk: FakeHelpdesk, account: Account, by_page: bool
) -> None:
    mine, elsewhere = (people.browser(helpdesk.engine, account.account_id) for _ in range(2))
    new = "bốn chữ dễ nhớ hơn"

    def change(current: str, wanted: str) -> httpx.Response:
        if by_page:
            form = {"current": current, "new": wanted, "again": wanted}
            return site.post("/account/password", data=form, headers=mine)
        body = {"current": current, "new": wanted}
        return site.request("PUT", "/api/v1/session/password", json=body, headers=mine)

    assert change("wrong one here", new).status_code == 422
    assert change(PASSWORD, "short").status_code == 422
    assert change(PASSWORD, new).status_code == (303 if by_page else 200)
    assert site.get("/api/v1/session", headers=mine).json()["account"] is not None
    assert site.get("/api/v1/session", headers=elsewhere).json()["account"] is None
    assert sign_in(site).status_code == 401
    assert sign_in(site, password=new).status_code == 303


@pytest.fixture
def admin(helpdesk: FakeHelpdesk) -> dict[str, str]:
    return people.signed_in(helpdesk.engine, "administrator")


def test_an_administrator_manages_accounts(site: InProcess, admin: dict[str, str]) -> None:
    body = {"email": "Bình@example.org", "name": "Trần Bình", "roles": ["expert"], "password": PASSWORD}
    made = site.post("/api/v1/admin/accounts", json=body, headers=admin)
    assert made.status_code == 201
    one = f"/api/v1/admin/accounts/{made.json()['account_id']}"
    assert site.get(one, headers=admin).json() == made.json()
    assert_problem(site.post("/api/v1/admin/accounts", json=body, headers=admin), 422, "account_refused")
    assert sign_in(site, email="bình@example.org").status_code == 303
    listed = site.get("/api/v1/admin/accounts", headers=admin).json()["accounts"]
    assert [item["n_sessions"] for item in listed if item["email"] == "bình@example.org"] == [1]
    changed = site.request(
        "PATCH", one, json={"roles": ["evaluator"], "themes": ["AI"]}, headers=admin
    ).json()
    assert (changed["roles"], changed["themes"], changed["name"]) == (["evaluator"], ["AI"], "Trần Bình")
    reset = site.request("PUT", f"{one}/password", json={"password": "korrekt häst batteri"}, headers=admin)
    assert reset.status_code == 200
    assert sign_in(site, email="bình@example.org").status_code == 401
    assert site.request("PATCH", one, json={"disabled": True}, headers=admin).json()["disabled"]
    assert sign_in(site, email="bình@example.org", password="korrekt häst batteri").status_code == 401
    assert_problem(site.get("/api/v1/admin/accounts/zzz", headers=admin), 404, "account_not_found")
    wrong: Mapping[str, object]
    for wrong in ({"roles": []}, {"roles": ["king"]}, {"email": "x"}, {"king": True}):
        bad = site.post("/api/v1/admin/accounts", json=body | wrong, headers=admin)
        assert bad.status_code == 422
    log = site.get("/api/v1/admin/audit?limit=3", headers=admin).json()["entries"]
    assert [entry["what"] for entry in log][1:] == ["account.disabled", "account.sign_in_failed"]


def test_an_administrator_manages_keys(
    site: InProcess, helpdesk: FakeHelpdesk, admin: dict[str, str]
) -> None:
    expert = people.account(helpdesk.engine, "expert")
    body = {"account": expert.email, "name": "tìm kiếm nội bộ", "roles": ["expert"], "days": 30}
    made = site.post("/api/v1/admin/keys", json=body, headers=admin)
    assert made.status_code == 201
    key = made.json()["key"]
    headers = {"Authorization": f"bearer {key}"}
    assert site.get("/api/v1/session", headers=headers).json()["account"]["account_id"] == expert.account_id
    listed = site.get("/api/v1/admin/keys", headers=admin)
    assert key not in listed.text
    (one,) = listed.json()["keys"]
    assert key.startswith(one["prefix"])
    assert one["last_used_at"] is not None
    more = site.post("/api/v1/admin/keys", json=body | {"roles": ["administrator"]}, headers=admin)
    assert_problem(more, 422, "account_refused")
    gone = site.request("DELETE", f"/api/v1/admin/keys/{one['key_id']}", headers=admin)
    assert gone.json()["revoked_at"] is not None
    assert_problem(site.get("/api/v1/session", headers=headers), 401, "unauthorized")
    assert_problem(site.request("DELETE", "/api/v1/admin/keys/zzz", headers=admin), 404, "account_not_found")


def test_people_can_sign_in_while_the_helpdesk_is_loading(tmp_path: Path) -> None:
    def never(_settings: object) -> object:
        raise RuntimeError("still loading")

    app = create_app(settings_in(tmp_path), opener=never)  # type: ignore[arg-type]  # a stand-in
    directory.add(app.state.service.engine, email=EMAIL, roles={"administrator"}, password=PASSWORD)
    response = sign_in(InProcess(app), "/account")
    name, token, _ = cookie_in(response)
    assert InProcess(app).get("/account", headers={"Cookie": f"{name}={token}"}).status_code == 200
    app.state.service.close()
