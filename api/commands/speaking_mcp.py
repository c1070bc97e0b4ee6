"""``helpdesk mcp``."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from api.commands.session import settings_of
from api.console import Console


def run(options: argparse.Namespace, console: Console) -> int:
    """Speak the Model Context Protocol over stdin and stdout until stdin ends; all else goes to stderr."""
    settings = settings_of(options)
    from api.mcp_server.tools import make_server
    from api.service import Service

    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_server: Any) -> AsyncIterator[None]:
        service.start()
        try:
            yield
        finally:
            service.close()

    console.note("Speaking MCP on standard input and output (end of input stops).")
    site = settings.public_url.rstrip("/") if settings.public_url else None
    make_server(service, site=site, patient=True, lifespan=lifespan).run("stdio")
    return 0
