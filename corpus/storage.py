"""Opening the database so that an acknowledged write survives a killed process."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

_WAIT_S = 30.0


def sqlite_url(data_dir: Path) -> str:
    """Return the SQLAlchemy address of the database in a data directory."""
    return f"sqlite:///{data_dir / 'helpdesk.db'}"


def open_engine(url: str) -> Engine:
    """Open a database; SQLite in WAL mode with ``synchronous=FULL``.

    Args:
        url: a SQLAlchemy address, e.g. ``sqlite:////srv/var/helpdesk.db``.

    Returns:
        an engine whose connections wait up to 30 s for another writer.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(
        url,
        connect_args={"timeout": _WAIT_S, "check_same_thread": False},
        hide_parameters=True,  # an error is logged: what people wrote is not
    )

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: Any) -> None:
        # SQLAlchemy begins transactions itself (see `_begin`), so that a
        # writer takes its lock at once and never fails half-way on upgrade.
        connection.isolation_level = None
        cursor = connection.cursor()
        _enter_wal_mode(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-8000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _enter_wal_mode(cursor: Any) -> None:
    """Switch to WAL mode, waiting for another process that is doing the same.

    SQLite does not wait by itself here: of two processes that open a new
    database at once, one is told at once that it is locked.
    """
    deadline = time.monotonic() + _WAIT_S
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def begin_write(engine: Engine) -> Any:
    """Return a write transaction to be used in a ``with`` statement: it takes its lock at once."""
    return engine.execution_options(immediate=True).begin()
