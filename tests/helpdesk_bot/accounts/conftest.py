"""A database of its own for each test, and a hasher that does not take its time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

import helpdesk_bot.schema  # noqa: F401  (registers every table)
from corpus.schema import metadata
from corpus.storage import open_engine, sqlite_url
from helpdesk_bot.accounts import passwords


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(sqlite_url(tmp_path))
    metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: cheap)
    monkeypatch.setattr(passwords, "_hash_of_nothing", lambda: cheap.hash("nothing"))
