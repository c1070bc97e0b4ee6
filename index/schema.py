"""Tables of the index: passages with their vectors, and the stamps of the embedder."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, String, Table, Text

from corpus.schema import metadata

passages = Table(
    "passages",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),  # = rowid of passages_fts
    Column("passage_id", String(32), nullable=False, unique=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start_char", Integer, nullable=False),
    Column("end_char", Integer, nullable=False),
    Column("page", Integer),
    Column("heading_path", JSON, nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("n_tokens", Integer, nullable=False),
    Column("sentences", JSON, nullable=False),  # [[start_char, end_char], ...]
    Column("embedding", LargeBinary, nullable=False),  # float32 little endian, dim
    Column("sentence_embeddings", LargeBinary, nullable=False),  # float16, n_sentences x dim
    Column("in_force", Integer, nullable=False),  # 1 while its version is the document's current one
    Index("ix_passages_document", "document_id", "version"),
    Index("ix_passages_in_force", "in_force"),
    sqlite_autoincrement=True,  # a row number is never given twice: readers ask for "newer than"
)

index_meta = Table(
    "index_meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Keys: ``revision`` (an integer, +1 with every committed change of passages),
``embedder`` (JSON: name, dimension, query_prefix, passage_prefix)."""
