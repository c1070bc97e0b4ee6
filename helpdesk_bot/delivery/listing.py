"""What administrators see of the outbox: states and errors, never a text or an address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from helpdesk_bot.delivery.outbox import now
from helpdesk_bot.delivery.schema import outbox
from helpdesk_bot.errors import MessageUnknown

_SHOWN = (
    *("message_id", "kind", "status", "attempts", "due_at", "last_error", "created_at", "delivered_at"),
)


def messages(engine: Engine, *, status: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """Return messages, the newest first.

    Args:
        engine: the database.
        status: ``waiting``, ``delivered``, ``dead`` or ``skipped``; ``None``: all.
        limit: how many at most.
    """
    query = select(outbox).order_by(outbox.c.created_at.desc(), outbox.c.message_id).limit(limit)
    if status is not None:
        query = query.where(outbox.c.status == status)
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return [{**{name: row[name] for name in _SHOWN}, "can_retry": _can_retry(dict(row))} for row in rows]


def counts(engine: Engine) -> dict[str, int]:
    """Count the messages of each state."""
    query = select(outbox.c.status, func.count()).group_by(outbox.c.status)
    with engine.connect() as connection:
        return {str(status): int(number) for status, number in connection.execute(query)}


def retry(connection: Connection, message_id: str) -> None:
    """Put a dead letter back, in the caller's transaction.

    Raises:
        MessageUnknown: there is no dead letter with this id that could still be sent.
    """
    row = connection.execute(select(outbox).where(outbox.c.message_id == message_id)).mappings().one_or_none()
    if row is None or not _can_retry(dict(row)):
        raise MessageUnknown(f"There is no dead letter {message_id!r} that could be sent again.")
    connection.execute(
        update(outbox)
        .where(outbox.c.message_id == message_id)
        .values(status="waiting", attempts=0, due_at=now(), last_error=None)
    )


def _can_retry(row: dict[str, Any]) -> bool:
    payload = row["payload"]
    whole = "to" in payload if row["kind"] == "email" else "answer" in (payload.get("data") or {})
    return row["status"] == "dead" and whole
