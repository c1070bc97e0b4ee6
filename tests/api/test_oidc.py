"""OpenID Connect: the whole way with a real provider, and every lie that a false one could tell."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts import directory
from helpdesk_bot.accounts.moments import in_future
from helpdesk_bot.accounts.schema import oidc_attempts
from tests.api import people
from tests.api.conftest import InProcess, started
from tests.api.house import FakeHelpdesk, settings_in

CLIENT = {"oidc_client_id": "helpdesk", "oidc_client_secret": "a secret", "oidc_name": "Kommunens inloggning"}
BROWSER = httpx.Client(trust_env=False, timeout=60)
ROLES = {"oidc_roles": "experter=expert,it=administrator"}


pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the provider's own, not ours


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import oidc_provider_mock  # type: ignore[import-untyped]  # it has no types
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


SiteWith = Callable[..., InProcess]


@pytest.fixture
def site_with(tmp_path: Path, helpdesk: FakeHelpdesk) -> Iterator[SiteWith]:
    """Starts sites at which people sign in by a provider."""
    with ExitStack() as stack:

        def start(issuer: str, **options: Any) -> InProcess:
            settings = settings_in(tmp_path, oidc_issuer=issuer, **CLIENT, **options)
            return stack.enter_context(started(settings, helpdesk))

        yield start


def begin(site: InProcess, next_path: str = "/review") -> tuple[str, dict[str, str]]:
    """Begin a sign-in; return the provider's address and the browser's cookie."""
    response = site.get("/sign-in/oidc", params={"next": next_path})
    assert response.status_code == 303, response.text
    (morsel,) = SimpleCookie(response.headers["set-cookie"]).values()
    assert morsel["httponly"]
    return response.headers["location"], {"Cookie": f"{morsel.key}={morsel.value}"}


def consent(address: str, sub: str) -> str:
    """Be the person at the provider; return the path that it sends the browser back to."""
    answer = BROWSER.post(address, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].removeprefix("http://testserver")


def tell(provider: str, sub: str, **claims: Any) -> None:
    assert BROWSER.put(f"{provider}/users/{sub}", json=claims).status_code == 204


def session_of(site: InProcess, response: httpx.Response) -> dict[str, Any]:
    """Return who is signed in with the cookies of a response."""
    jar = SimpleCookie()
    for line in response.headers.get_list("set-cookie"):
        jar.load(line)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())
    return dict(site.get("/api/v1/session", headers={"Cookie": cookies}).json())


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_the_sign_in_page_offers_the_provider(
    site_with: SiteWith, helpdesk: FakeHelpdesk, provider: str, language: str
) -> None:
    page = site_with(provider).get(f"/sign-in?lang={language}&next=/review").text
    assert "Kommunens inloggning" in page
    assert 'href="/sign-in/oidc?next=/review"' in page


def test_an_account_with_the_verified_address_comes_in_and_is_linked(
    site_with: SiteWith, helpdesk: FakeHelpdesk, provider: str
) -> None:
    site = site_with(provider)
    account = people.account(helpdesk.engine, "expert", email="åsa@example.org")
    tell(provider, "sub-1", email="Åsa@example.org", email_verified=True, groups=["it"])
    address, cookie = begin(site)
    asked = dict(parse_qsl(urlsplit(address).query))
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == "http://testserver/sign-in/oidc/callback"
    back = consent(address, "sub-1")
    response = site.get(back, headers=cookie)
    assert (response.status_code, response.headers["location"]) == (303, "/review")
    me = session_of(site, response)["account"]
    assert (me["account_id"], me["roles"]) == (account.account_id, ["expert"]), (
        "roles are ours where no map is"
    )
    assert site.get(back, headers=cookie).status_code == 502, "an answer is good once"
    # Linked by its subject: the address may change, and nobody inherits it.
    tell(provider, "sub-1", email="new@example.org", email_verified=True)
    address, cookie = begin(site)
    assert session_of(site, site.get(consent(address, "sub-1"), headers=cookie))["account"] == me
    tell(provider, "sub-2", email="åsa@example.org", email_verified=True)
    address, cookie = begin(site)
    assert site.get(consent(address, "sub-2"), headers=cookie).status_code == 403
    told = [(entry.what, entry.detail.get("method")) for entry in audit.latest(helpdesk.engine, 2)]
    assert told == [("account.sign_in_failed", None), ("account.signed_in", "oidc")]


@pytest.mark.parametrize(
    ("claims", "options", "comes_in"),
    [
        ({"email": "b@example.org", "email_verified": True}, {}, True),
        ({"email": "b@example.org", "email_verified": False}, {}, False),
        ({"email": "b@example.org"}, {}, False),
        ({"email": "b@example.org"}, {"oidc_trust_email": True}, True),
        ({"email": "b@example.org", "email_verified": False}, {"oidc_trust_email": True}, False),
        ({"email": "b@example.org", "email_verified": "true"}, {"oidc_trust_email": True}, False),
        ({"email": ["b@example.org"], "email_verified": True}, {}, False),
        ({"email": "stranger@example.org", "email_verified": True}, {}, False),
        ({}, {}, False),
        ({"email": "gone@example.org", "email_verified": True}, {}, False),
    ],
)
def test_only_a_verified_address_of_an_open_account_lets_in(
    site_with: SiteWith,
    helpdesk: FakeHelpdesk,
    provider: str,
    claims: dict[str, Any],
    options: dict[str, Any],
    comes_in: bool,
) -> None:
    site = site_with(provider, **options)
    people.account(helpdesk.engine, "expert", email="b@example.org")
    people.account(helpdesk.engine, "expert", email="gone@example.org")
    directory.change(helpdesk.engine, "gone@example.org", who="x", disabled=True)
    tell(provider, "sub-3", **claims)
    address, cookie = begin(site)
    response = site.get(consent(address, "sub-3"), headers=cookie)
    assert response.status_code == (303 if comes_in else 403)
    assert (session_of(site, response)["account"] is not None) == comes_in


def test_where_the_settings_map_roles_the_provider_decides(
    site_with: SiteWith, helpdesk: FakeHelpdesk, provider: str
) -> None:
    site = site_with(provider, **ROLES)

    def come(**claims: Any) -> dict[str, Any] | None:
        tell(provider, "sub-9", email="bình@example.org", email_verified=True, name="Trần Bình", **claims)
        address, cookie = begin(site)
        found: dict[str, Any] | None = session_of(site, site.get(consent(address, "sub-9"), headers=cookie))[
            "account"
        ]
        return found

    assert come(groups=["others"]) is None
    assert come() is None
    assert directory.is_empty(helpdesk.engine)
    made = come(groups=["others", "experter"])
    assert made is not None
    assert (made["name"], made["roles"], made["email"]) == ("Trần Bình", ["expert"], "bình@example.org")
    people.account(helpdesk.engine, "administrator")
    promoted = come(groups="it")
    assert promoted is not None
    assert (promoted["account_id"], promoted["roles"]) == (made["account_id"], ["administrator"])
    assert come(groups=["others"]) is None, "who lost every role does not come in"


def test_an_answer_without_its_browser_or_too_late_is_refused(
    site_with: SiteWith, helpdesk: FakeHelpdesk, provider: str
) -> None:
    site = site_with(provider)
    people.account(helpdesk.engine, "expert", email="c@example.org")
    tell(provider, "sub-4", email="c@example.org", email_verified=True)
    address, cookie = begin(site)
    back = consent(address, "sub-4")
    assert site.get(back).status_code == 502
    _, others = begin(site)
    assert site.get(back, headers=others).status_code == 502
    denied = BROWSER.post(address, data={"action": "deny"}).headers["location"]
    refused = site.get(denied.removeprefix("http://testserver"), headers=cookie)
    assert refused.status_code in (401, 502)
    with begin_write(helpdesk.engine) as connection:
        connection.execute(oidc_attempts.update().values(created_at=in_future(minutes=-11)))
    assert site.get(back, headers=cookie).status_code == 502


def test_a_provider_that_is_away_is_no_crash(site_with: SiteWith, helpdesk: FakeHelpdesk) -> None:
    site = site_with("http://127.0.0.1:9")
    page = site.get("/sign-in/oidc")
    assert page.status_code == 502
    assert 'role="alert"' in page.text
    assert site.get("/sign-in").status_code == 200


def test_without_a_provider_its_addresses_lead_to_the_password(site: InProcess) -> None:
    assert site.get("/sign-in/oidc?next=/review").headers["location"] == "/sign-in?next=/review"
    assert site.get("/sign-in/oidc/callback?state=x&code=y").status_code == 502


@dataclass
class Liar:
    """A provider that gives whatever token a test wants; it remembers what it was asked."""

    server: ThreadingHTTPServer | None = None
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: dict[str, Any] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    token: Callable[[dict[str, Any]], str] = lambda _claims: ""
    asked: dict[str, str] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    credentials: str = ""

    @property
    def issuer(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
            } | self.metadata
        if path == "/jwks":
            return self.published or {"keys": [self.key.as_dict(private=False)]}
        self.given = form
        return {"access_token": "at", "token_type": "Bearer", "id_token": self.token(self.claims)}


@pytest.fixture(scope="module")
def keys() -> tuple[RSAKey, RSAKey]:
    return RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "two"})


@pytest.fixture
def liar(keys: tuple[RSAKey, RSAKey]) -> Iterator[Liar]:
    liar = Liar(key=keys[0])

    class Handler(BaseHTTPRequestHandler):
        def _reply(self, form: dict[str, str]) -> None:
            body = json.dumps(liar.answer(self.path, form)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            liar.credentials = self.headers.get("Authorization", "")
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._reply({name: values[0] for name, values in parse_qs(text).items()})

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    liar.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=liar.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield liar
    liar.server.shutdown()
    thread.join()
    liar.server.server_close()


def come_in(site: InProcess, liar: Liar) -> httpx.Response:
    """Go the whole way; the provider fills in the nonce it was given."""
    address, cookie = begin(site)
    liar.asked = dict(parse_qsl(urlsplit(address).query))
    now = int(time.time())
    liar.claims = {
        "iss": liar.issuer,
        "sub": "s",
        "aud": "helpdesk",
        "iat": now,
        "exp": now + 300,
        "nonce": liar.asked["nonce"],
        "email": "d@example.org",
        "email_verified": True,
    }
    back = urlencode({"state": liar.asked["state"], "code": "the code"})
    return site.get(f"/sign-in/oidc/callback?{back}", headers=cookie)


def signed(key: RSAKey, **changes: Any) -> Callable[[dict[str, Any]], str]:
    def token(claims: dict[str, Any]) -> str:
        told = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": key.kid}, told, key)

    return token


def test_the_code_is_bound_to_this_browser_by_pkce(
    site_with: SiteWith, helpdesk: FakeHelpdesk, liar: Liar
) -> None:
    site = site_with(liar.issuer)
    people.account(helpdesk.engine, "expert", email="d@example.org")
    liar.token = signed(liar.key)
    assert come_in(site, liar).status_code == 303
    challenge = base64.urlsafe_b64encode(hashlib.sha256(liar.given["code_verifier"].encode()).digest())
    assert liar.asked["code_challenge"] == challenge.decode().rstrip("=")
    assert len(liar.given["code_verifier"]) >= 43
    assert (liar.given["code"], liar.given["redirect_uri"]) == ("the code", liar.asked["redirect_uri"])
    assert liar.credentials == "Basic " + base64.b64encode(b"helpdesk:a secret").decode()


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "for somebody else": {"aud": "another client"},
    "for several, of which we are not the one": {"aud": ["helpdesk", "x"], "azp": "x"},
    "expired": {"exp": int(time.time()) - 3600},
    "no expiry": {"exp": None},
    "not yet": {"nbf": int(time.time()) + 3600},
    "of another attempt": {"nonce": "another"},
    "of no attempt": {"nonce": None},
    "of nobody": {"sub": None},
    "of somebody with an endless name": {"sub": "x" * 600},
    "of a number": {"sub": 7},
}


def test_a_token_that_does_not_hold_lets_nobody_in(
    site_with: SiteWith, helpdesk: FakeHelpdesk, liar: Liar
) -> None:
    site = site_with(liar.issuer)
    people.account(helpdesk.engine, "expert", email="d@example.org")
    for name, lie in LIES.items():
        liar.token = signed(liar.key, **lie)
        response = come_in(site, liar)
        assert response.status_code == 502, name
        assert session_of(site, response)["account"] is None, name
    liar.token = signed(liar.key)
    assert come_in(site, liar).status_code == 303, "the same without the lie"


def test_only_the_providers_keys_sign(
    site_with: SiteWith, helpdesk: FakeHelpdesk, liar: Liar, keys: tuple[RSAKey, RSAKey]
) -> None:
    site = site_with(liar.issuer)
    people.account(helpdesk.engine, "expert", email="d@example.org")

    def unsigned(claims: dict[str, Any]) -> str:
        parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."

    def with_the_secret(claims: dict[str, Any]) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it is weak is the point
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("a secret"))

    def twice_dotted(_claims: dict[str, Any]) -> str:
        return "no.token.at.all"

    for forged in (unsigned, with_the_secret, twice_dotted, signed(keys[1])):
        liar.token = forged
        assert come_in(site, liar).status_code == 502
    # The provider changes its keys: what we keep of them is fetched again.
    liar.published = {"keys": [keys[1].as_dict(private=False)]}
    liar.token = signed(keys[1])
    assert come_in(site, liar).status_code == 303


def test_a_provider_must_be_who_the_settings_say(
    site_with: SiteWith, helpdesk: FakeHelpdesk, liar: Liar
) -> None:
    liar.metadata = {"issuer": "https://evil.example"}
    assert site_with(liar.issuer).get("/sign-in/oidc").status_code == 502
    liar.metadata = {"authorization_endpoint": None}
    assert site_with(liar.issuer).get("/sign-in/oidc").status_code == 502
