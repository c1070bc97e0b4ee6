"""Tables of the review desk. What happened and what was written are only ever added to."""

from __future__ import annotations

from sqlalchemy import DDL, JSON, Column, Float, Index, Integer, String, Table, Text, event

from corpus.schema import metadata

review_items = Table(
    "review_items",
    metadata,
    Column("item_id", String(32), primary_key=True),
    Column("answer_id", String(32)),  # none where somebody asked the experts straight away
    Column("conversation_id", String(32)),
    Column("question", Text, nullable=False),
    Column("question_folded", Text, nullable=False),  # casefolded, one space between words: for looking up
    Column("question_language", String(8), nullable=False),
    Column("answer_language", String(8), nullable=False),
    Column("outcome", String(48)),
    Column("outcome_reason", String(48)),
    Column("confidence", Float),
    Column("reasons", JSON, nullable=False),
    Column("risk", String(8), nullable=False),  # high | normal | low
    Column("themes", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("is_open", Integer, nullable=False),  # 1 while queued or in review
    Column("held", Integer, nullable=False),  # 1: the asker was given no answer before an expert approves
    Column("assigned_to", String(32)),
    Column("assigned_name", Text),
    Column("version", Integer, nullable=False),  # +1 with every change: what optimistic locking compares
    Column("text_version", Integer, nullable=False),  # of the newest row in review_texts
    Column("message", Text),  # to the asker, with a return
    Column("merged_into", String(32)),
    Column("created_at", String(32), nullable=False),
    Column("due_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    Column("released_at", String(32)),
    Column("released_by", Text),
    Index("ix_review_items_open", "is_open", "due_at", "item_id"),
    Index("ix_review_items_state", "state", "due_at", "item_id"),
    Index("ix_review_items_due", "due_at", "item_id"),
    Index("ix_review_items_assigned", "assigned_to", "is_open", "due_at", "item_id"),
    Index("ix_review_items_answer", "answer_id"),
    Index("ix_review_items_conversation", "conversation_id"),
    Index("ix_review_items_question", "question_folded"),
)

review_themes = Table(
    "review_themes",
    metadata,
    Column("item_id", String(32), primary_key=True),
    Column("theme", Text, primary_key=True),  # casefolded
    Index("ix_review_themes_theme", "theme", "item_id"),
)

review_texts = Table(
    "review_texts",
    metadata,
    Column("item_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),  # 1: what the machine wrote
    Column("at", String(32), nullable=False),
    Column("account_id", String(32)),
    Column("by", Text),
    Column("content", JSON, nullable=False),
)

review_releases = Table(
    "review_releases",
    metadata,
    Column("item_id", String(32), primary_key=True),
    Column(
        "version", Integer, primary_key=True
    ),  # of the item; a question can be reopened and released again
    Column("at", String(32), nullable=False),
    Column("account_id", String(32), nullable=False),
    Column("by", Text, nullable=False),
    Column("bank_entry_id", String(64)),
    Column("answer", JSON, nullable=False),  # as the asker gets it
)

review_drafts = Table(
    "review_drafts",
    metadata,
    Column("draft_id", String(32), primary_key=True),
    Column("item_id", String(32), nullable=False),
    Column("account_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),  # autosave | conflict
    Column("base_version", Integer, nullable=False),
    Column("saved_at", String(32), nullable=False),
    Column("content", JSON, nullable=False),
    Index("ix_review_drafts_item", "item_id", "account_id"),
)

review_notes = Table(
    "review_notes",
    metadata,
    Column("note_id", String(32), primary_key=True),
    Column("item_id", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Column("account_id", String(32), nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_review_notes_item", "item_id"),
)

review_requests = Table(
    "review_requests",
    metadata,
    Column("request_id", String(32), primary_key=True),
    Column("item_id", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Column("kind", String(16), nullable=False),  # asked | reported
    Column("conversation_id", String(32)),
    Column("note", Text),
    Column("email", Text),  # only with consent
    Column("language", String(8)),
    Index("ix_review_requests_item", "item_id"),
)

review_policies = Table(
    "review_policies",
    metadata,
    Column("policy_id", Integer, primary_key=True, autoincrement=True),  # the newest is in force
    Column("at", String(32), nullable=False),
    Column("by", Text, nullable=False),
    Column("document", JSON, nullable=False),
    sqlite_autoincrement=True,
)

review_events = Table(
    "review_events",
    metadata,
    Column("event_id", Integer, primary_key=True, autoincrement=True),
    Column("item_id", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Column("account_id", String(32)),
    Column("who", Text, nullable=False),
    Column("what", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("detail", JSON, nullable=False),  # numbers and ids; what an asker wrote never stands here
    Index("ix_review_events_item", "item_id", "event_id"),
    sqlite_autoincrement=True,
)

KEEP_EVENTS = (
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
"""SQLite's guards; PostgreSQL's stand in the migration."""

for _guard in KEEP_EVENTS:
    event.listen(review_events, "after_create", DDL(_guard).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]  # SQLAlchemy's own
