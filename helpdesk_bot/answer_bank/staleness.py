"""Whether an approved answer still stands: checked in the database, against the versions that it cites."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping, Set
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, select, update

from corpus.schema import document_versions, documents
from corpus.storage import begin_write
from corpus.succession import succession
from helpdesk_bot.answer_bank.schema import bank_entries, bank_sources
from helpdesk_bot.answer_bank.state import bump, revision

log = logging.getLogger(__name__)

REASON: Literal["source_changed"] = "source_changed"
"""Why the desk gets an item back (`helpdesk_bot.review.queue.reopen`)."""


def out_of_date(connection: Connection, entry_id: str, behind: Set[str]) -> dict[str, str]:
    """Return what became of the documents of an entry that are not as they were when it was approved.

    Args:
        connection: to the database.
        entry_id: of the entry.
        behind: ids of the documents that are superseded or not valid today (`documents_behind`).

    Returns:
        by document id ``changed`` (a newer version), ``withdrawn``, ``not_in_force`` or ``missing``.
    """
    query = (
        select(bank_sources, documents.c.status, documents.c.current_version)
        .join_from(
            bank_sources, documents, documents.c.document_id == bank_sources.c.document_id, isouter=True
        )
        .where(bank_sources.c.entry_id == entry_id)
    )
    found = {}
    for row in connection.execute(query):
        if row.status is None:
            found[row.document_id] = "missing"
        elif row.status != "in_force":
            found[row.document_id] = "withdrawn"
        elif row.current_version != row.version:
            found[row.document_id] = "changed"
        elif row.document_id in behind and not row.was_behind:
            found[row.document_id] = "not_in_force"
    return found


def misquoted(connection: Connection, answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the documents whose stored text does not hold a quote where the answer says."""
    wrong = []
    for citation in answer["citations"]:
        owner, version = citation["document"]["document_id"], citation["document"]["version"]
        text = connection.scalar(
            select(document_versions.c.text).where(
                document_versions.c.document_id == owner, document_versions.c.version == version
            )
        )
        if text is None or text[citation["start_char"] : citation["end_char"]] != citation["quote"]:
            wrong.append(owner)
    return tuple(dict.fromkeys(wrong))


def documents_behind(connection: Connection, today: date | None = None) -> Set[str]:
    """Return the ids of the documents that another replaces, or that are not valid today."""
    return succession(connection, today).not_in_force


def set_aside(engine: Engine, entry_id: str, changed: Mapping[str, str]) -> bool:
    """Take an entry out of service and give its item back to the desk, in one transaction.

    Args:
        engine: the database.
        entry_id: of the entry.
        changed: what became of its documents, by id.

    Returns:
        whether it was in service; twice does no harm.
    """
    from helpdesk_bot.review import queue
    from helpdesk_bot.review.errors import ItemUnknown

    with begin_write(engine) as connection:
        entry = connection.execute(
            select(bank_entries.c.item_id).where(
                bank_entries.c.entry_id == entry_id, bank_entries.c.status == "active"
            )
        ).one_or_none()
        if entry is None:
            return False
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        connection.execute(
            update(bank_entries)
            .where(bank_entries.c.entry_id == entry_id)
            .values(status="stale", reason=REASON, updated_at=moment)
        )
        bump(connection)
        with contextlib.suppress(ItemUnknown):  # its question was erased meanwhile
            queue.reopen(connection, entry.item_id, reason=REASON, detail={"documents": dict(changed)})
    log.info("a banked answer is out of date, its question is back in the queue (item %s)", entry.item_id)
    return True


def sweep(engine: Engine, today: date | None = None) -> int:
    """Look through the whole bank for answers whose documents changed, and give them back to the desk.

    Returns:
        how many were set aside.
    """
    with engine.connect() as connection:
        if revision(connection) == 0:
            return 0
        active = select(bank_entries.c.entry_id).where(bank_entries.c.status == "active")
        ids = [str(entry_id) for entry_id in connection.scalars(active)]
        behind = documents_behind(connection, today) if ids else frozenset()
        found = {entry_id: out_of_date(connection, entry_id, behind) for entry_id in ids}
    return sum(set_aside(engine, entry_id, changed) for entry_id, changed in found.items() if changed)
