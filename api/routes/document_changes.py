"""Changing the documents: upload, withdraw, describe, ingest again; and how far the work is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from api.admin_view import Administrator
from api.dependencies import ServiceOf
from api.job_replies import JobReply, job_json
from api.jobs import Jobs
from api.replies import json_reply
from api.uploads import FIELD, take_in
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.operations import documents as changes
from helpdesk_bot.operations import jobs
from helpdesk_bot.operations.jobs import Job

router = APIRouter(prefix="/api/v1", tags=["documents"])

UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such document"}}
REFUSED: dict[int | str, dict[str, Any]] = {422: {"description": "Nothing that can be done"}}
NO_JOB: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such job"}}


class MetadataBody(BaseModel):
    """What goes before a document's own metadata; an empty or missing field means the document's own."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"title": "AI i offentlig sektor", "kind": "report"}}
    )

    title: str | None = Field(None, max_length=300)
    kind: str | None = Field(None, max_length=40)
    publisher: str | None = Field(None, max_length=300)
    date: str | None = Field(None, max_length=10, description="`2024`, `2024-05` or `2024-05-01`.")
    language: str | None = Field(None, max_length=20)
    themes: list[Annotated[str, Field(max_length=100)]] | None = Field(None, max_length=20)
    region: str | None = Field(None, max_length=300)
    url: str | None = Field(None, max_length=2000)
    licence: str | None = Field(None, max_length=300)
    valid_from: str | None = Field(None, max_length=10)
    valid_until: str | None = Field(None, max_length=10)
    supersedes: str | None = Field(None, max_length=1000)


class Withdrawn(BaseModel):
    """A document that is out of force."""

    document_id: str
    status: str


@router.post(
    "/documents",
    status_code=202,
    response_model=JobReply,
    responses=REFUSED | {413: {"description": "More than `max_upload_bytes`"}},
    openapi_extra=UPLOAD_BODY,
    summary="Upload documents",
    description="Files go to the `uploads` folder of the data directory and are ingested from there; one "
    "of the same name is a new version. The reply names a job: look at it until its state is `done`, then "
    "its `result.items` say of every file whether it was added, updated, unchanged, skipped or failed, and "
    "why. "
    "`NAME.meta.yaml` beside a file describes it.",
)
async def upload(request: Request, service: ServiceOf, account: Administrator) -> Response:
    """Take documents in."""
    return json_reply(job_json(await take_in(request, service, account)), status=202)


@router.delete(
    "/documents/{document_id}",
    response_model=Withdrawn,
    responses=NOT_FOUND,
    summary="Withdraw a document",
    description="It is found no more, and no ingest brings it back by itself. Its versions stay readable for "
    "the answers that cite them. Twice does no harm.",
)
def withdraw(service: ServiceOf, account: Administrator, document_id: str) -> Response:
    """Take a document out of force."""
    changes.withdraw(service.engine, service.settings.data_dir, document_id, account.account_id)
    return json_reply({"document_id": document_id, "status": "withdrawn"})


@router.put(
    "/documents/{document_id}/metadata",
    status_code=202,
    response_model=JobReply,
    responses=NOT_FOUND | REFUSED,
    summary="Describe a document better",
    description="What is set here goes before front matter, sidecar and file, and survives every ingest. The "
    "document is read again: the reply names the job.",
)
def describe(service: ServiceOf, account: Administrator, document_id: str, body: MetadataBody) -> Response:
    """Set the metadata that goes before a document's own."""
    changes.describe(service.engine, document_id, body.model_dump(exclude_none=True), account.account_id)
    return json_reply(job_json(read_again(service.engine, service.jobs, account, document_id)), status=202)


@router.post(
    "/documents/{document_id}/ingest",
    status_code=202,
    response_model=JobReply,
    responses=NOT_FOUND,
    summary="Read a document again",
    description="From its place: the uploaded file, the folder or the address. A withdrawn one comes back.",
)
def ingest(service: ServiceOf, account: Administrator, document_id: str) -> Response:
    """Read a document again."""
    changes.take_in_again(service.engine, document_id, account.account_id)
    return json_reply(job_json(read_again(service.engine, service.jobs, account, document_id)), status=202)


@router.get(
    "/admin/jobs/{job_id}",
    response_model=JobReply,
    responses=NO_JOB,
    summary="How far a job of the documents is",
)
def show_job(service: ServiceOf, _account: Administrator, job_id: str) -> Response:
    """Return a job; ask again until its state is `done`, `failed` or `cancelled`."""
    service.jobs.wake("documents")
    return json_reply(job_json(jobs.get(service.engine, job_id, "documents")))


@router.delete(
    "/admin/jobs/{job_id}", response_model=JobReply, responses=NO_JOB, summary="Stop a job of the documents"
)
def cancel_job(service: ServiceOf, account: Administrator, job_id: str) -> Response:
    """Stop a job; what it has finished stays."""
    return json_reply(job_json(jobs.cancel(service.engine, job_id, account.account_id, "documents")))


def read_again(engine: Engine, queue: Jobs, account: Account, document_id: str) -> Job:
    """Queue the ingest of a document's place.

    Raises:
        UnknownDocument: there is none with this id.
    """
    place = changes.place_of(engine, document_id)
    request = {"do": "ingest", "targets": [place], "refused": []}
    return queue.submit("documents", request, who=account.account_id, subject=document_id)
