"""A real helpdesk on the small library of three languages, served on a socket, for clients of every kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpdesk_bot.settings import Settings
from tests.api.serving import serving
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library


@pytest.fixture(scope="package")
def library_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data directory with the library; every question finds its evidence good enough."""
    settings = library.settings_for(tmp_path_factory.mktemp("library"), min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    return settings


@pytest.fixture(scope="package")
def library_address(library_settings: Settings) -> Iterator[str]:
    with serving(library_settings, library.helpdesk) as address:
        yield address
