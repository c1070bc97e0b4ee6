"""The off switch: while it is off, no question is answered, and everybody is told so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from corpus.storage import begin_write
from corpus.text import one_line
from helpdesk_bot import audit
from helpdesk_bot.errors import OperationRefused
from helpdesk_bot.operations import stored_settings

_NAME = "off_switch"

MAX_REASON_CHARS = 500


@dataclass(frozen=True, slots=True)
class OffSwitch:
    """How the switch stands: ``reason`` why it was last moved, when, and by which account."""

    off: bool
    reason: str
    changed_at: str | None
    changed_by: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the state as the HTTP interface gives it."""
        return {
            "off": self.off,
            "reason": self.reason,
            "changed_at": self.changed_at,
            "changed_by": self.changed_by,
        }


def state(engine: Engine) -> OffSwitch:
    """Return how the switch stands; it is on until somebody moved it."""
    stored = stored_settings.read(engine, _NAME)
    if stored is None:
        return OffSwitch(False, "", None, None)
    return OffSwitch(
        bool(stored.value["off"]), str(stored.value["reason"]), stored.changed_at, stored.changed_by
    )


def is_off(engine: Engine) -> str | None:
    """Return why answering is switched off, ``None`` while it is on.

    The reason is for the people of the house; askers are told only that it is off.
    """
    found = state(engine)
    return found.reason if found.off else None


def switch(engine: Engine, *, off: bool, who: str, reason: str) -> OffSwitch:
    """Switch answering off or on, with a reason that goes into the audit log.

    Args:
        engine: the database.
        off: whether questions are to be refused from now on.
        who: an account id, or a name of `helpdesk_bot.audit`.
        reason: why, in at most `MAX_REASON_CHARS` characters; without names of askers.

    Raises:
        OperationRefused: there is no reason, or it is too long.
    """
    words = one_line(reason)
    if not words or len(words) > MAX_REASON_CHARS:
        raise OperationRefused(
            f"Give a reason of 1 to {MAX_REASON_CHARS} characters: it is kept in the log.",
            why="switch_reason",
            most=MAX_REASON_CHARS,
        )
    with begin_write(engine) as connection:
        stored_settings.write(connection, _NAME, {"off": off, "reason": words}, who)
        audit.record(
            connection,
            who=who,
            what="answering.switched_off" if off else "answering.switched_on",
            subject="answering",
            detail={"reason": words},
        )
    return state(engine)
