"""OpenID Connect: the authorization code flow with PKCE. The only importer of ``authlib``.

What must hold before anybody comes in: the answer's ``state`` is one that this
browser was given, once and lately; the ID token is signed with a key of the
provider, by it (``iss``), for us (``aud``), now (``exp``), for this attempt
(``nonce``).
"""

from __future__ import annotations

import secrets
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from sqlalchemy import Engine, delete, insert, select

from corpus.storage import begin_write
from helpdesk_bot.accounts.moments import in_future, now
from helpdesk_bot.accounts.oidc_settings import Provider
from helpdesk_bot.accounts.schema import oidc_attempts
from helpdesk_bot.accounts.sessions import hashed
from helpdesk_bot.accounts.vouched import Vouched, vouched
from helpdesk_bot.errors import ProviderFailure

ATTEMPT_MINUTES = 10.0
TIMEOUT_S = 10.0
KEEP_S = 3600.0
"""How long what the provider publishes of itself is kept."""

CLOCK_LEEWAY_S = 60
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a public key; ``none`` and those with our own secret are not among them."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that began: where to send the browser, and the state that its cookie keeps."""

    address: str
    state: str


class OpenIdProvider:
    """One provider; safe to use from many threads."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._lock = threading.Lock()
        self._published: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def begin(self, engine: Engine, redirect_uri: str, next_path: str) -> Attempt:
        """Begin a sign-in.

        Args:
            engine: the database; it keeps the attempt for ten minutes.
            redirect_uri: our address that the provider sends the browser back to.
            next_path: where the person wants to go afterwards, a path on this site.

        Raises:
            ProviderFailure: the provider cannot be reached, or is not what it should be.
        """
        state, nonce, verifier = (secrets.token_urlsafe(size) for size in (32, 24, 48))
        with self._client(redirect_uri) as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
            )
        with begin_write(engine) as connection:
            old = oidc_attempts.c.created_at < in_future(minutes=-ATTEMPT_MINUTES)
            connection.execute(delete(oidc_attempts).where(old))
            connection.execute(
                insert(oidc_attempts).values(
                    state_sha256=hashed(state),
                    nonce=nonce,
                    code_verifier=verifier,
                    next_path=next_path,
                    created_at=now(),
                )
            )
        return Attempt(address, state)

    def finish(self, engine: Engine, redirect_uri: str, state: str, code: str) -> tuple[Vouched, str]:
        """Finish a sign-in; return who it is and where they want to go.

        Args:
            engine: the database.
            redirect_uri: as given to `begin`.
            state: from the browser's cookie; the caller has compared it with the provider's answer.
            code: from the provider's answer.

        Raises:
            ProviderFailure: the attempt is unknown, used or old, the provider
                cannot be reached, or its token does not hold.
            AccountRefused: the token names nobody.
        """
        nonce, verifier, next_path = _take(engine, state)
        with self._client(redirect_uri) as client:
            try:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"), code=code, code_verifier=verifier
                )
            except Exception as error:  # authlib's, joserfc's and the HTTP client's own
                raise ProviderFailure("The provider did not accept the sign-in.") from error
        claims = self._checked(token, nonce)
        return vouched(self.provider, claims), next_path

    def _client(self, redirect_uri: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        methods = self._metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self.provider.client_secret is None:
            method = "none"
        else:
            method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return OAuth2Client(
            client_id=self.provider.client_id,
            client_secret=self.provider.client_secret,
            token_endpoint_auth_method=method,
            scope=self.provider.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            verify=_certificates(),
            trust_env=False,
        )

    def _checked(self, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """Return the claims of the ID token, once they hold."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        given = token.get("id_token")
        if not isinstance(given, str):
            raise ProviderFailure("The provider gave no ID token.")
        try:
            for fresh in (False, True):  # a provider changes its keys now and then
                keys = KeySet.import_key_set(dict(self._keys(fresh)))  # type: ignore[arg-type]  # JSON from outside
                try:
                    decoded = jwt.decode(given, keys, algorithms=list(ALGORITHMS))
                    break
                except (JoseError, ValueError):
                    if fresh:
                        raise
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                },
                params={
                    "nonce": nonce,
                    "client_id": self.provider.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=CLOCK_LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderFailure(f"The provider's token does not hold: {type(error).__name__}.") from error
        return dict(claims)

    def _metadata(self) -> Mapping[str, Any]:
        address = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        metadata = self._get(address)
        if metadata.get("issuer") != self.provider.issuer:
            raise ProviderFailure("The provider calls itself otherwise than oidc_issuer does.")
        return metadata

    def _endpoint(self, name: str) -> str:
        value = self._metadata().get(name)
        secure = self.provider.issuer.startswith("http://") or str(value).startswith("https://")
        if not isinstance(value, str) or not secure:
            raise ProviderFailure(f"The provider names no usable {name}.")
        return value

    def _keys(self, fresh: bool) -> Mapping[str, Any]:
        return self._get(self._endpoint("jwks_uri"), fresh=fresh)

    def _get(self, address: str, *, fresh: bool = False) -> Mapping[str, Any]:
        with self._lock:
            kept = self._published.get(address)
        if kept is not None and not fresh and kept[0] > time.monotonic():
            return kept[1]
        try:
            response = httpx.get(address, timeout=TIMEOUT_S, verify=_certificates(), trust_env=False)
            response.raise_for_status()
            value = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderFailure("The provider cannot be reached.") from error
        if not isinstance(value, dict):
            raise ProviderFailure("The provider does not describe itself as it should.")
        with self._lock:
            self._published[address] = (time.monotonic() + KEEP_S, value)
        return value


@cache
def _certificates() -> ssl.SSLContext:
    """Return the machine's trusted certificates; reading them takes a tenth of a second."""
    return ssl.create_default_context()


def _take(engine: Engine, state: str) -> tuple[str, str, str]:
    """Return what was kept of an attempt, and forget it: it is good once."""
    mine = oidc_attempts.c.state_sha256 == hashed(state)
    young = oidc_attempts.c.created_at >= in_future(minutes=-ATTEMPT_MINUTES)
    with begin_write(engine) as connection:
        row = connection.execute(select(oidc_attempts).where(mine, young)).mappings().first()
        connection.execute(delete(oidc_attempts).where(mine))
    if row is None:
        raise ProviderFailure("The sign-in took too long, or was finished already. Begin again.")
    return row["nonce"], row["code_verifier"], row["next_path"]
