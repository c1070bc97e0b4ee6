"""Running the application on a socket, and stopping it within ten seconds."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from api.app import create_app
from api.service import Opener, Service, open_real
from helpdesk_bot.settings import Settings

DRAIN_S = 9
"""Seconds that open requests have; a supervisor that waits ten kills the process after that."""


class DrainingServer(uvicorn.Server):
    """Tells the application that it is about to stop, so that open streams can end properly."""

    def __init__(self, config: uvicorn.Config, service: Service, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell who waits for it."""
        await super().startup(sockets)
        self._on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let open streams end, then stop."""
        self._service.drain()
        await super().shutdown(sockets)


def make_server(
    settings: Settings, on_listening: Callable[[], None], opener: Opener = open_real
) -> DrainingServer:
    """Return a server of the application, not yet running."""
    app = create_app(settings, opener=opener)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # ours names routes only; uvicorn's would log addresses and queries
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
        timeout_keep_alive=20,
        proxy_headers=False,
        ws="none",
    )
    return DrainingServer(config, app.state.service, on_listening)


def serve(settings: Settings, listening: socket.socket, on_listening: Callable[[], None]) -> None:
    """Serve on a listening socket until a signal stops it."""
    make_server(settings, on_listening).run(sockets=[listening])
