"""``/api/v1/session``: who is signed in, signing in and out, one's own password."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Anybody, needs, require_same_site, session_token
from api.dependencies import ServiceOf
from api.errors import NotSignedIn
from api.replies import json_reply
from api.sign_ins import drop_session, keep_session, try_password
from helpdesk_bot.accounts import signing_in
from helpdesk_bot.accounts.roles import Role
from helpdesk_bot.accounts.values import Account

router = APIRouter(prefix="/api/v1/session", tags=["session"])

SignedInHere = Annotated[Account, Depends(needs("asker"))]


class SignInBody(BaseModel):
    """An e-mail address and its password."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"email": "asa@example.org", "password": "korrekt häst batteri"}},
    )

    email: str = Field(max_length=320)
    password: str = Field(max_length=1024)


class PasswordBody(BaseModel):
    """A change of one's own password."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"current": "korrekt häst batteri", "new": "bốn chữ dễ nhớ hơn"},
        },
    )

    current: str = Field(max_length=1024)
    new: str = Field(max_length=1024, description="12 to 256 characters.")


class AccountReply(BaseModel):
    """An account."""

    account_id: str
    email: str
    name: str
    roles: list[Role]
    themes: list[str] = Field(description="What an expert is asked about; none means everything.")
    disabled: bool


class SessionReply(BaseModel):
    """Who is signed in."""

    account: AccountReply | None
    """``None``: nobody."""
    oidc: bool = Field(description="Whether one may sign in at an OpenID Connect provider: `/sign-in/oidc`.")


def _reply(request: Request, account: Account | None) -> dict[str, Any]:
    oidc = request.app.state.service.oidc is not None
    return {"account": None if account is None else account.to_json(), "oidc": oidc}


@router.get("", summary="Who is signed in", response_model=SessionReply)
def whoami(request: Request, somebody: Anybody) -> Response:
    """Return the account of the session cookie or of the API key; `account` is null for anybody else."""
    return json_reply(_reply(request, somebody))


@router.post(
    "",
    summary="Sign in with a password",
    response_model=SessionReply,
    responses={401: {"description": "The two do not fit together"}, 429: {"description": "Too many tries"}},
)
def sign_in(request: Request, body: SignInBody) -> Response:
    """Begin a session; its cookie is set. For programs an API key is the better way."""
    if "origin" in request.headers or "sec-fetch-site" in request.headers:
        require_same_site(request)
    signed_in = try_password(request, body.email, body.password)
    if signed_in is None:
        raise NotSignedIn("The e-mail address and the password do not fit together.")
    response = json_reply(_reply(request, signed_in.account))
    keep_session(request, response, signed_in.token)
    return response


@router.delete("", summary="Sign out", response_model=SessionReply)
def sign_out(request: Request, service: ServiceOf, somebody: Anybody) -> Response:
    """End the session of the cookie; an API key is not touched."""
    token = session_token(request)
    if somebody is not None and token is not None:
        signing_in.sign_out(service.engine, token, somebody.account_id)
    response = json_reply(_reply(request, None))
    drop_session(request, response)
    return response


@router.put(
    "/password",
    summary="Change one's own password",
    response_model=SessionReply,
    responses={422: {"description": "The current password is wrong, or the new one is not allowed"}},
)
def change_password(
    request: Request, service: ServiceOf, account: SignedInHere, body: PasswordBody
) -> Response:
    """Change the password; every other session of the account ends."""
    service.sign_ins.take(request.client.host if request.client else None, account.email)
    signing_in.change_own_password(
        service.engine, account, body.current, body.new, token=session_token(request)
    )
    return json_reply(_reply(request, account))
