"""A real helpdesk on the small library whose reader waits at a gate, so that a test can make it busy."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpdesk_bot.database import open_database
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.settings import Settings
from index.reader import Excerpt, Reading
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

PROGRAM = """
import sys
import helpdesk_bot.helpdesk
from tests.api.busy_house import open_busy
helpdesk_bot.helpdesk.open_helpdesk = open_busy
from api.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""``helpdesk serve`` with this helpdesk: a whole process, with nothing else put in."""


@dataclass(frozen=True, slots=True)
class GatedReader:
    """Waits while the gate, a file, is there; finds that everything answers."""

    gate: Path

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Reading]:
        deadline = time.monotonic() + 120
        while self.gate.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return [Reading(1.0, 1.0, 1.0, 0, min(3, len(excerpt.text))) for excerpt in excerpts]


def gate_of(settings: Settings) -> Path:
    return settings.data_dir / "gate"


def open_busy(settings: Settings) -> Helpdesk:
    reader = GatedReader(gate_of(settings))
    return Helpdesk(settings, open_database(settings), FakeEmbedder(), reader=lambda: reader)


def fill(data_dir: Path) -> Settings:
    """Put the library into a data directory; return the settings of it."""
    settings = library.settings_for(data_dir)
    library.fill(settings, FakeEmbedder())
    return settings
