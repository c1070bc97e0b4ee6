"""Putting an approved answer into the bank, in the transaction that releases it."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings, bank_sources
from helpdesk_bot.answer_bank.staleness import documents_behind
from helpdesk_bot.answer_bank.state import bump

Wording = tuple[str, str]
"""A question as somebody asked it, and its language."""


def publish(
    connection: Connection,
    *,
    item_id: str,
    answer: Mapping[str, Any],
    approved_by: str,
    approved_at: str,
    wordings: Sequence[Wording] = (),
) -> str:
    """Put an approved answer into the bank, in the caller's transaction.

    An item has one entry: approved again (after its documents changed), the
    newer answer replaces the older one, and the entry is served again.

    Args:
        connection: of a write transaction.
        item_id: of the review that approved it.
        answer: the final answer, as JSON. Its question, and the stand-alone form that was
            searched (``trace.searched_for``), become the first phrasings; the filters that it
            was asked with (``trace.filters``) stay with the entry.
        approved_by: the name under which it was released.
        approved_at: UTC, as in answers.
        wordings: further phrasings, such as the questions merged into this one.

    Returns:
        the entry's id.

    Raises:
        ValueError: the answer has no citation, so nothing would tell when it is out of date.
    """
    if not answer["citations"]:
        raise ValueError(
            "An answer without citations cannot be banked: nothing tells when it is out of date."
        )
    known = connection.execute(
        select(bank_entries.c.entry_id).where(bank_entries.c.item_id == item_id)
    ).scalar_one_or_none()
    entry_id = str(known) if known is not None else uuid.uuid4().hex
    moment = _now()
    values = {
        "status": "active",
        "reason": None,
        "question": answer["question"],
        "language": answer["answer_language"],
        "answer": {**answer, "conversation_id": ""},  # the asker's token has no place here
        "filters": dict(answer["trace"].get("filters") or {}),
        "approved_by": approved_by,
        "approved_at": approved_at,
        "updated_at": moment,
    }
    if known is None:
        connection.execute(
            insert(bank_entries).values(entry_id=entry_id, item_id=item_id, created_at=moment, **values)
        )
    else:
        connection.execute(update(bank_entries).where(bank_entries.c.entry_id == entry_id).values(**values))
        connection.execute(delete(bank_sources).where(bank_sources.c.entry_id == entry_id))
    cited = {(each["document"]["document_id"], each["document"]["version"]) for each in answer["citations"]}
    behind = documents_behind(connection)
    connection.execute(
        insert(bank_sources),
        [
            {"entry_id": entry_id, "document_id": owner, "version": which, "was_behind": int(owner in behind)}
            for owner, which in sorted(cited)
        ],
    )
    _add(connection, entry_id, [*_own_wordings(answer), *wordings])
    bump(connection)
    return entry_id


def add_phrasings(connection: Connection, item_id: str, wordings: Iterable[Wording]) -> int:
    """Let the entry of an item be found by further wordings, in the caller's transaction.

    Args:
        connection: of a write transaction.
        item_id: whose entry; one that has none changes nothing.
        wordings: questions and their languages.

    Returns:
        how many were new.
    """
    entry_id = connection.execute(
        select(bank_entries.c.entry_id).where(bank_entries.c.item_id == item_id)
    ).scalar_one_or_none()
    n_new = 0 if entry_id is None else _add(connection, str(entry_id), wordings)
    if n_new:
        bump(connection)
    return n_new


def _own_wordings(answer: Mapping[str, Any]) -> list[Wording]:
    """Return the question as it was asked, unless it leaned on earlier ones, and as it stands alone."""
    language, trace = answer["question_language"], answer["trace"]
    alone = (trace.get("searched_for") or answer["question"], language)
    return [alone] if "carried" in trace else [(answer["question"], language), alone]


def _add(connection: Connection, entry_id: str, wordings: Iterable[Wording]) -> int:
    mine = bank_phrasings.c.entry_id == entry_id
    held = {_compared(text) for text in connection.scalars(select(bank_phrasings.c.text).where(mine))}
    last = connection.scalar(select(func.max(bank_phrasings.c.position)).where(mine))
    position = 0 if last is None else int(last) + 1
    rows: list[dict[str, object]] = []
    for text, language in wordings:
        clean = " ".join(unicodedata.normalize("NFC", text).split())
        if not clean or _compared(clean) in held:
            continue
        held.add(_compared(clean))
        rows.append(
            {"entry_id": entry_id, "position": position + len(rows), "text": clean, "language": language}
        )
    if rows:
        connection.execute(insert(bank_phrasings), rows)
    return len(rows)


def _compared(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
