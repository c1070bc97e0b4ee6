"""Taking uploaded files in: read after the caller is known to be allowed, kept, and queued for the ingest."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.service import Service
from corpus.sidecar import SUFFIXES
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.errors import OperationRefused
from helpdesk_bot.operations import uploads
from helpdesk_bot.operations.jobs import Job

MAX_FILES = 200
FIELD = "files"


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not kept, and why."""

    source: str
    reason: str


async def take_in(request: Request, service: Service, account: Account) -> Job:
    """Keep the files of a multipart request and queue their ingest.

    The body is read here and not before the route: whoever may not upload
    does not get to fill the disk.

    Raises:
        OperationRefused: there is no file, or too many.
    """
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FILES) as form:
        files = [each for each in form.getlist(FIELD) if isinstance(each, UploadFile) and each.filename]
        return await run_in_threadpool(_keep, service, account, files)


def _keep(service: Service, account: Account, files: list[UploadFile]) -> Job:
    if not files:
        raise OperationRefused("No file was sent. Choose one or more documents.", why="no_file")
    targets: list[str] = []
    refused: list[dict[str, Any]] = []
    for file in files:
        try:
            kept = uploads.keep(service.settings.data_dir, file.filename or "", file.file)
        except OperationRefused as error:
            refused.append(asdict(Refused((file.filename or "")[:200], str(error))))
            continue
        if kept.name.lower().endswith(SUFFIXES):
            continue  # it describes a file, which is read with it
        targets.append(str(kept))
    request = {"do": "ingest", "targets": targets, "refused": refused}
    return service.jobs.submit("documents", request, who=account.account_id, subject="uploads")
