"""``/api/v1/admin/accounts``, ``/api/v1/admin/keys`` and ``/api/v1/admin/audit``: for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import needs
from api.dependencies import ServiceOf
from api.replies import json_reply
from api.routes.session import AccountReply
from helpdesk_bot import audit
from helpdesk_bot.accounts import directory, keys
from helpdesk_bot.accounts.roles import ROLES, Role, read_roles
from helpdesk_bot.accounts.values import Account

router = APIRouter(prefix="/api/v1/admin", tags=["accounts"])

Administrator = Annotated[Account, Depends(needs("administrator"))]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(ROLES))]
Themes = Annotated[list[str], Field(max_length=directory.MOST_THEMES)]
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such account or key"}}
REFUSED: dict[int | str, dict[str, Any]] = {422: {"description": "A value is not allowed"}}


class NewAccount(BaseModel):
    """An account to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "email": "asa@example.org",
                "name": "Åsa Nguyễn",
                "roles": ["expert"],
                "themes": ["AI adoption"],
                "password": "korrekt häst batteri",
            }
        },
    )

    email: str = Field(max_length=320)
    name: str | None = Field(None, max_length=directory.MOST_NAME_CHARS)
    roles: Roles
    themes: Themes = []
    password: str | None = Field(
        None, max_length=1024, description="None: the person signs in with OpenID Connect only."
    )


class AccountChange(BaseModel):
    """What is to be different; fields left out stay as they are."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"roles": ["expert", "evaluator"], "disabled": False}}
    )

    name: str | None = Field(None, max_length=directory.MOST_NAME_CHARS)
    roles: Roles | None = None
    themes: Themes | None = None
    disabled: bool | None = Field(None, description="A disabled account's sessions and keys end at once.")


class NewPassword(BaseModel):
    """A password that an administrator gives."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"password": "korrekt häst batteri"}}
    )

    password: str = Field(max_length=1024, description="12 to 256 characters.")


class NewKey(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "account": "asa@example.org",
                "name": "intranet search",
                "roles": ["asker"],
                "days": 90,
            }
        },
    )

    account: str = Field(max_length=320, description="Id or e-mail address of the account that it acts for.")
    name: str = Field(max_length=directory.MOST_NAME_CHARS, description="What the key is for.")
    roles: Roles = Field(description="What it may do; no more than the account.")
    days: int | None = Field(
        keys.DEFAULT_DAYS,
        ge=1,
        le=keys.LONGEST_DAYS,
        description="Days that it is good; null: until revoked.",
    )


class AccountRecordReply(AccountReply):
    """An account as an administrator sees it."""

    created_at: str
    last_sign_in_at: str | None
    has_password: bool
    n_sessions: int


class AccountsReply(BaseModel):
    """Every account, by e-mail address."""

    accounts: list[AccountRecordReply]


class KeyReply(BaseModel):
    """A key, without its secret."""

    key_id: str
    prefix: str = Field(description="The part by which people tell it from others.")
    name: str
    account_id: str
    roles: list[Role]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None


class MadeKeyReply(KeyReply):
    """A key that was just made."""

    key: str = Field(description="The whole key. It is shown this once.")


class KeysReply(BaseModel):
    """Every key, the newest first."""

    keys: list[KeyReply]


class AuditEntryReply(BaseModel):
    """One line of the audit log."""

    entry_id: int
    at: str
    who: str = Field(description="An account id, `anonymous`, `command_line` or `system`.")
    what: str
    subject: str
    detail: dict[str, object]


class AuditReply(BaseModel):
    """Entries of the audit log, the newest first."""

    entries: list[AuditEntryReply]


@router.get("/accounts", summary="List the accounts", response_model=AccountsReply)
def list_accounts(service: ServiceOf, _account: Administrator) -> Response:
    """Return every account, disabled ones too."""
    return json_reply({"accounts": [record.to_json() for record in directory.listing(service.engine)]})


@router.post(
    "/accounts", summary="Make an account", response_model=AccountReply, status_code=201, responses=REFUSED
)
def add_account(service: ServiceOf, account: Administrator, body: NewAccount) -> Response:
    """Make an account. Tell the person the password by another way than e-mail."""
    made = directory.add(
        service.engine,
        email=body.email,
        name=body.name,
        roles=read_roles(body.roles),
        themes=body.themes,
        password=body.password,
        who=account.account_id,
    )
    return json_reply(made.to_json(), status=201)


@router.get("/accounts/{account_id}", summary="One account", response_model=AccountReply, responses=NOT_FOUND)
def get_account(service: ServiceOf, _account: Administrator, account_id: str) -> Response:
    """Return an account by its id or e-mail address."""
    return json_reply(directory.get(service.engine, account_id).to_json())


@router.patch(
    "/accounts/{account_id}",
    summary="Change, disable or enable an account",
    response_model=AccountReply,
    responses=NOT_FOUND | REFUSED,
)
def change_account(
    service: ServiceOf, account: Administrator, account_id: str, body: AccountChange
) -> Response:
    """Change an account; what it may do changes at once, in open sessions too."""
    changed = directory.change(
        service.engine,
        account_id,
        who=account.account_id,
        roles=None if body.roles is None else read_roles(body.roles),
        themes=body.themes,
        name=body.name,
        disabled=body.disabled,
    )
    return json_reply(changed.to_json())


@router.put(
    "/accounts/{account_id}/password",
    summary="Give an account a new password",
    response_model=AccountReply,
    responses=NOT_FOUND | REFUSED,
)
def reset_password(
    service: ServiceOf, account: Administrator, account_id: str, body: NewPassword
) -> Response:
    """Set a password; every session of the account ends."""
    directory.set_password(service.engine, account_id, body.password, who=account.account_id)
    return json_reply(directory.get(service.engine, account_id).to_json())


@router.get("/keys", summary="List the API keys", response_model=KeysReply)
def list_keys(service: ServiceOf, _account: Administrator) -> Response:
    """Return every key without its secret, revoked and expired ones too."""
    return json_reply({"keys": [key.to_json() for key in keys.listing(service.engine)]})


@router.post(
    "/keys",
    summary="Make an API key",
    response_model=MadeKeyReply,
    status_code=201,
    responses=NOT_FOUND | REFUSED,
)
def create_key(service: ServiceOf, account: Administrator, body: NewKey) -> Response:
    """Make a key. The reply holds it this once; the database keeps a hash."""
    key, secret = keys.create(
        service.engine,
        body.account,
        name=body.name,
        roles=read_roles(body.roles),
        who=account.account_id,
        days=body.days,
    )
    return json_reply(key.to_json() | {"key": secret}, status=201)


@router.delete("/keys/{key_id}", summary="Revoke an API key", response_model=KeyReply, responses=NOT_FOUND)
def revoke_key(service: ServiceOf, account: Administrator, key_id: str) -> Response:
    """Revoke a key for good, by its id or its prefix."""
    return json_reply(keys.revoke(service.engine, key_id, who=account.account_id).to_json())


@router.get("/audit", summary="Read the audit log", response_model=AuditReply)
def read_audit(
    service: ServiceOf,
    _account: Administrator,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[
        int | None, Query(ge=1, le=2**53, description="Only entries older than this id.")
    ] = None,
) -> Response:
    """Return entries, the newest first; they name accounts by their id only."""
    entries = audit.latest(service.engine, limit, before=before)
    return json_reply({"entries": [entry.to_json() for entry in entries]})
