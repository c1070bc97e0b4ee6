"""People for tests of the ways in: an account with a role, signed in or with a key.

``headers = signed_in(helpdesk.engine, "expert")`` gives what their browser would send.
"""

from __future__ import annotations

import uuid

from sqlalchemy import Engine

from api.access import PLAIN_COOKIE
from corpus.storage import begin_write
from helpdesk_bot.accounts import directory, keys, sessions
from helpdesk_bot.accounts.roles import Role
from helpdesk_bot.accounts.sessions import Lifetimes
from helpdesk_bot.accounts.values import Account


def account(engine: Engine, *roles: Role, email: str | None = None, themes: tuple[str, ...] = ()) -> Account:
    """Make an account without a password (hashing one takes time)."""
    address = email or f"{uuid.uuid4().hex[:8]}@example.org"
    return directory.add(engine, email=address, name="Åsa Nguyễn", roles=roles, themes=themes)


def cookie_of(engine: Engine, account_id: str) -> str:
    """Return the token of a new session."""
    with begin_write(engine) as connection:
        return sessions.begin(connection, account_id, "password", Lifetimes(2, 12))


def browser(engine: Engine, account_id: str) -> dict[str, str]:
    """Return the headers that a browser with a session sends from our own pages."""
    token = cookie_of(engine, account_id)
    return {"Cookie": f"{PLAIN_COOKIE}={token}", "Sec-Fetch-Site": "same-origin"}


def signed_in(engine: Engine, *roles: Role) -> dict[str, str]:
    """Return the headers of somebody with these roles who is signed in."""
    return browser(engine, account(engine, *roles).account_id)


def with_key(engine: Engine, *roles: Role) -> dict[str, str]:
    """Return the headers of a program with a key of these roles."""
    person = account(engine, *roles)
    _, secret = keys.create(engine, person.account_id, name="a program", roles=roles, who=person.account_id)
    return {"Authorization": f"Bearer {secret}"}
