from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.settings import Settings
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data directory with the whole library; every question finds its evidence good enough."""
    settings = library.settings_for(tmp_path_factory.mktemp("library"), min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    return settings


@pytest.fixture(scope="session")
def desk(filled: Settings) -> Iterator[Helpdesk]:
    with library.helpdesk(filled) as opened:
        yield opened


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"
