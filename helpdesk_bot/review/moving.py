"""Moving a question: who has it, notes to colleagues, giving it back, merging, closing, opening again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.answer_bank import entries
from helpdesk_bot.review import items, telling, timeline
from helpdesk_bot.review.errors import BadText, NotAllowed
from helpdesk_bot.review.schema import review_items, review_notes
from helpdesk_bot.review.texts import stale
from helpdesk_bot.review.values import OPEN, Person, State, clean, folded, moment, new_id

MAX_WORDS_CHARS = 4000

ALLOWED: Mapping[State, tuple[str, ...]] = {
    "queued": ("assign", "save", "release", "return", "merge", "close", "note"),
    "in_review": ("assign", "save", "release", "return", "merge", "close", "note"),
    "released": ("reopen", "note"),
    "returned": ("reopen", "note"),
    "merged": ("reopen", "note"),
    "closed": ("reopen", "note"),
}
"""What can be done in each state."""


def current(
    connection: Connection, item_id: str, version: int, action: str, person: Person, *, own_only: bool
) -> RowMapping:
    """Return the row of an item that is to be changed.

    Raises:
        ItemUnknown: no such item.
        Conflict: it is at another version.
        NotAllowed: not in this state, or not one of this person's themes.
    """
    row = items.row_of(connection, item_id, lock=True)
    require_own(row, person, own_only=own_only)
    if row["version"] != version:
        raise stale(connection, row)
    if action not in ALLOWED[row["state"]]:
        raise NotAllowed(f"This question is {row['state'].replace('_', ' ')}: {action} is not possible now.")
    return row


def require_own(row: RowMapping, person: Person, *, own_only: bool) -> None:
    """Let a person pass whose themes the question has, where the policy asks for that.

    Raises:
        NotAllowed: it is of other themes.
    """
    own = {folded(theme) for theme in person.themes}
    if own_only and own and row["themes"] and not own & set(row["themes"]):
        raise NotAllowed("This question is of another expert's themes.")


def assign(connection: Connection, row: RowMapping, person: Person, to: Person | None) -> None:
    """Give a question to somebody, or to nobody: then it stands in the queue again."""
    if to is None:
        version = items.change(connection, row, state="queued", assigned_to=None, assigned_name=None)
        timeline.record(connection, row["item_id"], person, "unassigned", version)
        return
    version = items.change(
        connection, row, state="in_review", assigned_to=to.account_id, assigned_name=to.name
    )
    timeline.record(connection, row["item_id"], person, "assigned", version, {"to": to.name})


def send_back(connection: Connection, row: RowMapping, person: Person, message: str) -> None:
    """Give a question back to who asked it, with a message instead of an answer.

    Their page shows the message, and so do the pages of askers whose questions were merged into this
    one; whoever left an address gets it by mail, and the address is deleted.
    """
    text = required(message, "A message to the asker")
    version = items.change(connection, row, state="returned", message=text)
    telling.tell_returned(connection, _with_merged(connection, row), text)
    out_of_service(connection, row, person)
    timeline.record(connection, row["item_id"], person, "returned", version)


def close(connection: Connection, row: RowMapping, person: Person, reason: str) -> None:
    """Close a question without a reply."""
    text = required(reason, "A reason")
    version = items.change(connection, row, state="closed")
    telling.forget_addresses(connection, _with_merged(connection, row))
    out_of_service(connection, row, person)
    timeline.record(connection, row["item_id"], person, "closed", version, {"reason": text})


def reopen(connection: Connection, row: RowMapping, person: Person, reason: str) -> None:
    """Bring a question that was done back into the queue."""
    text = required(reason, "A reason")
    version = items.change(connection, row, state="queued", merged_into=None, message=None)
    out_of_service(connection, row, person)
    timeline.record(connection, row["item_id"], person, "reopened", version, {"reason": text})


def merge(connection: Connection, row: RowMapping, person: Person, into: str) -> RowMapping:
    """Merge a question into another one, whose reply it gets; return the other one's row.

    Raises:
        BadText: into itself.
        ItemUnknown: the other one does not exist.
        NotAllowed: the other one was closed or given back.
    """
    target = items.row_of(connection, into, lock=True)
    if target["state"] == "merged":  # never a chain: what is merged points at the one that gets the reply
        target = items.row_of(connection, target["merged_into"], lock=True)
    if target["item_id"] == row["item_id"]:
        raise BadText("A question cannot be merged with itself.")
    if target["state"] not in (*OPEN, "released"):
        raise NotAllowed(f"The other question is {target['state']}: open it again before merging.")
    version = items.change(connection, row, state="merged", merged_into=target["item_id"])
    out_of_service(connection, row, person)
    timeline.record(connection, row["item_id"], person, "merged", version, {"into": target["item_id"]})
    connection.execute(  # and those that were merged into this one go along
        update(review_items)
        .where(review_items.c.merged_into == row["item_id"])
        .values(merged_into=target["item_id"], version=review_items.c.version + 1)
    )
    timeline.record(
        connection, target["item_id"], person, "merged_here", target["version"], {"from": row["item_id"]}
    )
    return target


def _with_merged(connection: Connection, row: RowMapping) -> list[str]:
    merged = items.merged_into(connection, row["item_id"])
    return [str(row["item_id"]), *(str(each["item_id"]) for each in merged)]


def out_of_service(connection: Connection, row: RowMapping, person: Person) -> None:
    """Serve the answer that was released before no longer: whoever approved it has taken that back."""
    entry_id = entries.active_entry(connection, row["item_id"])
    if entry_id is not None:
        entries.disable(connection, entry_id)
        audit.record(connection, who=person.account_id, what="bank.disabled", subject=entry_id)


def note(engine: Engine, person: Person, item_id: str, text: str) -> dict[str, Any]:
    """Leave a note to colleagues; it changes no version.

    Raises:
        ItemUnknown: no such item.
        BadText: empty or too long.
    """
    kept, note_id, at = required(text, "A note"), new_id(), moment()
    with begin_write(engine) as connection:
        row = items.row_of(connection, item_id)
        connection.execute(
            insert(review_notes).values(
                note_id=note_id,
                item_id=item_id,
                at=at,
                account_id=person.account_id,
                by=person.name,
                text=kept,
            )
        )
        timeline.record(connection, item_id, person, "noted", row["version"], {"note_id": note_id})
    return {"note_id": note_id, "at": at, "by": person.name, "text": kept}


def notes_of(connection: Connection, item_id: str) -> list[dict[str, Any]]:
    """Return the notes on an item, the first one first."""
    columns = review_notes.c
    rows = connection.execute(
        select(columns.note_id, columns.at, columns.by, columns.text)
        .where(columns.item_id == item_id)
        .order_by(columns.at, columns.note_id)
    ).mappings()
    return [dict(row) for row in rows]


def required(text: str, what: str) -> str:
    """Return a text that must be there, cleaned.

    Raises:
        BadText: empty or too long.
    """
    kept = clean(text)
    if not kept or len(kept) > MAX_WORDS_CHARS:
        raise BadText(f"{what} is needed, of at most {MAX_WORDS_CHARS} characters.")
    return kept
