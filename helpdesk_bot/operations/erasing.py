"""Erasing a conversation from every table that holds something of it.

`ERASED_FROM` and `HOLDS_NOTHING` name every table between them, and a test
holds them against the schema: a new table cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, delete, or_, select, text, update

from helpdesk_bot import feedback as feedback_store
from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings, bank_state
from helpdesk_bot.delivery.schema import outbox
from helpdesk_bot.operations.askers_words import holds, strings_of, without
from helpdesk_bot.review import items as review_items
from helpdesk_bot.review import schema as review
from helpdesk_bot.review import timeline
from helpdesk_bot.review.values import OPEN
from helpdesk_bot.schema import answers, conversations

_ERASED_FROM = """
answers conversations feedback review_items review_themes review_texts review_releases review_drafts
review_notes review_requests bank_entries bank_phrasings bank_sources outbox
"""
_HOLDS_NOTHING = """
accounts sessions api_keys oidc_attempts audit_log documents document_versions passages index_meta
review_events review_policies bank_state allowed_origins signing_keys operation_settings jobs
document_overrides
"""
ERASED_FROM = frozenset(_ERASED_FROM.split())
HOLDS_NOTHING = frozenset(_HOLDS_NOTHING.split())
"""Tables without a word of a conversation; ``review_events`` holds numbers and ids, and is only added to."""

_IDS = frozenset({"conversation_id", "answer_id", "item_id"})

_BY_ITEM: tuple[Table, ...] = (
    review.review_themes,
    review.review_texts,
    review.review_releases,
    review.review_drafts,
    review.review_notes,
    review.review_requests,
)


@dataclass(frozen=True, slots=True)
class Traces:
    """Where a conversation left something: its ids, and the texts by which copies are found."""

    conversation_id: str
    answer_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    texts: frozenset[str]


def overwrite_freed_pages(connection: Connection) -> None:
    """Have SQLite write zeros over what this connection deletes."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA secure_delete = ON"))


def old_requests(connection: Connection, before: str) -> list[str]:
    """Return the conversations of questions that went straight to an expert, all before a moment."""
    items = review.review_items
    query = select(items.c.conversation_id).where(
        items.c.conversation_id.is_not(None),
        items.c.updated_at < before,
        items.c.conversation_id.not_in(select(conversations.c.conversation_id)),
    )
    return list(connection.execute(query.distinct()).scalars())


def traces_of(connection: Connection, conversation_id: str) -> Traces:
    """Return where a conversation left something."""
    items = review.review_items
    rows = connection.execute(
        select(answers.c.answer_id, answers.c.question, answers.c.document).where(
            answers.c.conversation_id == conversation_id
        )
    ).all()
    answer_ids = [row.answer_id for row in rows]
    own = or_(items.c.conversation_id == conversation_id, items.c.answer_id.in_(answer_ids))
    found = connection.execute(select(items.c.item_id, items.c.question).where(own)).all()
    requests = review.review_requests
    notes = connection.execute(
        select(requests.c.note).where(requests.c.conversation_id == conversation_id)
    ).scalars()
    # A follow-up is searched, and kept in the bank, as the question that it stands for.
    searched = {str((row.document.get("trace") or {}).get("searched_for") or "") for row in rows}
    texts = searched | {row.question for row in (*rows, *found)} | {note for note in notes if note}
    return Traces(
        conversation_id,
        tuple(answer_ids),
        tuple(row.item_id for row in found),
        frozenset(each for each in texts if each.strip()),
    )


def erase_rows(connection: Connection, traces: Traces) -> dict[str, int]:
    """Delete a conversation's rows, in the caller's transaction; return how many by table."""
    counts: dict[str, int] = {"feedback": feedback_store.forget(connection, traces.answer_ids)}
    counts |= _erase_from_bank(connection, traces)
    counts["outbox"] = _erase_messages(connection, traces)
    for table in _BY_ITEM:
        counts[table.name] = connection.execute(
            delete(table).where(table.c.item_id.in_(traces.item_ids))
        ).rowcount
    requests, items = review.review_requests, review.review_items
    counts["review_requests"] += connection.execute(
        delete(requests).where(requests.c.conversation_id == traces.conversation_id)
    ).rowcount
    _free_merged(connection, traces)
    counts["review_items"] = connection.execute(
        delete(items).where(items.c.item_id.in_(traces.item_ids))
    ).rowcount
    for table in (answers, conversations):
        counts[table.name] = connection.execute(
            delete(table).where(table.c.conversation_id == traces.conversation_id)
        ).rowcount
    return counts


def _free_merged(connection: Connection, traces: Traces) -> None:
    """Let go of questions merged into an erased one; those that still wait for its reply are queued again."""
    items = review.review_items
    states = dict(
        connection.execute(
            select(items.c.item_id, items.c.state).where(items.c.item_id.in_(traces.item_ids))
        ).all()
    )
    merged = select(items).where(
        items.c.merged_into.in_(traces.item_ids), items.c.item_id.not_in(traces.item_ids)
    )
    for row in connection.execute(merged).mappings().all():
        state = "queued" if states.get(row["merged_into"]) in OPEN else "closed"
        version = review_items.change(connection, row, state=state, merged_into=None)
        what = "reopened" if state == "queued" else "closed"
        timeline.record(connection, row["item_id"], timeline.HELPDESK, what, version)


def _erase_from_bank(connection: Connection, traces: Traces) -> dict[str, int]:
    """Delete the wordings; an entry that keeps another asker's wording stays, under that one."""
    counts = {"bank_phrasings": 0, "bank_entries": 0}
    phrasings = connection.execute(
        select(
            bank_phrasings.c.entry_id,
            bank_phrasings.c.position,
            bank_phrasings.c.text,
            bank_entries.c.item_id,
        ).join(bank_entries, bank_entries.c.entry_id == bank_phrasings.c.entry_id)
    ).all()
    others = _words_of_others(connection, traces)
    mine = [row for row in phrasings if row.text in traces.texts and (row.item_id, row.text) not in others]
    for row in mine:
        place = (bank_phrasings.c.entry_id == row.entry_id) & (bank_phrasings.c.position == row.position)
        counts["bank_phrasings"] += connection.execute(delete(bank_phrasings).where(place)).rowcount
    entries = connection.execute(
        select(bank_entries).where(
            or_(
                bank_entries.c.entry_id.in_([row.entry_id for row in mine]),
                bank_entries.c.item_id.in_(traces.item_ids),
                bank_entries.c.question.in_(traces.texts),
            )
        )
    ).mappings()
    for entry in entries.all():
        gone = frozenset(text for text in traces.texts if (entry["item_id"], text) not in others)
        left = [row.text for row in phrasings if row.entry_id == entry["entry_id"] and row not in mine]
        place = bank_entries.c.entry_id == entry["entry_id"]
        if not left:
            counts["bank_entries"] += connection.execute(delete(bank_entries).where(place)).rowcount
        elif (answer := without(entry["answer"], gone)) != entry["answer"] or entry["question"] in gone:
            question = left[0] if entry["question"] in gone else entry["question"]
            answer = {**answer, "question": question}
            connection.execute(update(bank_entries).where(place).values(question=question, answer=answer))
            counts["bank_entries"] += 1
    if any(counts.values()):
        connection.execute(update(bank_state).values(revision=bank_state.c.revision + 1))
    return counts


def _words_of_others(connection: Connection, traces: Traces) -> set[tuple[str, str]]:
    """Return (item of an entry, text) for the texts that somebody else asked there, too."""
    items = review.review_items
    kept = items.c.item_id.not_in(traces.item_ids)
    asked = select(items.c.item_id, items.c.merged_into, items.c.question).where(
        kept, items.c.question.in_(traces.texts)
    )
    others = {(str(row.merged_into or row.item_id), str(row.question)) for row in connection.execute(asked)}
    answered = select(bank_entries.c.item_id, bank_entries.c.answer).join(
        items, items.c.item_id == bank_entries.c.item_id
    )
    for row in connection.execute(answered.where(kept)):
        others.add((str(row.item_id), str((row.answer.get("trace") or {}).get("searched_for") or "")))
    return others


def _erase_messages(connection: Connection, traces: Traces) -> int:
    rows = connection.execute(select(outbox.c.message_id, outbox.c.key, outbox.c.payload)).all()
    ids: Sequence[str] = (traces.conversation_id, *traces.answer_ids, *traces.item_ids)
    mine = [
        row.message_id
        for row in rows
        if _names(row.key, row.payload, ids) or holds(row.payload, traces.texts, own_only=True)
    ]
    return connection.execute(delete(outbox).where(outbox.c.message_id.in_(mine))).rowcount


def _names(key: str, payload: object, ids: Sequence[str]) -> bool:
    """Tell whether a message is about one of the ids: by its key (``ID:2``), or where an id stands."""
    named = (text for name, text in strings_of(payload) if name in _IDS)
    return key.partition(":")[0] in ids or any(text in ids for text in named)
