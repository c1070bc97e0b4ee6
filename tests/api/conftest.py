"""A server of the application with a small helpdesk, in process or on a real socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from helpdesk_bot.settings import Settings
from tests.api.house import FakeHelpdesk, settings_in
from tests.api.serving import PATIENCE_S, serving


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


@contextmanager
def started(settings: Settings, helpdesk: Any) -> Iterator[InProcess]:
    """The application over an open helpdesk; closed afterwards, lest its courier go on looking for mail."""
    app = create_app(settings, opener=lambda _settings: helpdesk)
    app.state.service.start()
    try:
        wait_until_ready(app)
        yield InProcess(app)
    finally:
        app.state.service.close()


@pytest.fixture
def site(tmp_path: Path, helpdesk: FakeHelpdesk) -> Iterator[InProcess]:
    with started(settings_in(tmp_path), helpdesk) as found:
        yield found
        helpdesk.release.set()


@pytest.fixture
def address(tmp_path: Path, helpdesk: FakeHelpdesk) -> Iterator[str]:
    """The address of a real server on a free port."""
    with serving(settings_in(tmp_path), lambda _settings: helpdesk) as found:
        yield found
        helpdesk.release.set()
