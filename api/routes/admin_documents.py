"""``/admin/documents``: the list, uploads, one document, and how a job goes on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.admin_view import REFUSALS, Administrator, admin_page, back
from api.dependencies import ServiceOf
from api.document_list import FACETS, PAGE, list_documents
from api.job_replies import items_of, unread_of
from api.routes.document_changes import read_again
from api.service import Service
from api.uploads import take_in
from corpus.catalog import Catalog
from corpus.documents import KINDS
from corpus.loading import SUPPORTED_SUFFIXES
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.operations import documents as changes
from helpdesk_bot.operations import jobs

router = APIRouter(include_in_schema=False)

REMEMBERED = 100
"""Jobs that are looked through for files whose latest reading failed."""

FIELDS = (
    "title",
    "kind",
    "publisher",
    "date",
    "language",
    "themes",
    "region",
    "url",
    "licence",
    "valid_from",
    "valid_until",
    "supersedes",
)


@router.get("/admin/documents")
def show_documents(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show the documents."""
    return _documents(request, service, account, page)


def _documents(
    request: Request, service: Service, account: Account, page: int = 1, refusal: Exception | None = None
) -> Response:
    service.jobs.wake("documents")
    query = request.query_params
    words = query.get("q", "")[:200]
    chosen = {name: query.get(name, "")[:300] for name in FACETS}
    listed = list_documents(Catalog(service.engine), words, chosen, page)
    done = jobs.latest(service.engine, "documents", REMEMBERED)
    return admin_page(
        request,
        account,
        "documents",
        "documents.html",
        refusal=refusal,
        listed=listed,
        words_sought=words,
        chosen=chosen,
        page=page,
        last_page=max(1, -(-listed.total // PAGE)),
        address=lambda number: str(request.url.include_query_params(page=number).query),
        recent=[(job, items_of(job)) for job in done[:5]],
        unread=unread_of(done),
        endings=",".join(sorted(SUPPORTED_SUFFIXES)),
        max_mb=service.settings.max_upload_bytes // 1_000_000,
    )


@router.post("/admin/documents")
async def upload(request: Request, service: ServiceOf, account: Administrator) -> Response:
    """Take documents in."""
    try:
        job = await take_in(request, service, account)
    except REFUSALS as error:
        return await run_in_threadpool(_documents, request, service, account, refusal=error)
    return back(request, f"/admin/jobs/{job.job_id}")


@router.get("/admin/documents/{document_id}")
def show_document(request: Request, service: ServiceOf, account: Administrator, document_id: str) -> Response:
    """Show one document."""
    return _document(request, service, account, document_id)


def _document(
    request: Request, service: Service, account: Account, document_id: str, refusal: Exception | None = None
) -> Response:
    record = Catalog(service.engine).get(document_id)
    override = changes.read_overrides(service.engine).get(document_id)
    given = dict(override.fields) if override else {}
    own = {name: getattr(record.metadata, name) for name in FIELDS}
    shown = {
        name: ", ".join(value) if isinstance(value, (list, tuple)) else (value or "")
        for name, value in own.items()
    }
    set_here = {
        name: ", ".join(value) if isinstance(value, (list, tuple)) else str(value)
        for name, value in given.items()
    }
    return admin_page(
        request,
        account,
        "documents",
        "document.html",
        refusal=refusal,
        record=record,
        shown=shown,
        set_here=set_here,
        fields=FIELDS,
        kinds=KINDS,
        by_hand=override is not None and override.withdrawn,
        versions=list(reversed(record.versions)),
    )


async def _given_fields(request: Request) -> dict[str, str]:
    form = await request.form()
    fields = {name: str(form.get(name) or "").strip()[:2000] for name in FIELDS}
    return {name: value for name, value in fields.items() if value}


@router.post("/admin/documents/{document_id}/describe")
def describe(
    request: Request,
    service: ServiceOf,
    account: Administrator,
    document_id: str,
    fields: Annotated[dict[str, str], Depends(_given_fields)],
) -> Response:
    """Set the metadata that goes before a document's own."""
    try:
        changes.describe(service.engine, document_id, fields, account.account_id)
        job = read_again(service.engine, service.jobs, account, document_id)
    except REFUSALS as error:
        return _document(request, service, account, document_id, error)
    return back(request, f"/admin/jobs/{job.job_id}")


@router.post("/admin/documents/{document_id}/withdraw")
def withdraw(request: Request, service: ServiceOf, account: Administrator, document_id: str) -> Response:
    """Take a document out of force."""
    try:
        changes.withdraw(service.engine, service.settings.data_dir, document_id, account.account_id)
    except REFUSALS as error:
        return _document(request, service, account, document_id, error)
    return back(request, f"/admin/documents/{document_id}", "withdrawn")


@router.post("/admin/documents/{document_id}/ingest")
def ingest(request: Request, service: ServiceOf, account: Administrator, document_id: str) -> Response:
    """Read a document again."""
    changes.take_in_again(service.engine, document_id, account.account_id)
    job = read_again(service.engine, service.jobs, account, document_id)
    return back(request, f"/admin/jobs/{job.job_id}")


@router.get("/admin/jobs/{job_id}")
def show_job(request: Request, service: ServiceOf, account: Administrator, job_id: str) -> Response:
    """Show how far a job is, and what came of it."""
    service.jobs.wake("documents")
    job = jobs.get(service.engine, job_id, "documents")
    return admin_page(request, account, "documents", "job.html", job=job, items=items_of(job))


@router.post("/admin/jobs/{job_id}/cancel")
def cancel(request: Request, service: ServiceOf, account: Administrator, job_id: str) -> Response:
    """Stop a job."""
    jobs.cancel(service.engine, job_id, account.account_id, "documents")
    return back(request, f"/admin/jobs/{job_id}")
