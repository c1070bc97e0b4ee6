"""``POST /api/v1/ask``: one answer, as JSON or as a stream of events."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Request, Response

from api.dependencies import Limited, ServiceOf
from api.negotiation import accepted
from api.openapi import problems
from api.replies import json_reply
from api.schemas import AskBody
from api.service import Service
from api.streaming import stream_answer
from helpdesk_bot.answers import Answer, Question, answer_to_json

STREAMED: dict[str, Any] = {
    "description": "The answer, whole or as events.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}

router = APIRouter(prefix="/api/v1", tags=["ask"])


async def answer(service: Service, question: Question) -> dict[str, Any]:
    """Return the answer to a question as JSON values.

    Raises:
        Starting: questions are not answered yet.
        SwitchedOff: they are switched off.
        Overloaded: too many questions wait.
    """
    helpdesk = service.answering

    def work() -> Answer:
        with service.load.turn(question) as asked:
            return helpdesk.ask(asked)

    started = time.perf_counter()
    given = await service.workers.run(work)
    service.metrics.answer(given.outcome, time.perf_counter() - started)
    return answer_to_json(given)


@router.post(
    "/ask",
    response_model=Answer,
    responses={200: STREAMED, **problems(422, 429, 503)},
    summary="Ask a question",
    description="Every outcome of a question is HTTP 200. A busy server answers at depth `fast`, and the "
    "trace's notes say so. With `Accept: text/event-stream` the answer comes "
    "as `status`, `sentence`, `citation` and `related` events; `done` carries the whole answer.",
)
async def ask(body: AskBody, request: Request, service: ServiceOf, limited: Limited) -> Response:
    """Answer a question."""
    question = body.to_question(service.settings)
    if _wants_events(request.headers.get("accept", "")):
        response = stream_answer(service, question)
        response.headers.update(limited)
        return response
    return json_reply(await answer(service, question), limited)


def _wants_events(accept: str) -> bool:
    """Return whether events are asked for by name, and taken at least as gladly as JSON."""
    offered = ("text/event-stream", "application/json")
    return offered[0] in accept.lower() and accepted(accept, offered) == offered[0]
