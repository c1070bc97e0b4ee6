"""Giving the database's freed space back, so that what was deleted is gone from the disk."""

from __future__ import annotations

import time

from sqlalchemy import Engine, text

WAIT_S = 30.0


def compact(engine: Engine, wait_s: float = WAIT_S) -> bool:
    """Rewrite the database without its freed pages, and empty the write-ahead log.

    Args:
        engine: the database; others may be using it.
        wait_s: seconds to wait for readers who still see an older state.

    Returns:
        whether the log could be emptied.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw = connection.connection.driver_connection
        if raw is None or engine.dialect.name != "sqlite":
            connection.execute(text("VACUUM"))
            return True
        deadline = time.monotonic() + wait_s
        connection.rollback()  # SQLAlchemy has begun a transaction; neither works inside one
        raw.execute("VACUUM")
        while True:
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
