"""What happened to a question at the desk: only ever added to, which the database sees to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from helpdesk_bot.review.schema import review_events
from helpdesk_bot.review.values import Person, moment

ASKER = Person("", "asker")
HELPDESK = Person("", "helpdesk")


def record(
    connection: Connection,
    item_id: str,
    who: Person,
    what: str,
    version: int,
    detail: Mapping[str, Any] | None = None,
) -> str:
    """Add an event in the caller's transaction; return its time.

    ``detail`` holds ids, numbers and what an expert gave as a reason, never
    what an asker wrote: that can be erased, this cannot.
    """
    at = moment()
    connection.execute(
        insert(review_events).values(
            item_id=item_id,
            at=at,
            account_id=who.account_id or None,
            who=who.name,
            what=what,
            version=version,
            detail=dict(detail or {}),
        )
    )
    return at


def events_of(connection: Connection, item_id: str) -> list[dict[str, Any]]:
    """Return the events of an item, the first one first."""
    columns = review_events.c
    rows = connection.execute(
        select(columns.event_id, columns.at, columns.who, columns.what, columns.version, columns.detail)
        .where(columns.item_id == item_id)
        .order_by(columns.event_id)
    ).mappings()
    return [dict(row) for row in rows]
