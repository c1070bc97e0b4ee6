import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from corpus.schema import document_versions, documents, metadata
from corpus.storage import begin_write, open_engine, sqlite_url


@pytest.fixture
def engine(tmp_path: Path):
    engine = open_engine(sqlite_url(tmp_path))
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def row(number: int, source: str = "en.txt") -> dict[str, object]:
    return {
        "document_id": f"{number:024x}",
        "source_root": "/srv",
        "source": f"{number}-{source}",
        "status": "in_force",
        "current_version": 1,
        "fingerprint": "0" * 64,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }


def test_every_connection_is_durable(engine: Engine) -> None:
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            pragmas = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert pragmas == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "busy_timeout": 30_000,
            }


def test_url_names_the_database_of_the_data_directory(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    engine.dispose()
    assert (tmp_path / "helpdesk.db").is_file()


def test_a_failed_write_leaves_nothing(engine: Engine) -> None:
    def fail_after_writing() -> None:
        with begin_write(engine) as connection:
            connection.execute(insert(documents).values(row(1, "sv.txt")))
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_after_writing()
    with engine.connect() as connection:
        assert connection.execute(select(documents)).all() == []


def test_an_error_does_not_tell_what_was_to_be_stored(engine: Engine) -> None:
    """Errors are logged."""
    with pytest.raises(IntegrityError) as caught, begin_write(engine) as connection:
        connection.execute(insert(documents).values(row(1, "hemlig.txt") | {"status": None}))
    assert "hemlig" not in str(caught.value)


def test_a_writer_takes_its_lock_at_once(engine: Engine, tmp_path: Path) -> None:
    """Without BEGIN IMMEDIATE two writers that read first would fail half-way on the upgrade."""
    impatient = sqlite3.connect(tmp_path / "helpdesk.db", timeout=0)
    # Nothing is written in the first transaction, and still the second one has to wait.
    with begin_write(engine), pytest.raises(sqlite3.OperationalError, match="locked"):
        impatient.execute("BEGIN IMMEDIATE")
    impatient.execute("BEGIN IMMEDIATE")
    impatient.close()


def test_readers_neither_wait_nor_see_half_a_write(engine: Engine) -> None:
    with begin_write(engine) as writer:
        writer.execute(insert(documents).values(row(1, "vi.txt")))
        with engine.connect() as reader:
            assert reader.execute(select(documents)).all() == []
    with engine.connect() as reader:
        assert reader.execute(select(documents.c.source)).scalars().all() == ["1-vi.txt"]


def test_writers_that_read_first_take_turns(engine: Engine) -> None:
    failures: list[Exception] = []

    def write(start: int) -> None:
        try:
            for number in range(start, start + 10):
                with begin_write(engine) as connection:
                    connection.execute(select(documents)).all()
                    connection.execute(insert(documents).values(row(number)))
        except OperationalError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert (len(connection.execute(select(documents)).all()), failures) == (30, [])


def test_a_version_needs_its_document(engine: Engine) -> None:
    values = {column.name: "" for column in document_versions.c} | {"document_id": "none", "version": 1}
    with pytest.raises(IntegrityError), begin_write(engine) as connection:
        connection.execute(insert(document_versions).values(values))


WRITER = """
import sys
from sqlalchemy import text
from pathlib import Path
from corpus.storage import begin_write, open_engine, sqlite_url
engine = open_engine(sqlite_url(Path(sys.argv[1])))
with begin_write(engine) as connection:
    connection.execute(text("CREATE TABLE IF NOT EXISTS written (number INTEGER)"))
    start = connection.execute(text("SELECT count(*) FROM written")).scalar_one()
number = start
while True:
    with begin_write(engine) as connection:
        connection.execute(text("INSERT INTO written VALUES (:number)"), {"number": number})
    print(number, flush=True)
    number += 1
"""


def test_a_killed_writer_loses_no_acknowledged_write(tmp_path: Path) -> None:
    acknowledged = -1
    for round_number in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        ) as writer:
            assert writer.stdout is not None
            acknowledged = int(writer.stdout.readline())
            time.sleep(0.03 * round_number)
            os.kill(writer.pid, signal.SIGKILL)
            acknowledged = max([acknowledged, *map(int, writer.stdout.read().split("\n")[:-1])])
        database = sqlite3.connect(tmp_path / "helpdesk.db")
        numbers = [number for (number,) in database.execute("SELECT number FROM written ORDER BY number")]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
        assert numbers == list(range(len(numbers)))
        assert len(numbers) > acknowledged
