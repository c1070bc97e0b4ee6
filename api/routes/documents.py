"""``/api/v1/documents``: the list, one document, its text, its original file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ServiceOf
from api.document_models import DocumentList, DocumentText, DocumentWithVersions
from api.errors import DocumentUnknown
from api.openapi import problems
from api.questions import clean
from api.reading import MAX_OFFSET, MAX_VERSION, document_json, record_of
from api.replies import json_reply
from corpus import originals
from corpus.filters import DocumentFilters

router = APIRouter(prefix="/api/v1/documents", tags=["documents"])

Values = Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=50)]
Version = Annotated[int | None, Query(ge=1, le=MAX_VERSION)]

SHOWN_AS = {
    "application/pdf": "application/pdf",
    "text/plain": "text/plain; charset=utf-8",
    "text/markdown": "text/plain; charset=utf-8",
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": None,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": None,
}
"""How an original is sent; ``None``: as it is, and anything else as a plain download."""

ORIGINAL: dict[str, Any] = {
    "description": "The file, with its own media type.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""No script, no form, no request of its own: an original is somebody else's text."""


class Listing(BaseModel):
    """Which documents, and which part of the list."""

    model_config = ConfigDict(extra="forbid")

    kind: Values = []
    language: Values = []
    theme: Values = []
    region: Values = []
    publisher: Values = []
    source: Values = []
    year: Values = Field([], description="A year, or a range such as `2020-2024`.")
    status: Values = Field([], description="`in_force` (the default), `withdrawn` or `any`.")
    limit: int = Field(50, ge=1, le=200)
    offset: int = Field(0, ge=0, le=MAX_OFFSET)


@router.get("", response_model=DocumentList, summary="List the documents")
def list_documents(service: ServiceOf, listing: Annotated[Listing, Query()]) -> Response:
    """List documents in their current versions; several values of one filter are alternatives."""
    given = listing.model_dump(exclude={"limit", "offset"}, exclude_defaults=True)
    wanted = {name: [clean(value) for value in values] for name, values in given.items()}
    page = service.helpdesk.catalog.current_documents(
        DocumentFilters.from_mapping(wanted), limit=listing.limit, offset=listing.offset
    )
    return json_reply(
        {
            "documents": [document_json(record) for record in page.documents],
            "total": page.total,
            "limit": page.limit,
            "offset": page.offset,
        }
    )


@router.get(
    "/{document_id}",
    response_model=DocumentWithVersions,
    responses=problems(404),
    summary="One document and its versions",
)
def get_document(service: ServiceOf, document_id: str, version: Version = None) -> Response:
    """Return what is known of a document."""
    record = record_of(service.helpdesk, document_id, version)
    versions = [
        {
            "version": each.version,
            "ingested_at": each.ingested_at,
            "content_sha256": each.content_sha256,
            "title": each.title,
        }
        for each in record.versions
    ]
    return json_reply(document_json(record) | {"versions": versions})


@router.get(
    "/{document_id}/text",
    response_model=DocumentText,
    responses=problems(404),
    summary="The text that citations count in",
)
def get_text(service: ServiceOf, document_id: str, version: Version = None) -> Response:
    """Return the extracted text of a version: ``text[start_char:end_char]`` of a citation is its quote."""
    record = record_of(service.helpdesk, document_id, version)
    text = service.helpdesk.catalog.text(document_id, record.version)
    return json_reply({"document_id": record.document_id, "version": record.version, "text": text})


@router.get(
    "/{document_id}/original",
    summary="The file as it came in",
    response_class=FileResponse,
    responses={200: ORIGINAL, **problems(404)},
)
def get_original(service: ServiceOf, document_id: str, version: Version = None) -> Response:
    """Return the original file, to be looked at and never run."""
    record = record_of(service.helpdesk, document_id, version)
    file = originals.path(service.settings.data_dir, record.content_sha256)
    if not file.is_file():
        raise DocumentUnknown("The original file is not kept here any more. Its text can still be read.")
    known = record.media_type in SHOWN_AS
    media_type = (
        (SHOWN_AS.get(record.media_type) or record.media_type) if known else "application/octet-stream"
    )
    headers = {"Cache-Control": "private, max-age=300"}
    if media_type != "application/pdf":  # browsers refuse to show a PDF in a sandbox
        headers["Content-Security-Policy"] = SANDBOX
    return FileResponse(
        file,
        media_type=media_type,
        filename=_file_name(record.source),
        content_disposition_type="inline" if known else "attachment",
        headers=headers,
    )


def _file_name(source: str) -> str:
    """Return a plain name for the file: the last part of its path or address."""
    name = clean(source).split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    kept = "".join(character for character in name if character.isprintable() and character not in '"\\')
    return kept[-120:] or "document"
