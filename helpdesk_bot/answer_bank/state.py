"""The bank's revision: one number that tells a running server whether anything changed."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from helpdesk_bot.answer_bank.schema import bank_state

_NAME = "bank"


def revision(connection: Connection) -> int:
    """Return the number of the last change; 0 for a bank that was never written to."""
    found = connection.scalar(select(bank_state.c.revision).where(bank_state.c.name == _NAME))
    return 0 if found is None else int(found)


def bump(connection: Connection) -> None:
    """Count one change, in the caller's write transaction."""
    number = revision(connection) + 1
    changed = connection.execute(update(bank_state).where(bank_state.c.name == _NAME).values(revision=number))
    if changed.rowcount == 0:
        connection.execute(insert(bank_state).values(name=_NAME, revision=number))
