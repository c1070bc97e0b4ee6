"""Server-side sessions: a random token in the browser, its hash in the database.

A session ends when it is idle for too long, at a fixed time after sign-in, at
sign-out, and when the account is disabled or gets a new password.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, select, update

from corpus.storage import begin_write
from helpdesk_bot.accounts.moments import in_future, now
from helpdesk_bot.accounts.schema import accounts, sessions
from helpdesk_bot.accounts.values import Account, Method, account_of

TOKEN_BYTES = 32
SEEN_EVERY_MINUTES = 1.0
"""``last_seen_at`` is written at most so often: a page must not wait for the disk."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lasts, in hours: without use, and at most."""

    idle_hours: float
    absolute_hours: float


def hashed(token: str) -> str:
    """Return what is kept of a random token or key; it is too random to be guessed from its hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def begin(connection: Connection, account_id: str, method: Method, lifetimes: Lifetimes) -> str:
    """Begin a session; return its token, which is kept nowhere here.

    Args:
        connection: a write transaction.
        account_id: whose session it is.
        method: how the person signed in.
        lifetimes: how long it lasts.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    at = now()
    connection.execute(delete(sessions).where(sessions.c.expires_at <= at))
    connection.execute(
        insert(sessions).values(
            token_sha256=hashed(token),
            account_id=account_id,
            method=method,
            created_at=at,
            last_seen_at=at,
            expires_at=in_future(hours=lifetimes.absolute_hours),
        )
    )
    connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(last_sign_in_at=at))
    return token


def still_good(lifetimes: Lifetimes | None = None) -> ColumnElement[bool]:
    """Return the condition on a row of ``sessions`` that has not ended by itself."""
    good = sessions.c.expires_at > now()
    if lifetimes is None:
        return good
    return and_(good, sessions.c.last_seen_at > in_future(hours=-lifetimes.idle_hours))


def resolve(engine: Engine, token: str, lifetimes: Lifetimes) -> Account | None:
    """Return whose session a token is, or ``None``; using it keeps it from becoming idle."""
    wanted = sessions.c.token_sha256 == hashed(token)
    query = (
        select(accounts, sessions.c.last_seen_at)
        .join(sessions, sessions.c.account_id == accounts.c.account_id)
        .where(wanted, still_good(lifetimes), accounts.c.disabled_at.is_(None))
    )
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        return None
    if row["last_seen_at"] < in_future(minutes=-SEEN_EVERY_MINUTES):
        with begin_write(engine) as connection:
            connection.execute(update(sessions).where(wanted).values(last_seen_at=now()))
    return account_of(row)


def end(connection: Connection, token: str) -> None:
    """End one session; nothing happens where it has ended already."""
    connection.execute(delete(sessions).where(sessions.c.token_sha256 == hashed(token)))


def end_all(connection: Connection, account_id: str, *, keep: str | None = None) -> None:
    """End every session of an account, but the one whose token is ``keep``."""
    ending = delete(sessions).where(sessions.c.account_id == account_id)
    if keep is not None:
        ending = ending.where(sessions.c.token_sha256 != hashed(keep))
    connection.execute(ending)
