"""The websites that may embed the widget: those of the settings and those that an administrator added."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select

from helpdesk_bot import audit
from helpdesk_bot.accounts.moments import now
from helpdesk_bot.web_origin import canonical_origin
from helpdesk_bot.widget_schema import allowed_origins


@dataclass(frozen=True, slots=True)
class AllowedOrigin:
    """An origin that an administrator added. ``added_at``: UTC, ISO 8601."""

    origin: str
    added_at: str
    added_by: str


def listed(engine: Engine) -> tuple[AllowedOrigin, ...]:
    """Return the origins that were added, in the order of their names."""
    query = select(allowed_origins).order_by(allowed_origins.c.origin)
    with engine.connect() as connection:
        return tuple(AllowedOrigin(**row) for row in connection.execute(query).mappings())


def add(connection: Connection, origin: str, added_by: str) -> str:
    """Allow an origin; one that is allowed already stays as it is.

    Args:
        connection: a write transaction; the audit log gets its entry in it.
        origin: as typed.
        added_by: an account id, or a name of `helpdesk_bot.audit`.

    Returns:
        the origin in the form in which it is kept.

    Raises:
        BadOrigin: it is no origin.
    """
    canonical = canonical_origin(origin)
    known = connection.execute(
        select(allowed_origins.c.origin).where(allowed_origins.c.origin == canonical)
    ).first()
    if known is None:
        connection.execute(
            insert(allowed_origins).values(origin=canonical, added_at=now(), added_by=added_by)
        )
        audit.record(connection, who=added_by, what="origin.allowed", subject=canonical)
    return canonical


def remove(connection: Connection, origin: str, removed_by: str) -> bool:
    """Allow an origin no longer; tokens given to it are refused from then on.

    Returns:
        whether it had been added.
    """
    gone = connection.execute(delete(allowed_origins).where(allowed_origins.c.origin == origin)).rowcount > 0
    if gone:
        audit.record(connection, who=removed_by, what="origin.removed", subject=origin)
    return gone


def in_force(engine: Engine, configured: Collection[str]) -> tuple[str, ...]:
    """Return every origin that may embed the widget, sorted.

    Args:
        engine: the database.
        configured: those of the settings, in canonical form.
    """
    return tuple(sorted({*configured, *(each.origin for each in listed(engine))}))
