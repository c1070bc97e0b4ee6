"""Tables of running a helpdesk: what was set on the pages, long work, what is known better of documents."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, String, Table, Text

from corpus.schema import metadata

operation_settings = Table(
    "operation_settings",
    metadata,
    Column("name", String(64), primary_key=True),  # off_switch, retention
    Column("value", JSON, nullable=False),
    Column("changed_at", String(32), nullable=False),
    Column("changed_by", String(200), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", String(32), primary_key=True),
    Column("lane", String(16), nullable=False),  # documents | evals: one at a time in each
    Column("state", String(16), nullable=False),  # queued | running | done | failed | cancelled
    Column("request", JSON, nullable=False),
    Column("progress", JSON, nullable=False),  # {"stage", "done", "total"}
    Column("result", JSON, nullable=False),
    Column("error", Text),
    Column("runner", String(64)),  # pid and start of the process that runs it
    Column("created_at", String(32), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("started_at", String(32)),
    Column("ended_at", String(32)),
    Index("ix_jobs_lane", "lane", "state", "created_at"),
)

document_overrides = Table(
    "document_overrides",
    metadata,
    Column("document_id", String(32), primary_key=True),
    Column("fields", JSON, nullable=False),  # metadata that goes before what the document says
    Column("withdrawn", String(32)),  # since when it is kept out by hand
    Column("changed_at", String(32), nullable=False),
    Column("changed_by", String(200), nullable=False),
)
