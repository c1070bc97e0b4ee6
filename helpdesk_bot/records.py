"""Every answer is kept as it was given, so that it can be replayed, reviewed and measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, func, insert, select

from corpus.storage import begin_write
from helpdesk_bot.answers import Answer, answer_to_json
from helpdesk_bot.conversation import MOST_TURNS, Earlier
from helpdesk_bot.review.policy import Wanted
from helpdesk_bot.review.queue import enter
from helpdesk_bot.review.values import Content
from helpdesk_bot.schema import answers, conversations


class Records:
    """The store of conversations and answers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, answer: Answer, wanted: Wanted | None = None, written: Content | None = None) -> None:
        """Store an answer in its conversation; durable when this returns.

        Args:
            answer: as it is given.
            wanted: why a person has to look at it: it stands in the queue of the review desk at once.
            written: the text that they look at; needed with ``wanted``.
        """
        document = answer_to_json(answer)
        with begin_write(self._engine) as connection:
            known = connection.execute(
                select(conversations.c.conversation_id).where(
                    conversations.c.conversation_id == answer.conversation_id
                )
            ).first()
            if known is None:
                connection.execute(
                    insert(conversations).values(
                        conversation_id=answer.conversation_id, created_at=answer.created_at
                    )
                )
            position = connection.execute(
                select(func.count()).where(answers.c.conversation_id == answer.conversation_id)
            ).scalar_one()
            connection.execute(
                insert(answers).values(
                    answer_id=answer.answer_id,
                    conversation_id=answer.conversation_id,
                    position=position,
                    created_at=answer.created_at,
                    question=answer.question,
                    question_language=answer.question_language,
                    outcome=answer.outcome,
                    confidence=answer.confidence,
                    document=document,
                )
            )
            if wanted is not None and written is not None:
                enter(connection, document, wanted, written)

    def get(self, answer_id: str) -> dict[str, Any] | None:
        """Return the answer's JSON as it was given, or ``None``."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(answers.c.document).where(answers.c.answer_id == answer_id)
            ).scalar_one_or_none()
        return None if row is None else dict(row)

    def of_conversation(self, conversation_id: str) -> tuple[dict[str, Any], ...]:
        """Return the answers of a conversation as they were given, the first one first."""
        query = (
            select(answers.c.document)
            .where(answers.c.conversation_id == conversation_id)
            .order_by(answers.c.position)
        )
        with self._engine.connect() as connection:
            return tuple(dict(document) for document in connection.execute(query).scalars())

    def earlier(self, conversation_id: str, most: int = MOST_TURNS) -> tuple[Earlier, ...]:
        """Return the latest questions of a conversation with what was shown for them, the oldest first.

        The oldest one is given as it was searched, since what it leaned on may lie further back.
        """
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(answers.c.document)
                .where(answers.c.conversation_id == conversation_id)
                .order_by(answers.c.position.desc())
                .limit(most)
            ).scalars()
            documents = list(reversed([dict(row) for row in rows]))
        found = [_earlier(document) for document in documents]
        if found:
            searched = documents[0]["trace"].get("searched_for") or found[0].question
            found[0] = replace(found[0], question=searched)
        return tuple(found)


def _earlier(document: dict[str, Any]) -> Earlier:
    short = document.get("short_answer") or {}
    filters = document["trace"].get("filters") or {}
    return Earlier(
        question=document["question"],
        answer=short.get("text", ""),
        documents=tuple(dict.fromkeys(cited["document"]["document_id"] for cited in document["citations"])),
        filters={name: tuple(values) for name, values in filters.items()},
    )
