"""The database: made at the newest schema, by one of several processes, and never by guessing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import helpdesk_bot
from corpus.catalog import Catalog
from corpus.schema import metadata
from corpus.storage import begin_write, open_engine
from helpdesk_bot.database import HEAD, open_database
from helpdesk_bot.errors import ConfigurationError
from tests.helpdesk_bot import library

OPEN = """
import sys
from pathlib import Path
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import load_settings
print("ready", flush=True)
sys.stdin.readline()
open_database(load_settings(None, Path(sys.argv[1]), {})).dispose()
"""
OLD_DOCUMENT = """
INSERT INTO documents VALUES
(:id, '/d', :source, 'in_force', 1, 'f', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')
"""
OLD_VERSION = """
INSERT INTO document_versions
(document_id, version, content_sha256, title, kind, language, themes, media_type, text, sections, notes,
ingested_at) VALUES (:id, 1, 'f', :title, 'document', :id, '[]', 'text/plain', :title, '[]', '[]',
'2026-01-01T00:00:00.000Z')
"""


def test_a_new_database_has_every_table_as_the_code_knows_it(data_dir: Path) -> None:
    engine = open_database(library.settings_for(data_dir))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": _is_ours, "render_as_batch": True}
        )
        assert compare_metadata(context, metadata) == []
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
        assert inspect(connection).has_table("passages_fts")
    engine.dispose()


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    # The lexical index is virtual tables, which no metadata describes.
    return not (kind == "table" and (name or "").startswith("passages_fts"))


def test_the_newest_schema_is_the_newest_migration() -> None:
    folder = Path(helpdesk_bot.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [HEAD]


def test_documents_of_the_schema_before_editions_stay_and_are_read_again(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database)
    config = Config()
    config.set_main_option("script_location", str(Path(helpdesk_bot.__file__).parent / "migrations"))
    with begin_write(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        for code, title in {"en": "Fees", "sv": "Avgifter", "vi": "Lệ phí"}.items():
            old = {"id": code, "source": f"{code}.txt", "title": title}
            connection.execute(text(OLD_DOCUMENT), old)
            connection.execute(text(OLD_VERSION), old)
    engine.dispose()

    for _ in range(2):  # opening it again finds nothing left to do
        engine = open_database(settings)
        catalog = Catalog(engine)
        assert {each.document_id: each.outdated for each in catalog.known_documents()} == {
            "en": True,
            "sv": True,
            "vi": True,
        }
        assert [catalog.get(each).metadata.title for each in ("en", "sv", "vi")] == [
            "Fees",
            "Avgifter",
            "Lệ phí",
        ]
        engine.dispose()


def test_two_processes_that_start_at_once_make_one_database(data_dir: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate(timeout=120)
        assert (child.returncode, errors) == (0, "")
    engine = open_database(library.settings_for(data_dir))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    engine.dispose()


def test_opening_again_changes_nothing(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    for _ in range(2):
        engine = open_database(settings)
        with engine.connect() as connection:
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
            assert connection.scalar(text("PRAGMA synchronous")) == 2
        engine.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    engine = open_database(settings)
    with begin_write(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ConfigurationError, match=r"schema 9999.*newer.*backup"):
        open_database(settings)
    again = open_engine(settings.database)
    with again.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    again.dispose()


def test_a_data_directory_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match=r"cannot be made: .*--data-dir"):
        open_database(library.settings_for(tmp_path / "file" / "var"))
