"""The pages on which people sign in and out, and change their own password; they work without scripts."""

from __future__ import annotations

import hmac
import logging
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Anybody, is_https, lifetimes, needs, require_same_site, safe_next, session_token
from api.dependencies import Limited, ServiceOf
from api.desk_pages import desk_page
from api.errors import RateLimited
from api.messages import messages
from api.pages import page_language
from api.sign_ins import (
    OIDC_COOKIE_SECONDS,
    drop_session,
    keep_session,
    oidc_cookie,
    redirect_uri,
    try_password,
)
from helpdesk_bot.accounts import directory, signing_in
from helpdesk_bot.accounts.passwords import LEAST_CHARS, MOST_CHARS, check_password
from helpdesk_bot.accounts.roles import in_order
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.errors import AccountRefused, ProviderFailure

log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Next = Annotated[str | None, Query(alias="next", max_length=4000)]
NextField = Annotated[str | None, Form(alias="next", max_length=4000)]
Typed = Annotated[str, Form(max_length=2000)]
SignedInHere = Annotated[Account, Depends(needs("asker"))]

PART = "access"
NO_STORE = {"Cache-Control": "no-store"}


def _words(request: Request) -> Any:
    return messages(page_language(request, PART), PART)


def _sign_in_page(
    request: Request, next_path: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Response:
    service = request.app.state.service
    shown: dict[str, Any] = {"email": "", "wrong": None, "note": None, "account_here": None} | values
    response = desk_page(
        request,
        "access/sign_in.html",
        part=PART,
        place="access",
        account=None,
        status=status,
        next_path=next_path,
        oidc_name=service.settings.oidc_name if service.oidc else None,
        oidc_address=f"/sign-in/oidc?next={quote(next_path, safe='/')}",
        first_run=directory.is_empty(service.engine),
        **shown,
    )
    response.headers.update(headers or {})
    return response


@router.get("/sign-in")
def sign_in_page(request: Request, somebody: Anybody, next_path: Next = None, out: str = "") -> Response:
    """Show the sign-in page; ``out``: just signed out."""
    words = _words(request)
    note = words["signed_out"] if out and somebody is None else None
    return _sign_in_page(request, safe_next(next_path), note=note, account_here=somebody)


@router.post("/sign-in")
def sign_in(
    request: Request, email: Typed = "", password: Typed = "", next_path: NextField = None
) -> Response:
    """Sign in with a password; the session that this browser had before ends."""
    require_same_site(request)
    target, words = safe_next(next_path), _words(request)
    try:
        signed_in = try_password(request, email, password)
    except RateLimited as error:
        text = words["too_many"].format(seconds=dict(error.headers)["Retry-After"])
        return _sign_in_page(request, target, 429, dict(error.headers), email=email, wrong=text)
    if signed_in is None:
        return _sign_in_page(request, target, 401, email=email, wrong=words["wrong"])
    response = RedirectResponse(target, 303, NO_STORE)
    keep_session(request, response, signed_in.token)
    return response


@router.post("/sign-out")
def sign_out(request: Request, service: ServiceOf, somebody: Anybody) -> Response:
    """End the session of this browser."""
    require_same_site(request)
    token = session_token(request)
    if somebody is not None and token is not None:
        signing_in.sign_out(service.engine, token, somebody.account_id)
    language = page_language(request, PART)
    lang = f"&lang={language}" if request.query_params.get("lang") == language else ""
    response = RedirectResponse(f"/sign-in?out=1{lang}", 303, NO_STORE)
    drop_session(request, response)
    return response


@router.get("/sign-in/oidc")
def begin_oidc(request: Request, service: ServiceOf, _limited: Limited, next_path: Next = None) -> Response:
    """Send the browser to the OpenID Connect provider."""
    target = safe_next(next_path)
    if service.oidc is None:
        return RedirectResponse(f"/sign-in?next={quote(target, safe='/')}", 303, NO_STORE)
    try:
        attempt = service.oidc.begin(service.engine, redirect_uri(request), target)
    except ProviderFailure as error:
        return _failed(request, target, error)
    response = RedirectResponse(attempt.address, 303, NO_STORE)
    response.set_cookie(
        oidc_cookie(request),
        attempt.state,
        max_age=OIDC_COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
        path="/",
    )
    return response


@router.get("/sign-in/oidc/callback")
def finish_oidc(
    request: Request,
    service: ServiceOf,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Let in whom the provider vouches for, if this browser began it and an account is theirs."""
    kept = request.cookies.get(oidc_cookie(request), "")
    response: Response
    if service.oidc is None or not kept or not hmac.compare_digest(kept.encode(), state.encode()):
        response = _failed(request, "/", ProviderFailure("The answer belongs to no sign-in of this browser."))
    elif error or not code:
        response = _sign_in_page(request, "/", 401, wrong=_words(request)["oidc_refused"])
    else:
        response = _come_in(request, kept, code)
    response.delete_cookie(
        oidc_cookie(request), httponly=True, samesite="lax", secure=is_https(request), path="/"
    )
    return response


def _come_in(request: Request, state: str, code: str) -> Response:
    service = request.app.state.service
    try:
        person, target = service.oidc.finish(service.engine, redirect_uri(request), state, code)
        signed_in = signing_in.as_vouched(
            service.engine,
            service.oidc.provider,
            person,
            lifetimes(service.settings),
            old_token=session_token(request),
        )
    except (ProviderFailure, AccountRefused) as failure:
        return _failed(request, "/", failure)
    if signed_in is None:
        return _sign_in_page(request, target, 403, wrong=_words(request)["oidc_no_account"])
    response = RedirectResponse(safe_next(target), 303, NO_STORE)
    keep_session(request, response, signed_in.token)
    return response


def _failed(request: Request, target: str, error: Exception) -> Response:
    log.warning("sign-in at the OpenID Connect provider failed: %s", error)
    return _sign_in_page(request, target, 502, wrong=_words(request)["oidc_failed"])


@router.get("/account")
def account_page(request: Request, account: SignedInHere, done: str = "") -> Response:
    """Show a person's own account."""
    return _account_page(request, account, note=_words(request)["password_changed"] if done else None)


@router.post("/account/password")
def change_password(
    request: Request,
    service: ServiceOf,
    account: SignedInHere,
    current: Typed = "",
    new: Typed = "",
    again: Typed = "",
) -> Response:
    """Change the person's own password; their other sessions end."""
    words = _words(request)
    wrong: dict[str, str] = {}
    try:
        check_password(new)
    except AccountRefused:
        wrong["new"] = words["password_rule"].format(least=LEAST_CHARS, most=MOST_CHARS)
    if new != again:
        wrong["again"] = words["password_differs"]
    if not wrong:
        try:
            service.sign_ins.take(request.client.host if request.client else None, account.email)
            signing_in.change_own_password(
                service.engine, account, current, new, token=session_token(request)
            )
        except RateLimited as error:
            wrong["current"] = words["too_many"].format(seconds=dict(error.headers)["Retry-After"])
        except AccountRefused:
            wrong["current"] = words["current_wrong"]
    if wrong:
        return _account_page(request, account, 422, wrong=wrong)
    language = page_language(request, PART)
    lang = f"&lang={language}" if request.query_params.get("lang") == language else ""
    return RedirectResponse(f"/account?done=1{lang}", 303, NO_STORE)


def _account_page(request: Request, account: Account, status: int = 200, **values: Any) -> Response:
    engine = request.app.state.service.engine
    shown: dict[str, Any] = {"wrong": {}, "note": None} | values
    return desk_page(
        request,
        "access/account.html",
        part=PART,
        place="access",
        account=account,
        status=status,
        has_password=directory.has_password(engine, account.account_id),
        least=LEAST_CHARS,
        roles=in_order(account.roles),
        **shown,
    )
