"""The outbox: messages that go out, kept until they have arrived."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from corpus.schema import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", String(32), primary_key=True),  # the idempotency key that receivers see
    Column("kind", String(16), nullable=False),  # email | webhook
    Column("key", String(128), nullable=False),  # one message of a kind for each
    Column("status", String(16), nullable=False),  # waiting | delivered | dead
    Column("payload", JSON, nullable=False),  # without the address once it is delivered
    Column("attempts", Integer, nullable=False),
    Column("due_at", String(32), nullable=False),
    Column("leased_until", String(32)),  # a sender is at it until then
    Column("last_error", Text),
    Column("created_at", String(32), nullable=False),
    Column("delivered_at", String(32)),
    Index("ix_outbox_due", "status", "due_at"),
    Index("ix_outbox_key", "kind", "key", unique=True),
)
