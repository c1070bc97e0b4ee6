"""``/api/v1/bank``: the answers that experts approved, and what keeps them; for experts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import needs
from api.dependencies import ServiceOf
from api.openapi import problems
from api.replies import json_reply
from corpus.language import detect
from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.answer_bank import add_phrasings, entries

router = APIRouter(prefix="/api/v1/bank", tags=["answer bank"])

Expert = Annotated[Account, Depends(needs("expert"))]
EntryId = Annotated[str, Path(pattern=r"^[0-9a-zA-Z_-]{1,32}$")]
_UNKNOWN = problems(404)


class Wording(BaseModel):
    """A question as somebody asked it."""

    text: str
    language: str


class Source(BaseModel):
    """A document version that the answer cites."""

    document_id: str
    version: int


class Entry(BaseModel):
    """An approved answer; ``stale``: a document changed, and the question is back in the queue."""

    entry_id: str
    item_id: str
    status: Literal["active", "stale", "disabled"]
    reason: str | None
    question: str
    language: str
    filters: dict[str, list[str]]
    approved_by: str
    approved_at: str
    updated_at: str
    phrasings: list[Wording]
    documents: list[Source]


class WholeEntry(Entry):
    """An entry with the answer as it was approved."""

    answer: dict[str, Any]


class Entries(BaseModel):
    """A page of entries, the latest approved first; ``total``: how many there are."""

    entries: list[Entry]
    total: int


class WordingBody(BaseModel):
    """A further wording that the entry is to be found by."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"text": "Bao nhiêu thư viện cho mượn máy tính bảng?", "language": "vi"}
        },
    )

    text: str = Field(min_length=3, max_length=2000)
    language: str | None = Field(None, pattern=r"^[a-z]{2}$", description="None: as the text shows.")


@router.get("", response_model=Entries, summary="List the answer bank")
def list_entries(
    service: ServiceOf,
    _expert: Expert,
    status: Annotated[Literal["active", "stale", "disabled"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """List approved answers with their wordings and the document versions that they rest on."""
    found, total = entries.entries(service.engine, status=status, limit=limit, offset=offset)
    return json_reply({"entries": found, "total": total})


@router.get("/{entry_id}", response_model=WholeEntry, summary="One approved answer", responses=_UNKNOWN)
def get_entry(service: ServiceOf, _expert: Expert, entry_id: EntryId) -> Response:
    """Return an entry with the answer as it was approved."""
    return json_reply(entries.entry(service.engine, entry_id))


@router.delete("/{entry_id}", response_model=WholeEntry, summary="Take out of service", responses=_UNKNOWN)
def disable(service: ServiceOf, expert: Expert, entry_id: EntryId) -> Response:
    """Serve this answer no longer; the entry stays, and can be put back."""
    with begin_write(service.engine) as connection:
        entries.disable(connection, entry_id)
        audit.record(connection, who=expert.account_id, what="bank.disabled", subject=entry_id)
    return json_reply(entries.entry(service.engine, entry_id))


@router.post("/{entry_id}/enable", response_model=WholeEntry, summary="Put back", responses=_UNKNOWN)
def enable(service: ServiceOf, expert: Expert, entry_id: EntryId) -> Response:
    """Serve an answer again that was taken out; one whose documents changed stays with the desk."""
    with begin_write(service.engine) as connection:
        entries.enable(connection, entry_id)
        audit.record(connection, who=expert.account_id, what="bank.enabled", subject=entry_id)
    return json_reply(entries.entry(service.engine, entry_id))


@router.post("/{entry_id}/phrasings", response_model=WholeEntry, summary="Add a wording", responses=_UNKNOWN)
def add_wording(service: ServiceOf, expert: Expert, entry_id: EntryId, body: WordingBody) -> Response:
    """Let the answer be found by a further wording, in any language."""
    known = entries.entry(service.engine, entry_id)
    language = body.language or detect(body.text)
    with begin_write(service.engine) as connection:
        if add_phrasings(connection, known["item_id"], [(body.text, language)]):
            audit.record(connection, who=expert.account_id, what="bank.phrased", subject=entry_id)
    return json_reply(entries.entry(service.engine, entry_id))
