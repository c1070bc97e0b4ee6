"""MCP over HTTP at one address of the application: only for hosts that it is known by, within the limits.

Each request stands alone (no session is kept), and is answered with JSON.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.access import optional_account
from api.dependencies import within_limit
from api.service import Service
from helpdesk_bot.settings import Settings

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

log = logging.getLogger(__name__)

PATH = "/mcp"
MAX_BODY_BYTES = 256 * 1024

_ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (compared with, not bound to)


class MountedServer:
    """An ASGI application for POST alone; the server behind it is made when the first request comes.

    A stream that a client would open with GET has nothing to say here.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._running: asyncio.Task[None] | None = None
        self._manager: asyncio.Future[StreamableHTTPSessionManager] | None = None
        self._stop: asyncio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        Raises:
            NotSignedIn: an API key is given that is not good.
            RateLimited: the client has used up its requests.
        """
        request = Request(scope, receive)
        await run_in_threadpool(optional_account, request)
        within_limit(request)
        manager = await self._started()
        await manager.handle_request(scope, receive, send)

    async def close(self) -> None:
        """End what still runs."""
        if self._stop is not None and self._running is not None:
            self._stop.set()
            await self._running

    async def _started(self) -> StreamableHTTPSessionManager:
        if self._manager is None:
            self._manager = asyncio.get_running_loop().create_future()
            self._stop = asyncio.Event()
            self._running = asyncio.create_task(self._run(self._manager, self._stop))
        return await asyncio.shield(self._manager)

    async def _run(self, manager: asyncio.Future[StreamableHTTPSessionManager], stop: asyncio.Event) -> None:
        """Keep the server open: its tasks have to be begun and ended by one task."""
        try:
            made = await asyncio.to_thread(_make, self._service)
            async with made.run():
                manager.set_result(made)
                await stop.wait()
        except Exception as error:
            if manager.done():
                log.error("the MCP server ended", exc_info=error)
            else:
                manager.set_exception(error)
        finally:
            self._manager = None  # a later request begins anew


def _make(service: Service) -> StreamableHTTPSessionManager:
    """Import the SDK (a second) and make the server."""
    from mcp.server.transport_security import TransportSecuritySettings

    from api.mcp_server.tools import make_server

    names = host_names(service.settings)
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[f"{name}{port}" for name in names for port in ("", ":*")],
        allowed_origins=[
            f"{scheme}://{name}{port}"
            for name in names
            for scheme in ("http", "https")
            for port in ("", ":*")
        ],
    )
    server = make_server(service, site=site(service.settings))
    server.streamable_http_app(
        stateless_http=True,
        json_response=True,
        max_request_body_size=MAX_BODY_BYTES,
        transport_security=security,
    )
    return server.session_manager


def host_names(settings: Settings) -> tuple[str, ...]:
    """Return the names by which this server may be called.

    A page of another site can make a browser call a server on the reader's
    own machine, under a name of that site's choice (DNS rebinding); the name
    in the request then gives it away.
    """
    names = ["127.0.0.1", "localhost", "[::1]"]
    if settings.public_url:
        names.append(_bracketed(urlsplit(settings.public_url).hostname or ""))
    if settings.host not in _ANY_ADDRESS:
        names.append(_bracketed(settings.host))
    return tuple(dict.fromkeys(name for name in names if name))


def site(settings: Settings) -> str:
    """Return the address of this helpdesk's pages, without a slash at its end."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = "127.0.0.1" if settings.host in _ANY_ADDRESS else settings.host
    return f"http://{_bracketed(host)}:{settings.port}"


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name and not name.startswith("[") else name
