"""Sending what is due: claimed in the database, sent, marked; at least once, never lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Engine, RowMapping, or_, select, update

from corpus.storage import begin_write
from helpdesk_bot.delivery.outbox import stamp
from helpdesk_bot.delivery.schema import outbox
from helpdesk_bot.errors import DeliveryFailed, DeliveryRefused

log = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=10)
"""How long a message belongs to the sender that claimed it: longer than all tries of a batch."""
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=6)
KEPT = timedelta(days=30)
"""How long an address is kept that nothing could be sent to."""

Clock = Callable[[], datetime]


class Channel(Protocol):
    """One way out."""

    def send(self, message_id: str, payload: Mapping[str, Any], created_at: str) -> None:
        """Send a message.

        Raises:
            DeliveryRefused: it can never be delivered.
            DeliveryFailed: not now.
        """
        ...


def utc_now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now(UTC)


def deliver_due(
    engine: Engine, channels: Mapping[str, Channel], most_attempts: int, clock: Clock = utc_now
) -> int:
    """Send what is due now.

    A kill between sending and marking sends a message twice, under the same
    id; a kill before loses nothing.

    Args:
        engine: the database.
        channels: by kind; a kind without one is not configured.
        most_attempts: tries until a message is a dead letter.
        clock: gives the time.

    Returns:
        how many were claimed.
    """
    claimed = _claim(engine, tuple(channels), clock()) if channels else []
    for row in claimed:
        try:
            channels[row["kind"]].send(row["message_id"], row["payload"], row["created_at"])
        except DeliveryRefused as error:
            _mark_dead(engine, row, str(error))
        except DeliveryFailed as error:
            _mark_failed(engine, row, str(error), most_attempts, clock())
        except Exception as error:
            # What a message holds must not stop the others, nor stand in a log.
            _mark_failed(engine, row, f"unexpected {type(error).__name__}", most_attempts, clock())
            log.error("message %s could not be made: %s", row["message_id"], type(error).__name__)
        else:
            _mark_delivered(engine, row, clock())
    return len(claimed)


def tidy(engine: Engine, channels: Mapping[str, Channel], clock: Clock = utc_now) -> None:
    """Let go of webhooks that nobody is to get, and of addresses that nothing was sent to for 30 days."""
    with begin_write(engine) as connection:
        if "webhook" not in channels:
            unwanted = (outbox.c.kind == "webhook") & (outbox.c.status == "waiting")
            for row in connection.execute(select(outbox).where(unwanted)).mappings().all():
                values = {
                    "status": "skipped",
                    "payload": _kept(row),
                    "last_error": "no webhook is configured",
                }
                connection.execute(
                    update(outbox).where(outbox.c.message_id == row["message_id"]).values(**values)
                )
        old = (
            (outbox.c.kind == "email")
            & outbox.c.status.in_(("waiting", "dead"))
            & (outbox.c.created_at < stamp(clock() - KEPT))
        )
        for row in connection.execute(select(outbox).where(old)).mappings().all():
            if "to" in row["payload"]:
                connection.execute(
                    update(outbox)
                    .where(outbox.c.message_id == row["message_id"])
                    .values(status="dead", payload=_kept(row))
                )


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed tries: 15 s, doubling, at most 6 h."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempts - 1, 20)
    return min(LONGEST_WAIT, doubled)


def _claim(engine: Engine, kinds: tuple[str, ...], moment: datetime) -> list[RowMapping]:
    due = (
        (outbox.c.status == "waiting")
        & (outbox.c.due_at <= stamp(moment))
        & outbox.c.kind.in_(kinds)
        & or_(outbox.c.leased_until.is_(None), outbox.c.leased_until < stamp(moment))
    )
    query = select(outbox).where(due).order_by(outbox.c.due_at, outbox.c.message_id).limit(BATCH)
    with engine.connect() as connection:  # the usual case: nothing is due, and no lock is taken
        if connection.execute(select(outbox.c.message_id).where(due).limit(1)).first() is None:
            return []
    with begin_write(engine) as connection:
        rows = list(connection.execute(query).mappings())
        ids = [row["message_id"] for row in rows]
        leased = update(outbox).where(outbox.c.message_id.in_(ids))
        connection.execute(leased.values(leased_until=stamp(moment + LEASE)))
    return rows


def _mark_delivered(engine: Engine, row: RowMapping, moment: datetime) -> None:
    _mark(
        engine,
        row,
        status="delivered",
        attempts=row["attempts"] + 1,
        delivered_at=stamp(moment),
        payload=_kept(row),
        last_error=None,
    )
    log.info("%s %s is delivered", row["kind"], row["message_id"])


def _mark_failed(engine: Engine, row: RowMapping, error: str, most_attempts: int, moment: datetime) -> None:
    attempts = row["attempts"] + 1
    if attempts >= most_attempts:
        _mark(engine, row, status="dead", attempts=attempts, last_error=error)
        log.error("%s %s is a dead letter: %s", row["kind"], row["message_id"], error)
        return
    due_at = stamp(moment + wait_after(attempts))
    _mark(engine, row, attempts=attempts, due_at=due_at, last_error=error)
    log.warning("%s %s is tried again: %s", row["kind"], row["message_id"], error)


def _mark_dead(engine: Engine, row: RowMapping, error: str) -> None:
    """Mark a message that is refused for good; its address is of no more use."""
    payload = _kept(row) if row["kind"] == "email" else row["payload"]
    _mark(engine, row, status="dead", attempts=row["attempts"] + 1, last_error=error, payload=payload)
    log.error("%s %s is a dead letter: %s", row["kind"], row["message_id"], error)


def _mark(engine: Engine, row: RowMapping, **values: Any) -> None:
    with begin_write(engine) as connection:
        connection.execute(
            update(outbox).where(outbox.c.message_id == row["message_id"]).values(leased_until=None, **values)
        )


def _kept(row: RowMapping) -> dict[str, Any]:
    """Return what stays of a message: nothing of a mail but its language, of a webhook what it was about."""
    payload = row["payload"]
    if row["kind"] == "email":
        return {"language": payload.get("language")}
    data = payload.get("data") or {}
    return {"type": payload.get("type"), "data": {"item_id": data.get("item_id")}}
