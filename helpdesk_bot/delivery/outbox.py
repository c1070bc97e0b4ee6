"""The outbox: a message is written in the transaction that makes it necessary, and sent afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from helpdesk_bot.delivery.schema import outbox

Kind = Literal["email", "webhook"]


def enqueue(connection: Connection, kind: Kind, payload: Mapping[str, Any]) -> str:
    """Write a message into the outbox, in the caller's transaction.

    Args:
        connection: of a write transaction; nothing is sent before it is committed.
        kind: how it goes out.
        payload: ``key`` (optional): a second message of the kind with the same one is not
            written, so that a release which is tried again sends once. For ``email``: ``item_id``, ``to``,
            ``language`` (of the asker), ``question``, and either ``answer`` (the answer's JSON),
            ``approved_at`` and ``approved_by``, or the ``message`` of an expert who returned the question.
            For ``webhook``: ``type`` (such as ``reply.released``) and ``data``.

    Returns:
        the message's id, which receivers get as idempotency key.
    """
    content = dict(payload)
    key = str(content.pop("key", "") or uuid.uuid4().hex)
    known = select(outbox.c.message_id).where(outbox.c.kind == kind, outbox.c.key == key)
    if (found := connection.execute(known).scalar_one_or_none()) is not None:
        return str(found)
    message_id = uuid.uuid4().hex
    moment = now()
    connection.execute(
        insert(outbox).values(
            message_id=message_id,
            kind=kind,
            key=key,
            status="waiting",
            payload=content,
            attempts=0,
            due_at=moment,
            created_at=moment,
        )
    )
    return message_id


def now() -> str:
    """Return the time as the outbox writes it: UTC, to the millisecond, in an order that sorts."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """Return a time, which carries its zone, as the outbox writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
