"""How long conversations are shown and kept, and erasing one with everything that came of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.database import open_database
from helpdesk_bot.errors import OperationRefused
from helpdesk_bot.operations import erasing, stored_settings
from helpdesk_bot.operations.compacting import compact
from helpdesk_bot.operations.erased_files import erase_from_files
from helpdesk_bot.schema import answers, conversations
from helpdesk_bot.settings import Settings

_NAME = "retention"
LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Limits:
    """Days for which a conversation is shown, and for which it is kept."""

    visible_days: int
    kept_days: int

    def to_json(self) -> dict[str, int]:
        """Return the limits as the HTTP interface gives them."""
        return {"visible_days": self.visible_days, "kept_days": self.kept_days}


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: rows by table, lines of files, and whether the bytes are gone from the disk.

    ``bytes_gone`` is false where somebody was reading the database all the while: run it again.
    """

    n_conversations: int
    rows: dict[str, int]
    n_lines: int
    bytes_gone: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


def limits(engine: Engine, settings: Settings) -> Limits:
    """Return the limits in force: those of the administrator's page, else those of the settings."""
    stored = stored_settings.read(engine, _NAME)
    if stored is None:
        return Limits(settings.conversations_visible_days, settings.conversations_kept_days)
    return Limits(int(stored.value["visible_days"]), int(stored.value["kept_days"]))


def set_limits(engine: Engine, wanted: Limits, who: str) -> None:
    """Put limits in force.

    Raises:
        OperationRefused: they are out of range, or shown is longer than kept.
    """
    if not 1 <= wanted.visible_days <= wanted.kept_days <= LONGEST_DAYS:
        raise OperationRefused(
            f"Conversations are shown for at least 1 day, kept at least as long, and at most {LONGEST_DAYS} "
            "days.",
            why="retention_days",
            most=LONGEST_DAYS,
        )
    with begin_write(engine) as connection:
        stored_settings.write(connection, _NAME, wanted.to_json(), who)
        audit.record(
            connection, who=who, what="retention.changed", subject="retention", detail=wanted.to_json()
        )


def visible_since(engine: Engine, settings: Settings) -> str:
    """Return the moment (UTC, ISO 8601) before which answers are no longer shown."""
    return _days_ago(limits(engine, settings).visible_days)


def erase(settings: Settings, conversation_id: str, who: str = audit.COMMAND_LINE) -> Erased:
    """Erase a conversation: answers, feedback, review, wordings in the answer bank, messages, eval cases.

    Returns:
        what there was of it; nothing is no error, so that it can be repeated.
    """
    engine = open_database(settings)
    try:
        return _erase(engine, settings, [conversation_id], who, "conversation.erased")
    finally:
        engine.dispose()


def run_retention(settings: Settings, who: str = audit.COMMAND_LINE) -> Erased:
    """Erase every conversation whose last answer is older than conversations are kept."""
    engine = open_database(settings)
    try:
        before = _days_ago(limits(engine, settings).kept_days)
        newest = func.max(answers.c.created_at)
        query = (
            select(conversations.c.conversation_id)
            .outerjoin(answers, answers.c.conversation_id == conversations.c.conversation_id)
            .group_by(conversations.c.conversation_id, conversations.c.created_at)
            .having(func.coalesce(newest, conversations.c.created_at) < before)
        )
        with engine.connect() as connection:
            old = list(connection.execute(query).scalars())
            old += [each for each in erasing.old_requests(connection, before) if each not in old]
        return _erase(engine, settings, old, who, "retention.run")
    finally:
        engine.dispose()


def _erase(engine: Engine, settings: Settings, ids: list[str], who: str, what: str) -> Erased:
    rows: dict[str, int] = {}
    told: set[str] = set()
    n_found = 0
    for conversation_id in ids:
        with begin_write(engine) as connection:
            erasing.overwrite_freed_pages(connection)
            traces = erasing.traces_of(connection, conversation_id)
            found = erasing.erase_rows(connection, traces)
        told |= traces.texts
        n_found += any(found.values())
        for table, n_rows in found.items():
            rows[table] = rows.get(table, 0) + n_rows
    n_lines = erase_from_files(settings.data_dir, told)
    # An id is no text of anybody's, but it opens the conversation: the log counts only.
    with begin_write(engine) as connection:
        audit.record(connection, who=who, what=what, subject="conversations", detail={"n": n_found})
    gone = compact(engine) if ids else True
    return Erased(n_found, {table: n for table, n in rows.items() if n}, n_lines, gone)


def _days_ago(days: int) -> str:
    at = datetime.now(UTC) - timedelta(days=days)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
