"""The web application: routes, pages, errors and headers, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.routing import Route

from api import openapi
from api.access import sign_in_address
from api.assets import Assets
from api.body_limits import BodyLimits
from api.chat_dialect.errors import error_reply, speaks_dialect
from api.mcp_server.http import PATH as MCP_PATH
from api.mcp_server.http import MountedServer
from api.messages import messages
from api.middleware import Accounting, HeadAsGet, PlainErrorsAsProblems, SecurityHeaders
from api.pages import error_page, page_language, wants_page
from api.problems import KINDS, Problem, problem_of, problem_of_status
from api.replies import problem_reply
from api.routes import (
    accounts,
    admin_documents,
    admin_pages,
    admin_people,
    asker_pages,
    asking,
    banked,
    chat_completions,
    document_changes,
    documents,
    evals_pages,
    evaluating,
    expert_requests,
    facets,
    feedback,
    health,
    operations,
    outgoing,
    pages,
    replying,
    review_conflicts,
    review_deciding,
    review_pages,
    review_releasing,
    reviewing,
    searching,
    session,
    signing_in,
    widget,
)
from api.service import Opener, Service, open_real
from api.widget_tokens import check as check_widget_token
from helpdesk_bot import __version__
from helpdesk_bot.settings import Settings, load_settings

MAX_BODY_BYTES = 256 * 1024
"""Enough for a question with its history; uploads have a limit of their own, a setting."""

STATIC = Path(__file__).parent / "static"


def create_app(settings: Settings | None = None, *, opener: Opener = open_real) -> FastAPI:
    """Return the application; it begins to load the helpdesk when it is started.

    Args:
        settings: the options; default: from the environment.
        opener: opens the helpdesk (tests give their own).
    """
    service = Service(settings or load_settings(), opener)

    mcp = MountedServer(service)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        await mcp.close()
        service.close()

    app = FastAPI(
        title="Helpdesk",
        version=__version__,
        summary="Answers from documents, with the passage behind every sentence.",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        dependencies=[Depends(check_widget_token)],
        lifespan=lifespan,
    )
    app.state.service = service
    app.include_router(asking.router)
    app.include_router(replying.router)
    app.include_router(chat_completions.router)
    app.include_router(facets.router)  # before the documents: its address looks like a document's
    app.include_router(documents.router)
    app.include_router(document_changes.router)
    app.include_router(operations.router)
    app.include_router(evaluating.router)
    app.include_router(evals_pages.router)
    app.include_router(admin_pages.router)
    app.include_router(admin_documents.router)
    app.include_router(admin_people.router)
    app.include_router(searching.router)
    app.include_router(feedback.router)
    app.include_router(expert_requests.router)
    app.include_router(reviewing.router)
    app.include_router(banked.router)
    app.include_router(outgoing.router)
    app.include_router(health.router)
    app.include_router(session.router)
    app.include_router(accounts.router)
    app.include_router(signing_in.router)
    app.include_router(pages.router)
    app.include_router(asker_pages.router)
    app.include_router(widget.router)
    for place in (review_pages, review_deciding, review_releasing, review_conflicts):
        app.include_router(place.router)
    app.router.routes.append(Route(MCP_PATH, endpoint=mcp, methods=["POST"], include_in_schema=False))
    app.mount("/static", Assets(STATIC), name="static")
    openapi.install(app)
    _answer_errors(app)
    limit = service.settings.max_upload_bytes
    app.add_middleware(BodyLimits, most_bytes=MAX_BODY_BYTES, most_upload_bytes=limit)
    app.add_middleware(PlainErrorsAsProblems)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Accounting, metrics=service.metrics)
    app.add_middleware(HeadAsGet)
    return app


def _answer_errors(app: FastAPI) -> None:
    """Answer each error with a problem document, or with a page where a person is looking."""

    def answer(request: Request, problem: Problem) -> Response:
        if problem.code == "unauthorized" and wants_page(request):
            return RedirectResponse(sign_in_address(request), 303, {"Cache-Control": "no-store"})
        if problem.code == "switched_off":  # the one problem that an asker's program shows to people
            problem = replace(problem, detail=messages(page_language(request))["error_switched_off"])
        if speaks_dialect(request.url.path):
            return error_reply(problem)
        return error_page(request, problem) if wants_page(request) else problem_reply(problem)

    async def listed(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error))

    async def by_status(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            return await listed(request, error)
        headers = tuple((error.headers or {}).items())
        return answer(request, problem_of_status(error.status_code, str(error.detail), headers))

    async def invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            return await listed(request, error)
        return answer(request, _invalid(error))

    for kind in KINDS:
        app.add_exception_handler(kind, listed)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, listed)


def _invalid(error: RequestValidationError) -> Problem:
    """Say which fields are wrong; never repeat what was sent."""
    fields: list[dict[str, Any]] = [
        {"field": "", "message": f"not JSON at character {item['loc'][-1]}", "kind": item["type"]}
        if item["type"] == "json_invalid"
        else {
            "field": ".".join(str(part) for part in item["loc"][1:]),
            "message": item["msg"],
            "kind": item["type"],
        }
        for item in error.errors()[:20]
    ]
    status = 400 if any(item["kind"] == "json_invalid" for item in fields) else 422
    base = problem_of_status(status)
    detail = "; ".join(f"{item['field'] or 'body'}: {item['message']}" for item in fields)
    return Problem(base.status, base.code, base.title, detail, (("errors", fields),))
