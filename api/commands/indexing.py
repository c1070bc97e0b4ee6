"""``helpdesk index``: look, check, rebuild, mend."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.commands.progress import Progress
from api.commands.session import settings_of
from api.console import Console, lines_of
from helpdesk_bot.settings import Settings


def status(options: argparse.Namespace, console: Console) -> int:
    """Show what the index holds and what serves it, tried with a few searches."""
    from corpus.catalog import Catalog
    from index.dense import DenseIndex
    from index.probing import probe
    from index.store import read_embedder

    settings = settings_of(options)
    with _database(settings) as engine:
        dense = DenseIndex(engine, settings.data_dir / "index")
        with engine.connect() as connection:
            stamp = read_embedder(connection)
        probe(engine, dense)
        document = {
            "embedder": None if stamp is None else {"name": stamp.name, "dimension": stamp.dimension},
            "documents": Catalog(engine).counts(),
            **dense.status().to_json(),
        }
        dense.close()
    _show(console, document)
    return 0


def verify(options: argparse.Namespace, console: Console) -> int:
    """Compare database and indexes; 1 if they differ."""
    report = verified(settings_of(options))
    _show(console, report)
    return 0 if report["clean"] else 1


def verified(settings: Settings) -> dict[str, Any]:
    """Return the comparison of database and indexes."""
    from index.consistency import verify as compare

    with _database(settings) as engine:
        return compare(engine, settings.data_dir / "index").to_json()


def rebuild(options: argparse.Namespace, console: Console) -> int:
    """Make everything that is derived from the documents again."""
    from helpdesk_bot.maintenance import rebuild_index

    with Progress(console) as progress:
        report = rebuild_index(settings_of(options), progress=progress.step)
    _show(console, report)
    return 0


def repair(options: argparse.Namespace, console: Console) -> int:
    """Mend differences from what the database holds; 1 if some are left."""
    report = repaired(settings_of(options))
    _show(console, report)
    return 0 if report["clean"] else 1


def repaired(settings: Settings) -> dict[str, Any]:
    """Mend the indexes under the write lock; return what was different, and what still is."""
    from index.consistency import repair as mend
    from index.locks import write_lock

    with _database(settings) as engine, write_lock(settings.data_dir):
        before, after = mend(engine, settings.data_dir / "index")
    return {"clean": after.clean, "before": before.to_json(), "after": after.to_json()}


@contextmanager
def _database(settings: Settings) -> Iterator[Any]:
    from helpdesk_bot.database import open_database

    engine = open_database(settings)
    try:
        yield engine
    finally:
        engine.dispose()


def _show(console: Console, document: dict[str, Any]) -> None:
    console.document(document)
    console.result(lines_of(document))
