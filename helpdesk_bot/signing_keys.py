"""Secrets that only this program signs with: made at the first use, shared by every process of a database."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

from corpus.storage import begin_write
from helpdesk_bot.accounts.moments import now
from helpdesk_bot.widget_schema import signing_keys

KEY_BYTES = 32


def signing_key(engine: Engine, name: str) -> bytes:
    """Return the key of this name, 32 random bytes; it is made where there is none.

    A key is read at every use: delete its row, and what it signed is refused at once.
    """
    with engine.connect() as connection:
        known = _read(connection, name)
    if known is not None:
        return known
    made = secrets.token_bytes(KEY_BYTES)
    try:
        with begin_write(engine) as connection:
            known = _read(connection, name)
            if known is None:
                connection.execute(insert(signing_keys).values(name=name, key_bytes=made, created_at=now()))
        return known or made
    except IntegrityError:  # on PostgreSQL another process was quicker
        return signing_key(engine, name)


def _read(connection: Connection, name: str) -> bytes | None:
    found = connection.execute(select(signing_keys.c.key_bytes).where(signing_keys.c.name == name)).scalar()
    return None if found is None else bytes(found)
