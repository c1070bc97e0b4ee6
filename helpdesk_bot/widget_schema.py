"""Tables of the widget: the origins that may embed it, and what its tokens are signed with."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from corpus.schema import metadata

allowed_origins = Table(
    "allowed_origins",
    metadata,
    Column("origin", String(255), primary_key=True),  # in canonical form
    Column("added_at", String(32), nullable=False),
    Column("added_by", String(64), nullable=False),  # an account id, or a name of `helpdesk_bot.audit`
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("key_bytes", LargeBinary, nullable=False),
    Column("created_at", String(32), nullable=False),
)
