"""A real helpdesk on the small library of three languages, served on a socket, for clients of every kind."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from api.server import make_server
from api.service import Opener
from helpdesk_bot.settings import Settings
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library


@pytest.fixture(scope="package")
def library_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data directory with the library; every question finds its evidence good enough."""
    settings = library.settings_for(tmp_path_factory.mktemp("library"), min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    return settings


@contextlib.contextmanager
def served(settings: Settings, opener: Opener | None = None) -> Iterator[str]:
    """Serve a data directory, by default with the seeded embedder; give the server's address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = make_server(settings, lambda: None, opener=opener or (lambda given: library.helpdesk(given)))
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    deadline = time.monotonic() + 400
    try:
        while httpx.get(f"{address}/health/ready", timeout=120).status_code != 200:
            assert time.monotonic() < deadline, "the server did not get ready"
            time.sleep(0.05)
        yield address
    finally:
        server.should_exit = True
        thread.join(120)
        assert not thread.is_alive()


@pytest.fixture(scope="package")
def library_address(library_settings: Settings) -> Iterator[str]:
    with served(library_settings) as address:
        yield address
