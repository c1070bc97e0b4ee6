"""Signing in and out: with a password, or as somebody whom an OpenID Connect provider vouches for."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.engine import RowMapping

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts import directory, sessions
from helpdesk_bot.accounts.oidc_settings import Provider
from helpdesk_bot.accounts.passwords import hash_password, is_outdated, verify
from helpdesk_bot.accounts.schema import accounts
from helpdesk_bot.accounts.sessions import Lifetimes
from helpdesk_bot.accounts.values import Account, Method, account_of
from helpdesk_bot.accounts.vouched import Vouched
from helpdesk_bot.errors import AccountRefused

UNKNOWN = "unknown"
"""Subject of a failed attempt in the audit log where no account has the address."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has come in, and the token for the browser's cookie."""

    account: Account
    token: str


def with_password(
    engine: Engine, email: str, password: str, lifetimes: Lifetimes, *, old_token: str | None = None
) -> SignedIn | None:
    """Sign in with a password; ``None`` where it does not fit, whatever the reason.

    An unknown address, a disabled account and a wrong password take the same
    time and look the same.

    Args:
        engine: the database.
        email: as typed.
        password: as typed.
        lifetimes: how long the session lasts.
        old_token: the session that this browser had before; it ends.
    """
    address = unicodedata.normalize("NFC", email.strip()).lower()
    with engine.connect() as connection:
        row = _by(connection, address)
    password_hash = None if row is None else row["password_hash"]
    fits = verify(password_hash, password)
    if row is None or not fits or row["disabled_at"] is not None:
        reason = "disabled" if fits else "password"
        _tell_failure(engine, UNKNOWN if row is None else row["account_id"], reason)
        return None
    fresh = hash_password(password) if is_outdated(row["password_hash"]) else None
    with begin_write(engine) as connection:
        if fresh is not None:
            mine = accounts.c.account_id == row["account_id"]
            connection.execute(update(accounts).where(mine).values(password_hash=fresh))
        token = _come_in(connection, row["account_id"], "password", lifetimes, old_token)
    return SignedIn(account_of(row), token)


def as_vouched(
    engine: Engine,
    provider: Provider,
    person: Vouched,
    lifetimes: Lifetimes,
    *,
    old_token: str | None = None,
) -> SignedIn | None:
    """Sign in somebody whom the provider vouches for; ``None`` where no account is theirs.

    An account is found by the subject it was linked to, else by a verified e-mail
    address, and is then linked for good. Where the settings map roles, the
    account is made if it is missing and its roles follow the provider's.
    """
    roles = {provider.roles[value] for value in person.values if value in provider.roles}
    row = _find(engine, person)
    if provider.roles and not roles:
        _tell_failure(engine, UNKNOWN if row is None else row["account_id"], "no_role")
        return None
    if row is None and roles and person.email is not None:
        try:
            made = directory.add(engine, email=person.email, name=person.name, roles=roles, who=audit.SYSTEM)
        except AccountRefused:
            made = None  # the address is somebody else's here
        row = None if made is None else _row_of(engine, made.account_id)
    if row is None or row["disabled_at"] is not None:
        _tell_failure(
            engine, UNKNOWN if row is None else row["account_id"], "no_account" if row is None else "disabled"
        )
        return None
    if roles and roles != set(row["roles"]):
        with suppress(AccountRefused):  # the only administrator stays one
            directory.change(engine, row["account_id"], who=audit.SYSTEM, roles=roles)
    with begin_write(engine) as connection:
        mine = accounts.c.account_id == row["account_id"]
        connection.execute(update(accounts).where(mine).values(oidc_subject=person.subject))
        token = _come_in(connection, row["account_id"], "oidc", lifetimes, old_token)
    return SignedIn(directory.get(engine, row["account_id"]), token)


def sign_out(engine: Engine, token: str, who: str) -> None:
    """End a session."""
    with begin_write(engine) as connection:
        sessions.end(connection, token)
        audit.record(connection, who=who, what="account.signed_out", subject=who)


def change_own_password(
    engine: Engine, account: Account, current: str, new: str, *, token: str | None
) -> None:
    """Give an account the new password that its owner wants; their other sessions end.

    Raises:
        AccountRefused: the current password is wrong, or the new one is not allowed.
    """
    row = _row_of(engine, account.account_id)
    if row is None or not verify(row["password_hash"], current):
        _tell_failure(engine, account.account_id, "password")
        raise AccountRefused("The current password is wrong.")
    directory.set_password(engine, account.account_id, new, who=account.account_id, keep=token)


def _come_in(
    connection: Connection, account_id: str, method: Method, lifetimes: Lifetimes, old_token: str | None
) -> str:
    if old_token is not None:
        sessions.end(connection, old_token)
    token = sessions.begin(connection, account_id, method, lifetimes)
    detail = {"method": method}
    audit.record(connection, who=account_id, what="account.signed_in", subject=account_id, detail=detail)
    return token


def _tell_failure(engine: Engine, subject: str, reason: str) -> None:
    with begin_write(engine) as connection:
        audit.record(
            connection,
            who=audit.NOBODY,
            what="account.sign_in_failed",
            subject=subject,
            detail={"reason": reason},
        )


def _by(connection: Connection, email: str) -> RowMapping | None:
    return connection.execute(select(accounts).where(accounts.c.email == email)).mappings().first()


def _row_of(engine: Engine, account_id: str) -> RowMapping | None:
    with engine.connect() as connection:
        mine = accounts.c.account_id == account_id
        return connection.execute(select(accounts).where(mine)).mappings().first()


def _find(engine: Engine, person: Vouched) -> RowMapping | None:
    """Return the account of a subject; by e-mail only one that no other subject has taken."""
    with engine.connect() as connection:
        linked = accounts.c.oidc_subject == person.subject
        row = connection.execute(select(accounts).where(linked)).mappings().first()
        if row is None and person.email is not None:
            row = _by(connection, person.email)
            if row is not None and row["oidc_subject"] is not None:
                return None
    return row
