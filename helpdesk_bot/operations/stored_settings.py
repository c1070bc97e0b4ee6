"""What was set on the administrator's pages and not in a settings file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from helpdesk_bot.accounts.moments import now
from helpdesk_bot.operations.schema import operation_settings


@dataclass(frozen=True, slots=True)
class StoredSetting:
    """A value, when it was set (UTC, ISO 8601) and by which account."""

    value: Mapping[str, Any]
    changed_at: str
    changed_by: str


def read(engine: Engine, name: str) -> StoredSetting | None:
    """Return a setting, ``None`` where it was never set."""
    columns = (operation_settings.c.value, operation_settings.c.changed_at, operation_settings.c.changed_by)
    with engine.connect() as connection:
        row = connection.execute(select(*columns).where(operation_settings.c.name == name)).one_or_none()
    return None if row is None else StoredSetting(*row)


def write(connection: Connection, name: str, value: Mapping[str, Any], who: str) -> None:
    """Set a setting, in the caller's write transaction."""
    connection.execute(delete(operation_settings).where(operation_settings.c.name == name))
    connection.execute(
        insert(operation_settings).values(name=name, value=dict(value), changed_at=now(), changed_by=who)
    )
