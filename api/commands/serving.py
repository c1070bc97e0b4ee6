"""``helpdesk serve``."""

from __future__ import annotations

import argparse
import os
import signal
import socket
from types import FrameType

from api.commands.session import settings_of
from api.console import Console
from helpdesk_bot.errors import ConfigurationError


def run(options: argparse.Namespace, console: Console) -> int:
    """Serve until SIGINT or SIGTERM, then drain; 2 if the address or the data directory is taken."""
    settings = settings_of(
        options,
        host=options.host or os.environ.get("HOST") or None,
        port=options.port if options.port is not None else os.environ.get("PORT") or None,
        workers=options.workers,
    )
    if settings.workers > 1:
        raise ConfigurationError(
            f"{settings.workers} worker processes are not supported yet. Serve with --workers 1."
        )
    from index.locks import serve_lock

    with serve_lock(settings.data_dir), listen(settings.host, settings.port) as listening:
        from api.server import serve

        _stop_quietly()
        address = address_of(listening)
        serve(settings, listening, lambda: console.note(f"Chat page: {address} (Ctrl+C stops)"))
    console.note("Stopped.")
    return 0


def _stop_quietly() -> None:
    """Keep a signal that has been served from ending the process a second time.

    The server raises it again once it has drained; by default that would make
    the exit code -15 instead of 0.
    """

    def ignore(_number: int, _frame: FrameType | None) -> None:
        return

    signal.signal(signal.SIGTERM, ignore)
    signal.signal(signal.SIGINT, ignore)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Raises:
        ConfigurationError: the address is taken, unknown or not allowed.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(256)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise ConfigurationError(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. "
            "Choose another with --port or PORT=, or stop what uses it."
        ) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the address of the chat page on a listening socket."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  (compared with, not bound to)
        host = "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/"
