"""A job as routes and pages give it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, Field

from helpdesk_bot.operations.jobs import Job


class JobProgress(BaseModel):
    """How far a job is; ``total`` is 0 where nobody knows."""

    stage: str = ""
    done: int = 0
    total: int = 0


class JobReply(BaseModel):
    """Long work that was asked for. Times are UTC, ISO 8601."""

    job_id: str
    lane: Literal["documents", "evals"]
    state: Literal["queued", "running", "cancelling", "done", "failed", "cancelled"]
    progress: JobProgress
    result: dict[str, Any] = Field(description="What came of it, once it is done.")
    refused: list[dict[str, str]] = Field(description="Files that were not kept, with the reason.")
    error: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None


def job_json(job: Job) -> dict[str, Any]:
    """Return a job as JSON; the files that were refused at once stand among its items as failed ones."""
    refused = [dict(each) for each in job.request.get("refused") or []]
    progress = {"stage": "", "done": 0, "total": 0} | dict(job.progress)
    return job.to_json() | {"progress": progress, "refused": refused}


def items_of(job: Job) -> list[dict[str, Any]]:
    """Return what became of each file: ``source``, ``action``, ``reason``, ``document_id`` where known."""
    refused = [
        {"source": each["source"], "action": "failed", "reason": each["reason"], "document_id": None}
        for each in job.request.get("refused") or []
    ]
    return refused + [dict(each) for each in job.result.get("items") or []]


def unread_of(jobs: Iterable[Job]) -> list[dict[str, Any]]:
    """Return the files whose latest reading failed, as `items_of` does, each with its ``job``.

    Args:
        jobs: of documents, the newest first. A file that was refused unseen was never kept: it is not listed.
    """
    latest: dict[str, dict[str, Any]] = {}
    for job in jobs:
        for item in job.result.get("items") or []:
            latest.setdefault(item["source"], dict(item) | {"job": job})
    return [item for item in latest.values() if item["action"] == "failed"]
