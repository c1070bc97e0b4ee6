"""The audit log: who changed what, and when. Entries are added, never changed.

An entry names accounts by their id. It holds no e-mail address, no name, no
question and no client address, so it can be kept when a person is erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from helpdesk_bot.accounts.moments import now
from helpdesk_bot.accounts.schema import audit_log

NOBODY = "anonymous"
"""Who, where nobody is signed in."""

COMMAND_LINE = "command_line"
"""Who, where somebody with access to the machine ran a command."""

SYSTEM = "system"
"""Who, where the helpdesk did it by itself."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log. ``at``: UTC, ISO 8601. ``who``: an account id, or one of the names above."""

    entry_id: int
    at: str
    who: str
    what: str
    subject: str
    detail: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the entry as the HTTP interface gives it."""
        return {
            "entry_id": self.entry_id,
            "at": self.at,
            "who": self.who,
            "what": self.what,
            "subject": self.subject,
            "detail": dict(self.detail),
        }


def record(
    connection: Connection,
    *,
    who: str,
    what: str,
    subject: str,
    detail: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Add an entry, in the transaction of the change that it tells of.

    Args:
        connection: a write transaction.
        who: an account id, `NOBODY`, `COMMAND_LINE` or `SYSTEM`.
        what: what was done, as ``account.disabled``.
        subject: the id of what it was done to.
        detail: more, as plain JSON without personal data.
    """
    connection.execute(
        insert(audit_log).values(at=now(), who=who, what=what, subject=subject, detail=dict(detail))
    )


def latest(engine: Engine, most: int = 100, *, before: int | None = None) -> tuple[AuditEntry, ...]:
    """Return the newest entries, the newest first.

    Args:
        engine: the database.
        most: how many at most.
        before: only entries older than the one with this id.
    """
    query = select(audit_log).order_by(audit_log.c.entry_id.desc()).limit(most)
    if before is not None:
        query = query.where(audit_log.c.entry_id < before)
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(AuditEntry(**row) for row in rows)
