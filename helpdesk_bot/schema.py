"""Tables of the helpdesk: conversations, the answers given in them, and what askers say of those."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table, Text

import helpdesk_bot.accounts.schema
import helpdesk_bot.answer_bank.schema
import helpdesk_bot.delivery.schema
import helpdesk_bot.operations.schema
import helpdesk_bot.review.schema
import helpdesk_bot.widget_schema  # noqa: F401
import index.schema  # noqa: F401  (likewise)
from corpus.schema import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("conversation_id", String(32), primary_key=True),
    Column("created_at", String(32), nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("answer_id", String(32), primary_key=True),
    Column("conversation_id", String(32), nullable=False),
    Column("position", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("question", Text, nullable=False),
    Column("question_language", String(8), nullable=False),
    Column("outcome", String(48), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("document", JSON, nullable=False),  # the whole answer, as the contract gives it
    Index("ix_answers_conversation", "conversation_id", "position"),
    Index("ix_answers_created_at", "created_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("answer_id", String(32), primary_key=True),  # what is said later replaces it
    Column("created_at", String(32), nullable=False),
    Column("helpful", Integer, nullable=False),  # 1 | 0
    Column("reason", String(32)),
    Column("note", Text),
    Index("ix_feedback_created_at", "created_at"),
)
