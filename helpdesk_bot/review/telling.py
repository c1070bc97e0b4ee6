"""Telling askers what became of their questions, by mail where they left an address; it is kept no longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from helpdesk_bot.delivery import outbox
from helpdesk_bot.review.schema import review_items, review_requests


def tell_released(connection: Connection, item_ids: Sequence[str], answer: Mapping[str, Any]) -> None:
    """Write a released answer to everybody who left an address with these questions.

    Args:
        connection: of a write transaction.
        item_ids: the question, and those that were merged into it.
        answer: as it is released.
    """
    for row, about in _waiting(connection, item_ids):
        outbox.enqueue(
            connection,
            "email",
            about
            | {
                "language": row["language"] or answer["answer_language"],
                "answer": {**answer, "conversation_id": ""},
                "approved_at": answer["review"]["approved_at"],
                "approved_by": answer["review"]["approved_by"],
            },
        )
    forget_addresses(connection, item_ids)


def tell_returned(connection: Connection, item_ids: Sequence[str], message: str) -> None:
    """Write what an expert asks back to everybody who left an address with these questions.

    Args:
        connection: of a write transaction.
        item_ids: the question, and those that were merged into it.
        message: of the expert, to the askers.
    """
    for row, about in _waiting(connection, item_ids):
        language = row["language"] or row["question_language"]
        outbox.enqueue(connection, "email", about | {"language": language, "message": message})
    forget_addresses(connection, item_ids)


def forget_addresses(connection: Connection, item_ids: Sequence[str]) -> None:
    """Delete the addresses that askers left with these questions: nothing more will be sent there."""
    mine = review_requests.c.item_id.in_(item_ids)
    connection.execute(update(review_requests).where(mine).values(email=None))


def _waiting(connection: Connection, item_ids: Sequence[str]) -> Iterator[tuple[RowMapping, dict[str, Any]]]:
    """Yield each request that has an address, and what every mail about it holds."""
    columns = review_requests.c
    rows = connection.execute(
        select(review_requests, review_items.c.question, review_items.c.question_language)
        .join(review_items, review_items.c.item_id == columns.item_id)
        .where(columns.item_id.in_(item_ids), columns.email.is_not(None))
        .order_by(columns.at, columns.request_id)
    ).mappings()
    for row in rows.all():
        yield (
            row,
            {
                "key": row["request_id"],
                "item_id": row["item_id"],
                "to": row["email"],
                "question": row["question"],
            },
        )
