"""the review desk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SQLITE_GUARDS = (
    *(
        f"CREATE TRIGGER IF NOT EXISTS review_events_no_{verb} BEFORE {verb.upper()} ON review_events "
        "BEGIN SELECT RAISE(ABORT, 'the timeline of a review is only added to'); END"
        for verb in ("update", "delete")
    ),
    # INSERT OR REPLACE deletes without a word to the trigger above.
    "CREATE TRIGGER IF NOT EXISTS review_events_no_replace BEFORE INSERT ON review_events "
    "WHEN EXISTS (SELECT 1 FROM review_events WHERE event_id = NEW.event_id) "
    "BEGIN SELECT RAISE(ABORT, 'the timeline of a review is only added to'); END",
)
_POSTGRESQL_GUARDS = (
    "CREATE FUNCTION review_events_keep() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the timeline of a review is only added to'; END $$",
    "CREATE TRIGGER review_events_keep BEFORE UPDATE OR DELETE ON review_events "
    "FOR EACH ROW EXECUTE FUNCTION review_events_keep()",
)


def upgrade() -> None:
    """Add the tables, and the guards that keep the timeline."""
    _items()
    _texts()
    _words()
    _events()
    guards = {"sqlite": _SQLITE_GUARDS, "postgresql": _POSTGRESQL_GUARDS}
    for guard in guards.get(op.get_bind().dialect.name, ()):
        op.execute(guard)


def _items() -> None:
    op.create_table(
        "review_items",
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("answer_id", sa.String(length=32), nullable=True),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("question_folded", sa.Text(), nullable=False),
        sa.Column("question_language", sa.String(length=8), nullable=False),
        sa.Column("answer_language", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=48), nullable=True),
        sa.Column("outcome_reason", sa.String(length=48), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("risk", sa.String(length=8), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("is_open", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("assigned_to", sa.String(length=32), nullable=True),
        sa.Column("assigned_name", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.Column("released_at", sa.String(length=32), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_review_items")),
    )
    with op.batch_alter_table("review_items", schema=None) as batch_op:
        batch_op.create_index("ix_review_items_open", ["is_open", "due_at", "item_id"], unique=False)
        batch_op.create_index("ix_review_items_state", ["state", "due_at", "item_id"], unique=False)
        batch_op.create_index("ix_review_items_due", ["due_at", "item_id"], unique=False)
        batch_op.create_index(
            "ix_review_items_assigned", ["assigned_to", "is_open", "due_at", "item_id"], unique=False
        )
        batch_op.create_index("ix_review_items_answer", ["answer_id"], unique=False)
        batch_op.create_index("ix_review_items_conversation", ["conversation_id"], unique=False)
        batch_op.create_index("ix_review_items_question", ["question_folded"], unique=False)
    op.create_table(
        "review_themes",
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "theme", name=op.f("pk_review_themes")),
    )
    with op.batch_alter_table("review_themes", schema=None) as batch_op:
        batch_op.create_index("ix_review_themes_theme", ["theme", "item_id"], unique=False)


def _texts() -> None:
    op.create_table(
        "review_texts",
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "version", name=op.f("pk_review_texts")),
    )
    op.create_table(
        "review_releases",
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("bank_entry_id", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "version", name=op.f("pk_review_releases")),
    )
    op.create_table(
        "review_drafts",
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.String(length=32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_review_drafts")),
    )
    with op.batch_alter_table("review_drafts", schema=None) as batch_op:
        batch_op.create_index("ix_review_drafts_item", ["item_id", "account_id"], unique=False)


def _words() -> None:
    op.create_table(
        "review_notes",
        sa.Column("note_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_review_notes")),
    )
    with op.batch_alter_table("review_notes", schema=None) as batch_op:
        batch_op.create_index("ix_review_notes_item", ["item_id"], unique=False)
    op.create_table(
        "review_requests",
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_review_requests")),
    )
    with op.batch_alter_table("review_requests", schema=None) as batch_op:
        batch_op.create_index("ix_review_requests_item", ["item_id"], unique=False)


def _events() -> None:
    op.create_table(
        "review_policies",
        sa.Column("policy_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_review_policies")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "review_events",
        sa.Column("event_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_review_events")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("review_events", schema=None) as batch_op:
        batch_op.create_index("ix_review_events_item", ["item_id", "event_id"], unique=False)
