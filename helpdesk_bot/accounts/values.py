"""What is known of an account, a session and an API key. No value here holds a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.engine import RowMapping

from helpdesk_bot.accounts.moments import now
from helpdesk_bot.accounts.roles import Role, in_order

Method = Literal["password", "oidc"]


@dataclass(frozen=True, slots=True)
class Account:
    """Who somebody is here. ``themes``: what an expert is asked about; none means everything.

    For a caller with an API key, ``roles`` are those that the key may use.
    """

    account_id: str
    email: str
    name: str
    roles: frozenset[Role]
    themes: tuple[str, ...] = ()
    disabled: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the account as the HTTP interface and the command line give it."""
        return {
            "account_id": self.account_id,
            "email": self.email,
            "name": self.name,
            "roles": in_order(self.roles),
            "themes": list(self.themes),
            "disabled": self.disabled,
        }


def account_of(row: RowMapping) -> Account:
    """Return a row of the table of accounts as a value."""
    return Account(
        account_id=row["account_id"],
        email=row["email"],
        name=row["name"],
        roles=frozenset(row["roles"]),
        themes=tuple(row["themes"]),
        disabled=row["disabled_at"] is not None,
    )


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account with what the administrator sees of it; times are UTC, ISO 8601."""

    account: Account
    created_at: str
    last_sign_in_at: str | None
    has_password: bool
    n_sessions: int

    def to_json(self) -> dict[str, Any]:
        """Return the record as the HTTP interface and the command line give it."""
        return self.account.to_json() | {
            "created_at": self.created_at,
            "last_sign_in_at": self.last_sign_in_at,
            "has_password": self.has_password,
            "n_sessions": self.n_sessions,
        }


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret; ``prefix`` is the part by which people tell it from others."""

    key_id: str
    prefix: str
    name: str
    account_id: str
    roles: frozenset[Role]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now()

    def to_json(self) -> dict[str, Any]:
        """Return the key as the HTTP interface and the command line give it."""
        return {
            "key_id": self.key_id,
            "prefix": self.prefix,
            "name": self.name,
            "account_id": self.account_id,
            "roles": in_order(self.roles),
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "revoked_at": self.revoked_at,
            "last_used_at": self.last_used_at,
        }
