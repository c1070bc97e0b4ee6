"""``/api/v1/admin/outbox``: messages on their way out, and those that could not be delivered."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel

from api.access import needs
from api.dependencies import ServiceOf
from api.openapi import problems
from api.replies import json_reply
from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.delivery import listing

router = APIRouter(prefix="/api/v1/admin/outbox", tags=["operations"])

Administrator = Annotated[Account, Depends(needs("administrator"))]
MessageId = Annotated[str, Path(pattern=r"^[0-9a-zA-Z_-]{1,32}$")]
Status = Literal["waiting", "delivered", "dead", "skipped"]


class Message(BaseModel):
    """A message, without what it says or to whom it goes."""

    message_id: str
    kind: Literal["email", "webhook"]
    status: Status
    attempts: int
    due_at: str
    last_error: str | None
    created_at: str
    delivered_at: str | None
    can_retry: bool


class Outbox(BaseModel):
    """The newest messages, and how many there are of each state."""

    messages: list[Message]
    counts: dict[str, int]


@router.get("", response_model=Outbox, summary="Messages on their way out")
def list_messages(
    service: ServiceOf,
    _administrator: Administrator,
    status: Annotated[Status | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """List mails and webhooks, the newest first: never their text or their address."""
    return json_reply(
        {
            "messages": listing.messages(service.engine, status=status, limit=limit),
            "counts": listing.counts(service.engine),
        }
    )


@router.post(
    "/{message_id}/retry", response_model=Outbox, summary="Try a dead letter again", responses=problems(404)
)
def retry(service: ServiceOf, administrator: Administrator, message_id: MessageId) -> Response:
    """Put a dead letter back, with all its tries; one whose address is gone cannot be sent any more."""
    with begin_write(service.engine) as connection:
        listing.retry(connection, message_id)
        audit.record(connection, who=administrator.account_id, what="outbox.retried", subject=message_id)
    return list_messages(service, administrator)
