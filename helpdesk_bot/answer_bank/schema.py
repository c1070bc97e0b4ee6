"""Tables of the answer bank: approved answers, the wordings they are found by, the documents they cite."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Table, Text

from corpus.schema import metadata

bank_entries = Table(
    "bank_entries",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("item_id", String(64), nullable=False),  # of the review that approved it
    Column("status", String(16), nullable=False),  # active | stale | disabled
    Column("reason", String(48)),  # why it is not active
    Column("question", Text, nullable=False),
    Column("language", String(8), nullable=False),  # that the answer is written in
    Column("answer", JSON, nullable=False),  # as approved
    Column("filters", JSON, nullable=False),  # those that the question was asked with
    Column("approved_by", Text, nullable=False),
    Column("approved_at", String(32), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    Index("ix_bank_entries_item_id", "item_id", unique=True),
    Index("ix_bank_entries_status", "status"),
)

bank_phrasings = Table(
    "bank_phrasings",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("embedder", Text),  # stamp of the model that made the vector; no vector yet: null
    Column("vector", LargeBinary),  # float32 little endian, (2, dim): see `phrasings.question_vectors`
    ForeignKeyConstraint(["entry_id"], ["bank_entries.entry_id"], ondelete="CASCADE"),
)

bank_sources = Table(
    "bank_sources",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("document_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("was_behind", Integer, nullable=False),  # 1: cited though it was not in force on that day
    ForeignKeyConstraint(["entry_id"], ["bank_entries.entry_id"], ondelete="CASCADE"),
    Index("ix_bank_sources_document_id", "document_id"),
)

bank_state = Table(
    "bank_state",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("revision", Integer, nullable=False),  # +1 with every change, so that servers look again
)
