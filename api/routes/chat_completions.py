"""``/v1/chat/completions`` and ``/v1/models``: the helpdesk as a chat model."""

from __future__ import annotations

import time
import uuid
from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import Anybody
from api.chat_dialect.bodies import ChatBody, ChatCompletion, DialectErrorBody, Model, ModelList
from api.chat_dialect.reading import MODELS, known_model, to_question
from api.chat_dialect.writing import Heading, completion, events
from api.dependencies import Limited, ServiceOf
from api.replies import json_reply
from api.routes.asking import answer
from api.streaming import answer_events, event_response
from helpdesk_bot.settings import Settings

CREATED = 1_767_225_600
"""2026-01-01: clients want a date of each model, and these have none of their own."""

ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {"model": DialectErrorBody, "description": "What went wrong."},
}

router = APIRouter(prefix="/v1", tags=["chat dialect"], responses=ERRORS)


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    summary="Ask in the chat dialect",
    description="The last message is the question, those before it are its history. With `stream` the answer "
    "comes as chunks, and `[DONE]` last. Citations are annotations of the message; the whole answer stands "
    "in the field `helpdesk` (streamed: of the last chunk with a choice).",
)
async def create_completion(
    body: ChatBody, request: Request, service: ServiceOf, _caller: Anybody, limited: Limited
) -> Response:
    """Answer the last message."""
    question = to_question(body, service.settings)
    heading = Heading(
        f"chatcmpl-{uuid.uuid4().hex}", body.model, int(time.time()), _site(request, service.settings)
    )
    headers = limited | {
        "X-RateLimit-Limit-Requests": limited["RateLimit-Limit"],
        "X-RateLimit-Remaining-Requests": limited["RateLimit-Remaining"],
    }
    if body.stream:
        include_usage = body.stream_options is not None and body.stream_options.include_usage
        answering = answer_events(service, question)
        response = event_response(events(answering, question, heading, include_usage=include_usage))
        response.headers.update(headers)
        return response
    return json_reply(completion(await answer(service, question), question, heading), headers)


@router.get("/models", response_model=ModelList, summary="List the models")
async def list_models() -> Response:
    """Return the names under which the helpdesk answers."""
    return json_reply({"object": "list", "data": [_model(name) for name in MODELS]})


@router.get("/models/{model}", response_model=Model, summary="One model")
async def get_model(model: str) -> Response:
    """Return one of them."""
    return json_reply(_model(known_model(model)))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "helpdesk"}


def _site(request: Request, settings: Settings) -> str:
    """Return the address under which the caller reaches this site, without a slash at its end."""
    return (settings.public_url or str(request.base_url)).rstrip("/")
