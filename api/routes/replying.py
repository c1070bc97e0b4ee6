"""``POST /api/v1/reply``: a whole helpdesk reply, as JSON, Markdown, HTML or DOCX."""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import Limited, ServiceOf
from api.errors import NotAcceptable
from api.negotiation import accepted
from api.openapi import problems
from api.replies import json_reply
from api.schemas import AskBody
from api.service import Service
from helpdesk_bot.answers import Question
from helpdesk_bot.reply.as_html import CONTENT_SECURITY_POLICY
from helpdesk_bot.reply.rendering import FORMATS, RENDERINGS, ReplyFormat, render
from helpdesk_bot.reply.values import Reply, reply_to_json

router = APIRouter(prefix="/api/v1", tags=["ask"])

Format = Literal["json", "markdown", "html", "docx"]
JSON_TYPE = "application/json"
TYPES: dict[str, Format] = {JSON_TYPE: "json", **{RENDERINGS[form].media_type: form for form in FORMATS}}
"""Media types by which a format is asked for, the preferred first."""

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_TEXT = {"schema": {"type": "string"}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The reply, in the form asked for.",
        "content": {
            RENDERINGS[form].media_type: _TEXT if RENDERINGS[form].is_text else _BINARY for form in FORMATS
        },
    },
    **problems(406, 422, 429, 503),
}


@router.post(
    "/reply",
    response_model=Reply,
    responses=RESPONSES,
    summary="Ask for a helpdesk reply",
    description="The answer in the shape that an expert would send: direct answer, then resources by kind, "
    "each with a quote, and every quote with its citation. The body is that of `/ask`, and the answer is "
    "recorded as there. `format` goes before `Accept`; without either it is JSON.",
)
async def reply(
    body: AskBody,
    request: Request,
    service: ServiceOf,
    limited: Limited,
    form: Annotated[
        Format | None, Query(alias="format", description="`json`, `markdown`, `html` or `docx`.")
    ] = None,
) -> Response:
    """Answer a question with a whole reply."""
    wanted = form or _negotiated(request)
    question = body.to_question(service.settings)
    given, file = await _reply(service, question, None if wanted == "json" else wanted)
    headers = {"Vary": "Accept", "Content-Language": given.language, **limited}
    if wanted == "json":
        return json_reply(reply_to_json(given), headers)
    return _file(file, wanted, headers)


def _negotiated(request: Request) -> Format:
    media_type = accepted(request.headers.get("accept", ""), tuple(TYPES))
    if media_type is None:
        raise NotAcceptable(f"A reply is given as {', '.join(TYPES)}: name one of them in Accept.")
    return TYPES[media_type]


async def _reply(service: Service, question: Question, form: ReplyFormat | None) -> tuple[Reply, bytes]:
    """Return the reply and, for a format, its file; both are made on a thread for questions.

    Raises:
        Starting: questions are not answered yet.
        SwitchedOff: they are switched off.
        Overloaded: too many questions wait.
    """
    helpdesk = service.answering

    def work() -> tuple[Reply, bytes]:
        with service.load.turn(question) as asked:
            given = helpdesk.reply(asked)
        return given, render(given, form) if form else b""

    started = time.perf_counter()
    given, file = await service.workers.run(work)
    service.metrics.answer(given.outcome, time.perf_counter() - started)
    return given, file


def _file(file: bytes, form: ReplyFormat, headers: dict[str, str]) -> Response:
    rendering = RENDERINGS[form]
    charset = "; charset=utf-8" if rendering.is_text else ""
    headers = {"Cache-Control": "no-store", **headers}
    if form == "html":
        headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'none'"
    if form == "docx":
        headers["Content-Disposition"] = f'attachment; filename="reply{rendering.suffix}"'
    return Response(file, 200, headers, media_type=f"{rendering.media_type}{charset}")
