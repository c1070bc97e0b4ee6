"""A helpdesk on a real, migrated data directory, whose pages start real child processes."""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.app import create_app
from helpdesk_bot.answers import Answer, Question
from helpdesk_bot.helpdesk import open_helpdesk
from helpdesk_bot.settings import load_settings
from tests.api.conftest import InProcess, wait_until_ready
from tests.api.house import FakeHelpdesk
from tests.fakes import FakeEmbedder


def asked_now(helpdesk: FakeHelpdesk, question: str) -> Answer:
    """Have a question answered and recorded today (the answers of the house are of January)."""
    given = dataclasses.replace(
        helpdesk.ask(Question(question)),
        answer_id=uuid.uuid4().hex,
        conversation_id=uuid.uuid4().hex,
        created_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    )
    helpdesk.records.add(given)
    return given


LONG_S = 300
"""Seconds that a child may take on a busy machine."""


@contextmanager
def real_house(folder: Path) -> Iterator[InProcess]:
    """Serve an empty data directory; the server itself embeds nothing, its children use the bundled model."""
    settings = load_settings(None, folder / "var", {})
    app = create_app(settings, opener=lambda given: open_helpdesk(given, FakeEmbedder(), reader=None))
    app.state.service.start()
    wait_until_ready(app)
    try:
        yield InProcess(app)
    finally:
        app.state.service.close()


def finished(site: InProcess, headers: dict[str, str], address: str) -> dict[str, Any]:
    """Ask for a job until it has ended; return it."""
    deadline = time.monotonic() + LONG_S
    while True:
        job: dict[str, Any] = site.get(address, headers=headers).json()
        if job["state"] not in ("queued", "running", "cancelling"):
            return job
        assert time.monotonic() < deadline, job
        time.sleep(0.5)
