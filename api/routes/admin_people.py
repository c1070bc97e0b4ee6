"""``/admin/accounts`` and ``/admin/keys``: who may come in, and which programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.admin_view import REFUSALS, Administrator, admin_page, back
from api.dependencies import ServiceOf
from api.service import Service
from helpdesk_bot.accounts import directory, keys
from helpdesk_bot.accounts.roles import ROLES, read_roles
from helpdesk_bot.accounts.values import Account

router = APIRouter(include_in_schema=False)

Short = Annotated[str, Form(max_length=500)]
Text = Annotated[str, Form(max_length=4000)]
Roles = Annotated[list[str], Form(max_length=10)]


@router.get("/admin/accounts")
def show_accounts(request: Request, service: ServiceOf, account: Administrator) -> Response:
    """Show the accounts."""
    return _accounts(request, service, account)


def _accounts(
    request: Request, service: Service, account: Account, refusal: Exception | None = None
) -> Response:
    return admin_page(
        request,
        account,
        "accounts",
        "accounts.html",
        refusal=refusal,
        records=directory.listing(service.engine),
        roles=ROLES,
    )


@router.post("/admin/accounts")
def add_account(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    email: Short = "",
    name: Short = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    themes: Text = "",
    roles: Roles = [],  # noqa: B006  (read, never changed)
) -> Response:
    """Make an account."""
    try:
        directory.add(
            service.engine,
            email=email,
            roles=read_roles(roles),
            name=name or None,
            password=password or None,
            themes=_lines(themes),
            who=account.account_id,
        )
    except REFUSALS as error:
        return _accounts(request, service, account, error)
    return back(request, "/admin/accounts", "added")


@router.get("/admin/accounts/{account_id}")
def show_account(request: Request, service: ServiceOf, account: Administrator, account_id: str) -> Response:
    """Show one account."""
    return _account(request, service, account, account_id)


def _account(
    request: Request, service: Service, account: Account, account_id: str, refusal: Exception | None = None
) -> Response:
    person = directory.get(service.engine, account_id)
    return admin_page(
        request,
        account,
        "accounts",
        "account.html",
        refusal=refusal,
        person=person,
        roles=ROLES,
        themes="\n".join(person.themes),
        own_keys=keys.listing(service.engine, person.account_id),
    )


@router.post("/admin/accounts/{account_id}")
def change_account(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    account_id: str,
    name: Short = "",
    themes: Text = "",
    roles: Roles = [],  # noqa: B006  (read, never changed)
    disabled: Annotated[bool, Form()] = False,
    password: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """Change an account."""
    try:
        directory.change(
            service.engine,
            account_id,
            who=account.account_id,
            roles=read_roles(roles),
            themes=_lines(themes),
            name=name or None,
            disabled=disabled,
        )
        if password:
            directory.set_password(service.engine, account_id, password, who=account.account_id)
    except REFUSALS as error:
        return _account(request, service, account, account_id, error)
    return back(request, "/admin/accounts", "saved")


@router.get("/admin/keys")
def show_keys(request: Request, service: ServiceOf, account: Administrator) -> Response:
    """Show the keys of programs."""
    return _keys(request, service, account)


def _keys(
    request: Request,
    service: Service,
    account: Account,
    refusal: Exception | None = None,
    secret: str | None = None,
) -> Response:
    people = [record.account for record in directory.listing(service.engine)]
    return admin_page(
        request,
        account,
        "keys",
        "keys.html",
        refusal=refusal,
        secret=secret,
        keys=keys.listing(service.engine),
        people=[person for person in people if not person.disabled],
        names={person.account_id: person.name for person in people},
        roles=ROLES,
        days=keys.DEFAULT_DAYS,
        longest=keys.LONGEST_DAYS,
    )


@router.post("/admin/keys")
def create_key(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    account_id: Short = "",
    name: Short = "",
    days: Annotated[int, Form()] = keys.DEFAULT_DAYS,
    roles: Roles = [],  # noqa: B006  (read, never changed)
) -> Response:
    """Make a key, and show its secret this once."""
    try:
        _, secret = keys.create(
            service.engine,
            account_id,
            name=name,
            roles=read_roles(roles),
            who=account.account_id,
            days=days,
        )
    except REFUSALS as error:
        return _keys(request, service, account, error)
    return _keys(request, service, account, secret=secret)


@router.post("/admin/keys/{key_id}/revoke")
def revoke_key(request: Request, service: ServiceOf, account: Administrator, key_id: str) -> Response:
    """Make a key worthless."""
    try:
        keys.revoke(service.engine, key_id, who=account.account_id)
    except REFUSALS as error:
        return _keys(request, service, account, error)
    return back(request, "/admin/keys", "revoked")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
