"""What every way of signing in shares: trying a password, and the cookies."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request, Response

from api.access import cookie_name, is_https, lifetimes, session_token
from api.dependencies import service_of
from helpdesk_bot.accounts import signing_in
from helpdesk_bot.accounts.signing_in import SignedIn

CALLBACK = "/sign-in/oidc/callback"
OIDC_COOKIE = "helpdesk_oidc"
SECURE_OIDC_COOKIE = "__Host-helpdesk_oidc"
OIDC_COOKIE_SECONDS = 600


def try_password(request: Request, email: str, password: str) -> SignedIn | None:
    """Sign in with a password, within the limits; ``None`` where it does not fit.

    Raises:
        RateLimited: too many tries.
    """
    service = service_of(request)
    host = request.client.host if request.client else None
    service.sign_ins.take(host, email)
    signed_in = signing_in.with_password(
        service.engine, email, password, lifetimes(service.settings), old_token=session_token(request)
    )
    if signed_in is not None:
        service.sign_ins.give_back(host, email)
    return signed_in


def keep_session(request: Request, response: Response, token: str) -> None:
    """Give the browser the session's cookie, for as long as the browser is open."""
    response.set_cookie(
        cookie_name(request), token, httponly=True, samesite="lax", secure=is_https(request), path="/"
    )


def drop_session(request: Request, response: Response) -> None:
    """Take the session's cookie from the browser."""
    response.delete_cookie(
        cookie_name(request), httponly=True, samesite="lax", secure=is_https(request), path="/"
    )


def oidc_cookie(request: Request) -> str:
    """Return what the cookie is called that binds a sign-in elsewhere to this browser."""
    return SECURE_OIDC_COOKIE if is_https(request) else OIDC_COOKIE


def redirect_uri(request: Request) -> str:
    """Return our address that the OpenID Connect provider sends the browser back to."""
    public = service_of(request).settings.public_url
    parts = urlsplit(public) if public else request.url
    return f"{parts.scheme}://{parts.netloc}{CALLBACK}"
