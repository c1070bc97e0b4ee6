"""The asker's side of the review desk: asking an expert, and picking up what was released."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.dependencies import Limited, ServiceOf
from api.questions import clean
from api.replies import json_reply
from api.review_schemas import Item, RequestBody, Requested
from helpdesk_bot import retention
from helpdesk_bot.accounts.directory import clean_email
from helpdesk_bot.review import asker

router = APIRouter(prefix="/api/v1", tags=["ask"])


@router.post("/review/requests", status_code=201, response_model=Requested, summary="Ask an expert")
def ask_expert(body: RequestBody, service: ServiceOf, limited: Limited) -> Response:
    """Put a question before an expert; no account is needed.

    Name an answer with its conversation, or give a question; with a question
    alone a new conversation is made. Keep ``conversation_id``: it is the key to the reply.
    """
    email = clean_email(body.email) if body.email and body.email.strip() else None
    requested = asker.ask_expert(
        service.engine,
        answer_id=body.answer_id,
        question=clean(body.question) if body.question else None,
        conversation_id=body.conversation_id,
        language=(body.language or service.settings.default_language).split("-")[0].lower(),
        note=body.note,
        email=email,
        consent=body.consent,
    )
    return json_reply(requested, limited, 201)


@router.get("/conversations/{conversation_id}", response_model=Item, summary="What became of your questions")
def get_conversation(
    service: ServiceOf,
    limited: Limited,
    conversation_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,32}$")],
) -> Response:
    """Return the questions of a conversation, what the experts did, and the released answers.

    Who knows the id sees the conversation: it is as secret as a password.
    """
    since = retention.visible_since(service.engine, service.settings)
    return json_reply(asker.conversation(service.engine, conversation_id, since), limited)
