"""What happens to every request: security headers, a count, and a log line without private data."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.chat_dialect.errors import error_reply, speaks_dialect
from api.metrics import Metrics
from api.problems import problem_of_status
from api.replies import problem_reply

log = logging.getLogger("helpdesk.access")

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With "no-referrer" a browser would hide the origin of our own forms from us.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SecurityHeaders:
    """Adds the headers to every response that does not set its own.

    A response that names its own frame ancestors gets no ``X-Frame-Options``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                framed = "frame-ancestors" in headers.get("Content-Security-Policy", "")
                for name, value in SECURITY_HEADERS.items():
                    if not (framed and name == "X-Frame-Options"):  # it cannot name websites
                        headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class PlainErrorsAsProblems:
    """Makes the plain answers of the libraries below problem documents: a body too large, a bad range."""

    STATUSES = (400, 413, 416)
    KEPT = ("accept-ranges", "content-range")

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        replaced = False

        async def translated(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] in self.STATUSES:
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "text/plain").startswith("text/plain"):
                    replaced = True
                    kept = tuple((name, headers[name]) for name in self.KEPT if name in headers)
                    problem = problem_of_status(message["status"], headers=kept)
                    reply = error_reply if speaks_dialect(scope["path"]) else problem_reply
                    await reply(problem)(scope, receive, send)
            if not replaced:
                await send(message)

        await self._app(scope, receive, translated)


WAS = "helpdesk.method"
"""Where a request's scope says with which method it came, if it is answered as another."""


class HeadAsGet:
    """Answers HEAD as GET: the server sends the headers alone (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_head = scope["type"] == "http" and scope["method"] == "HEAD"
        await self._app({**scope, "method": "GET", WAS: "HEAD"} if is_head else scope, receive, send)


class Accounting:
    """Counts and logs each request by its route's template: no address, no query, no text."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def watching(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watching)
        finally:
            route = getattr(scope.get("route"), "path", None) or "unknown"
            given = scope.get(WAS, scope["method"])
            method = given if given in ("GET", "HEAD", "POST", "OPTIONS") else "other"
            self._metrics.request(method, route, status)
            log.info("%s %s %d %.0f ms", method, route, status, (time.perf_counter() - started) * 1000)
