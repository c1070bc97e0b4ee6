"""Erasing a conversation from every table that holds something of it.

`ERASED_FROM` and `HOLDS_NOTHING` name every table between them, and a test
holds them against the schema: a new table cannot be forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, or_, select, text, update

from helpdesk_bot import feedback as feedback_store
from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings, bank_state
from helpdesk_bot.delivery.schema import outbox
from helpdesk_bot.review import schema as review
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

SHORT = 22
"""Characters, quotation marks included, below which a text may stand in another one by chance."""

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
    connection.execute(update(items).where(items.c.merged_into.in_(traces.item_ids)).values(merged_into=None))
    counts["review_items"] = connection.execute(
        delete(items).where(items.c.item_id.in_(traces.item_ids))
    ).rowcount
    for table in (answers, conversations):
        counts[table.name] = connection.execute(
            delete(table).where(table.c.conversation_id == traces.conversation_id)
        ).rowcount
    return counts


def _erase_from_bank(connection: Connection, traces: Traces) -> dict[str, int]:
    """Delete the wordings; an entry that keeps another asker's wording stays, under that one."""
    counts = {"bank_phrasings": 0, "bank_entries": 0}
    phrasings = connection.execute(
        select(bank_phrasings.c.entry_id, bank_phrasings.c.position, bank_phrasings.c.text)
    ).all()
    mine = [row for row in phrasings if row.text in traces.texts]
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
        left = [row.text for row in phrasings if row.entry_id == entry["entry_id"] and row not in mine]
        place = bank_entries.c.entry_id == entry["entry_id"]
        if not left:
            counts["bank_entries"] += connection.execute(delete(bank_entries).where(place)).rowcount
        elif entry["question"] in traces.texts or _mentions(entry["answer"], traces):
            answer = {**_without(entry["answer"], traces.texts), "question": left[0]}
            connection.execute(update(bank_entries).where(place).values(question=left[0], answer=answer))
            counts["bank_entries"] += 1
    _erase_from_traces(connection, traces)
    if any(counts.values()):
        connection.execute(update(bank_state).values(revision=bank_state.c.revision + 1))
    return counts


def _erase_from_traces(connection: Connection, traces: Traces) -> None:
    """Take the wording out of answers that others got from the bank by it (``trace.bank.phrasing``)."""
    phrasing = answers.c.document["trace"]["bank"]["phrasing"].as_string()
    rows = connection.execute(
        select(answers.c.answer_id, answers.c.document).where(phrasing.in_(traces.texts))
    ).all()
    for row in rows:
        trace = row.document["trace"]
        document = {**row.document, "trace": {**trace, "bank": {**trace["bank"], "phrasing": ""}}}
        connection.execute(
            update(answers).where(answers.c.answer_id == row.answer_id).values(document=document)
        )


def _erase_messages(connection: Connection, traces: Traces) -> int:
    rows = connection.execute(select(outbox.c.message_id, outbox.c.key, outbox.c.payload)).all()
    mine = [row.message_id for row in rows if _mentions([row.key, row.payload], traces)]
    return connection.execute(delete(outbox).where(outbox.c.message_id.in_(mine))).rowcount


def _without(value: Any, texts: frozenset[str]) -> Any:
    """Return JSON values with the texts taken out of their strings."""
    if isinstance(value, dict):
        return {name: _without(item, texts) for name, item in value.items()}
    if isinstance(value, list):
        return [_without(item, texts) for item in value]
    if isinstance(value, str):
        for text_of_asker in sorted(texts, key=len, reverse=True):
            whole = value == text_of_asker or len(text_of_asker) >= SHORT
            value = value.replace(text_of_asker, "…") if whole else value
    return value


def _mentions(value: object, traces: Traces) -> bool:
    """Tell whether a value holds an id or a text of the conversation."""
    written = json.dumps(value, ensure_ascii=False)
    ids: Sequence[str] = (traces.conversation_id, *traces.answer_ids, *traces.item_ids)
    texts = (sought(json.dumps(each, ensure_ascii=False)) for each in traces.texts)
    return any(mark in written for mark in (*ids, *texts) if mark)


def sought(written: str) -> str:
    """Return how a JSON string is looked for: a short one as a whole, a longer one within others too."""
    return written if len(written) < SHORT else written[1:-1]
