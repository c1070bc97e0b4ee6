"""The web application: routes, pages, errors and headers, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api.middleware import Accounting, SecurityHeaders, TooLargeAsProblem
from api.pages import error_page, wants_page
from api.problems import KINDS, Problem, problem_of, problem_of_status
from api.replies import problem_reply
from api.routes import asking, documents, health, pages, replying
from api.service import Opener, Service, open_real
from helpdesk_bot import __version__
from helpdesk_bot.settings import Settings, load_settings

MAX_BODY_BYTES = 256 * 1024
"""Enough for a question with its history; uploads will have a limit of their own."""

STATIC = Path(__file__).parent / "static"


def create_app(settings: Settings | None = None, *, opener: Opener = open_real) -> FastAPI:
    """Return the application; it begins to load the helpdesk when it is started.

    Args:
        settings: the options; default: from the environment.
        opener: opens the helpdesk (tests give their own).
    """
    service = Service(settings or load_settings(), opener)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.close()

    app = FastAPI(
        title="Helpdesk",
        version=__version__,
        summary="Answers from documents, with the passage behind every sentence.",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    app.include_router(asking.router)
    app.include_router(replying.router)
    app.include_router(documents.router)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _answer_errors(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES)
    app.add_middleware(TooLargeAsProblem)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Accounting, metrics=service.metrics)
    return app


def _answer_errors(app: FastAPI) -> None:
    """Answer each error with a problem document, or with a page where a person is looking."""

    def answer(request: Request, problem: Problem) -> Response:
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
        {
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
