"""How large a request may be: uploads of documents have a limit of their own, a setting."""

from __future__ import annotations

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

UPLOADS = ("/api/v1/documents", "/admin/documents")
"""Addresses that take files."""


class BodyLimits:
    """Refuses requests that are too large."""

    def __init__(self, app: ASGIApp, *, most_bytes: int, most_upload_bytes: int) -> None:
        self._plain = RequestBodyLimitMiddleware(app, most_bytes)
        self._upload = RequestBodyLimitMiddleware(app, most_upload_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_upload = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in UPLOADS
        await (self._upload if is_upload else self._plain)(scope, receive, send)
