"""Tables of the helpdesk: conversations and the answers given in them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table, Text

import index.schema  # noqa: F401  (its tables belong to the same metadata)
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
