"""Reading and managing entries: the list that experts see, switching one off and on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, update

from corpus.storage import begin_write
from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings, bank_sources
from helpdesk_bot.answer_bank.state import bump
from helpdesk_bot.errors import EntryUnknown

DISABLED = "disabled"


def entries(
    engine: Engine, *, status: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """Return entries, the latest approved first, and how many there are.

    Args:
        engine: the database.
        status: ``active``, ``stale`` or ``disabled``; ``None``: all.
        limit: entries a page.
        offset: entries to pass over.
    """
    chosen = select(bank_entries)
    if status is not None:
        chosen = chosen.where(bank_entries.c.status == status)
    ordered = chosen.order_by(bank_entries.c.approved_at.desc(), bank_entries.c.entry_id)
    with engine.connect() as connection:
        total = connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
        rows = connection.execute(ordered.limit(limit).offset(offset)).mappings().all()
        return [_described(connection, dict(row)) for row in rows], int(total)


def entry(engine: Engine, entry_id: str) -> dict[str, Any]:
    """Return one entry with its approved answer.

    Raises:
        EntryUnknown: there is none with this id.
    """
    with engine.connect() as connection:
        row = (
            connection.execute(select(bank_entries).where(bank_entries.c.entry_id == entry_id))
            .mappings()
            .one_or_none()
        )
        if row is None:
            raise _unknown(entry_id)
        return {**_described(connection, dict(row)), "answer": row["answer"]}


def disable(connection: Connection, entry_id: str) -> None:
    """Take an entry out of service, in the caller's transaction; it can be put back.

    Raises:
        EntryUnknown: there is none with this id.
    """
    _set(connection, entry_id, DISABLED, DISABLED)


def enable(connection: Connection, entry_id: str) -> None:
    """Put an entry that was disabled into service again, in the caller's transaction.

    One whose documents changed meanwhile is found out when it is next served. One
    that is stale stays so: its question has to be approved anew.

    Raises:
        EntryUnknown: there is none with this id.
    """
    status = connection.scalar(select(bank_entries.c.status).where(bank_entries.c.entry_id == entry_id))
    if status != "stale":
        _set(connection, entry_id, "active", None)


def remove(connection: Connection, item_id: str) -> bool:
    """Delete the entry of an item with everything that it holds, in the caller's transaction.

    Returns:
        whether there was one.
    """
    found = connection.scalar(select(bank_entries.c.entry_id).where(bank_entries.c.item_id == item_id))
    if found is None:
        return False
    for table in (bank_phrasings, bank_sources, bank_entries):
        connection.execute(delete(table).where(table.c.entry_id == found))
    bump(connection)
    return True


def active_entry(connection: Connection, item_id: str) -> str | None:
    """Return the id of an item's entry, where it is in service."""
    columns = bank_entries.c
    return connection.scalar(
        select(columns.entry_id).where(columns.item_id == item_id, columns.status == "active")
    )


def state_of(connection: Connection, item_id: str) -> tuple[str, str | None] | None:
    """Return the status and reason of an item's entry, ``None`` where it has none."""
    row = connection.execute(
        select(bank_entries.c.status, bank_entries.c.reason).where(bank_entries.c.item_id == item_id)
    ).one_or_none()
    return None if row is None else (str(row.status), row.reason)


def purge(engine: Engine, item_id: str) -> bool:
    """Delete the entry of an item, in a transaction of its own."""
    with begin_write(engine) as connection:
        return remove(connection, item_id)


def _set(connection: Connection, entry_id: str, status: str, reason: str | None) -> None:
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    changed = connection.execute(
        update(bank_entries)
        .where(bank_entries.c.entry_id == entry_id)
        .values(status=status, reason=reason, updated_at=moment)
    )
    if changed.rowcount == 0:
        raise _unknown(entry_id)
    bump(connection)


def _described(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    phrasings = connection.execute(
        select(bank_phrasings.c.text, bank_phrasings.c.language)
        .where(bank_phrasings.c.entry_id == row["entry_id"])
        .order_by(bank_phrasings.c.position)
    )
    sources = connection.execute(
        select(bank_sources.c.document_id, bank_sources.c.version)
        .where(bank_sources.c.entry_id == row["entry_id"])
        .order_by(bank_sources.c.document_id, bank_sources.c.version)
    )
    kept = ("entry_id", "item_id", "status", "reason", "question", "language", "filters", "approved_by")
    return {
        **{name: row[name] for name in (*kept, "approved_at", "updated_at")},
        "phrasings": [{"text": text, "language": language} for text, language in phrasings],
        "documents": [{"document_id": owner, "version": version} for owner, version in sources],
    }


def _unknown(entry_id: str) -> EntryUnknown:
    return EntryUnknown(f"The answer bank has no entry {entry_id!r}: list them to see their ids.")
