"""Tokens of the widget: which website a panel stands on, told by the browser, signed by us, for 15 minutes.

A token is no proof of who somebody is. It binds a panel to an allowed website:
the loader asks for it from the host page, where the browser itself writes the
header ``Origin``; the panel sends it back as ``Authorization: Widget TOKEN``
with the origin that it was opened for as ``Widget-Origin``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.errors import OriginNotAllowed, WidgetTokenRefused
from api.service import Service
from helpdesk_bot import origins
from helpdesk_bot.errors import BadOrigin
from helpdesk_bot.signing_keys import signing_key
from helpdesk_bot.web_origin import canonical_origin

LIFETIME_S = 15 * 60
SCHEME = "widget"
KEY_NAME = "widget"

_PURPOSE = b"helpdesk widget token 1\n"
_MOST_CHARS = 1024


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token says. ``expires_at``: seconds since 1970, UTC."""

    origin: str
    expires_at: int


def issue(key: bytes, origin: str, clock: Callable[[], float] = time.time) -> tuple[str, Pass]:
    """Return a token for an origin, and what it says."""
    made = Pass(origin, int(clock()) + LIFETIME_S)
    body = {"origin": made.origin, "expires_at": made.expires_at, "nonce": secrets.token_urlsafe(9)}
    payload = json.dumps(body, separators=(",", ":")).encode()
    return f"{_encode(payload)}.{_encode(_signature(key, payload))}", made


def read(key: bytes, token: str, clock: Callable[[], float] = time.time) -> Pass:
    """Return what a token says.

    Raises:
        WidgetTokenRefused: it was not made here, was changed, or is over.
    """
    if len(token) > _MOST_CHARS:
        raise _refused("it was not made here")
    payload, _, signature = token.partition(".")
    try:
        body, given = _decode(payload), _decode(signature)
    except ValueError as error:
        raise _refused("it was not made here") from error
    if not hmac.compare_digest(given, _signature(key, body)):
        raise _refused("it was not made here")
    said = json.loads(body)
    if said["expires_at"] <= clock():
        raise _refused("it is over")
    return Pass(said["origin"], said["expires_at"])


def allowed(service: Service) -> tuple[str, ...]:
    """Return the origins that may embed the widget."""
    return origins.in_force(service.engine, service.settings.allowed_origins)


def allowed_origin(service: Service, declared: str) -> str:
    """Return a declared origin in canonical form.

    Raises:
        OriginNotAllowed: it may not embed the widget (``null`` never may).
    """
    try:
        origin = canonical_origin(declared)
    except BadOrigin as error:
        raise OriginNotAllowed("The request names no website that the widget could stand on.") from error
    if origin not in allowed(service):
        raise OriginNotAllowed(f"An administrator has to allow {origin} first.")
    return origin


async def check(request: Request) -> str | None:
    """Return the origin of the panel that a request comes from; ``None``: it comes from no panel.

    Raises:
        WidgetTokenRefused: it carries a token that is not good for it.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != SCHEME:
        return None
    declared = request.headers.get("widget-origin", "")
    return await run_in_threadpool(_holder, request.app.state.service, token.strip(), declared)


async def needs_panel(origin: Annotated[str | None, Depends(check)]) -> str:
    """Return the origin of the panel that a request comes from.

    Raises:
        WidgetTokenRefused: it carries no token.
    """
    if origin is None:
        raise _refused("there is none")
    return origin


def _holder(service: Service, token: str, declared: str) -> str:
    said = read(signing_key(service.engine, KEY_NAME), token)
    if said.origin != declared:
        raise _refused("it belongs to another website")
    if said.origin not in allowed(service):
        raise _refused("its website is allowed no longer")
    return said.origin


def _refused(why: str) -> WidgetTokenRefused:
    return WidgetTokenRefused(f"The widget's token is refused: {why}. Load the website again.")


def _signature(key: bytes, payload: bytes) -> bytes:
    return hmac.new(key, _PURPOSE + payload, hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeError, binascii.Error) as error:
        raise ValueError("no base64") from error
