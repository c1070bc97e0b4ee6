"""The application on a real socket, for as long as a test needs it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from api.server import make_server
from api.service import open_real
from helpdesk_bot.settings import Settings

PATIENCE_S = 120.0
"""How long a thing may take that is there in a moment, on a machine that is busy with something else."""
LOADING_S = 400.0
"""How long a server may take to load its model and its index on such a machine."""


@contextmanager
def serving(settings: Settings, opener: Callable[[Settings], Any] = open_real) -> Iterator[str]:
    """Serve a data directory on a free port, in a thread.

    Args:
        settings: of the server.
        opener: opens the helpdesk; by default as ``helpdesk serve`` does.

    Yields:
        the address, once the helpdesk behind it is loaded.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = make_server(settings, lambda: None, opener=opener)
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    try:
        _wait_until_ready(address, thread)
        yield address
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listening.close()
    assert not thread.is_alive(), "the server did not stop"


def _wait_until_ready(address: str, thread: threading.Thread) -> None:
    deadline = time.monotonic() + LOADING_S
    with httpx.Client(trust_env=False, timeout=PATIENCE_S) as client:
        while client.get(f"{address}/health/ready").status_code != 200:
            assert thread.is_alive(), "the server ended"
            assert time.monotonic() < deadline, "the server did not get ready"
            time.sleep(0.02)
