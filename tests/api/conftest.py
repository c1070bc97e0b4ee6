"""A server of the application with a small helpdesk, in process or on a real socket."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.server import make_server
from tests.api.house import FakeHelpdesk, settings_in

PATIENCE_S = 120.0
"""How long a thing may take that is there in a moment, on a machine that is busy with something else."""


class InProcess:
    """Calls the application without a socket; each call runs in an event loop of its own."""

    def __init__(self, app: FastAPI, client: tuple[str, int] = ("127.0.0.1", 50000)) -> None:
        self.app = app
        self.client = client

    def request(self, method: str, path: str, **options: object) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=self.client)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.request(method, path, **options)  # type: ignore[arg-type]  # any httpx option

        return asyncio.run(call())

    def get(self, path: str, **options: object) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: object) -> httpx.Response:
        return self.request("POST", path, **options)


def wait_until_ready(app: FastAPI) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not app.state.service.ready:
        assert time.monotonic() < deadline, "the helpdesk was not loaded"
        time.sleep(0.01)


@pytest.fixture
def helpdesk(tmp_path: Path) -> Iterator[FakeHelpdesk]:
    fake = FakeHelpdesk(settings_in(tmp_path))
    yield fake
    fake.release.set()
    fake.close()


@pytest.fixture
def site(tmp_path: Path, helpdesk: FakeHelpdesk) -> InProcess:
    app = create_app(settings_in(tmp_path), opener=lambda _settings: helpdesk)  # type: ignore[arg-type,return-value]  # a stand-in
    app.state.service.start()
    wait_until_ready(app)
    return InProcess(app)


@pytest.fixture
def address(tmp_path: Path, helpdesk: FakeHelpdesk) -> Iterator[str]:
    """The address of a real server on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = make_server(settings_in(tmp_path), lambda: None, opener=lambda _settings: helpdesk)  # type: ignore[arg-type,return-value]  # a stand-in
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    deadline = time.monotonic() + PATIENCE_S
    while httpx.get(f"{address}/health/ready", timeout=PATIENCE_S).status_code != 200:
        assert time.monotonic() < deadline, "the server did not get ready"
        time.sleep(0.05)
    yield address
    helpdesk.release.set()
    server.should_exit = True
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
