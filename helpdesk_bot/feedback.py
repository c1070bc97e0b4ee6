"""What an asker says about an answer: whether it helped, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import Connection, Engine, delete, insert, select

from corpus.storage import begin_write
from helpdesk_bot import guardrails
from helpdesk_bot.errors import AnswerUnknown
from helpdesk_bot.review import queue
from helpdesk_bot.schema import answers, feedback

Reason = Literal["incorrect", "incomplete", "outdated", "wrong_evidence", "other_language"]
REASONS: tuple[Reason, ...] = get_args(Reason)

MAX_NOTE_CHARS = 1000


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said of one answer. ``reason`` and ``note`` stand beside ``helpful=False`` only."""

    answer_id: str
    helpful: bool
    reason: Reason | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it. ``note_kept`` is false where the note held personal data."""

    note_kept: bool
    item_id: str | None


def give(engine: Engine, given: Feedback) -> Taken:
    """Keep what an asker says of an answer; a reason against it puts it before an expert.

    Args:
        engine: the database.
        given: the feedback; said twice of one answer, the later one counts.

    Returns:
        what was kept, and the item of the review queue where there is one.

    Raises:
        AnswerUnknown: no answer with this id is recorded.
        TooMany: this answer or conversation has sent enough to the experts; nothing is kept.
    """
    note = None if given.helpful else _storable(given.note)
    values = {
        "created_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "helpful": int(given.helpful),
        "reason": None if given.helpful else given.reason,
        "note": note,
    }
    with begin_write(engine) as connection:
        _check_known(connection, given.answer_id)
        connection.execute(delete(feedback).where(feedback.c.answer_id == given.answer_id))
        connection.execute(insert(feedback).values(answer_id=given.answer_id, **values))
        item_id = None
        if not given.helpful and given.reason is not None:
            item_id = queue.report_in(connection, given.answer_id, given.reason, note)
    return Taken(note_kept=note is not None or not (given.note or "").strip(), item_id=item_id)


def forget(connection: Connection, answer_ids: tuple[str, ...]) -> int:
    """Delete what was said of these answers; return how many there were."""
    return connection.execute(delete(feedback).where(feedback.c.answer_id.in_(answer_ids))).rowcount


def _storable(note: str | None) -> str | None:
    """Return the note as it is kept: short, clean, and not at all where it holds personal data."""
    text = guardrails.clean(note or "")[:MAX_NOTE_CHARS]
    return None if not text or guardrails.personal_data(text) else text


def _check_known(connection: Connection, answer_id: str) -> None:
    if (
        connection.execute(select(answers.c.answer_id).where(answers.c.answer_id == answer_id)).first()
        is None
    ):
        raise AnswerUnknown("There is no recorded answer with this number.")
