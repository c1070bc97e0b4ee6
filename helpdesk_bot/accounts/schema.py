"""Tables of the accounts. Secrets are kept as hashes only."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from corpus.schema import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", String(32), primary_key=True),
    Column("email", String(320), nullable=False),  # NFC, in small letters
    Column("name", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("themes", JSON, nullable=False),
    Column("password_hash", Text),  # none: signs in at another provider only
    Column("oidc_subject", String(512)),  # issuer and subject, once linked
    Column("disabled_at", String(32)),
    Column("created_at", String(32), nullable=False),
    Column("last_sign_in_at", String(32)),
    UniqueConstraint("email"),
    UniqueConstraint("oidc_subject"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("account_id", String(32), ForeignKey("accounts.account_id"), nullable=False),
    Column("method", String(16), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("last_seen_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Index("ix_sessions_account", "account_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("prefix", String(16), nullable=False),
    Column("key_sha256", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("account_id", String(32), ForeignKey("accounts.account_id"), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32)),
    Column("revoked_at", String(32)),
    Column("last_used_at", String(32)),
    UniqueConstraint("key_sha256"),
    Index("ix_api_keys_account", "account_id"),
)

oidc_attempts = Table(
    "oidc_attempts",
    metadata,
    Column("state_sha256", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("code_verifier", String(128), nullable=False),
    Column("next_path", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("entry_id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_log_at", "at"),
    sqlite_autoincrement=True,
)
