"""Opening the database at the newest schema."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

import helpdesk_bot.schema  # noqa: F401  (registers every table)
from corpus.storage import begin_write, open_engine
from helpdesk_bot.errors import ConfigurationError
from helpdesk_bot.settings import Settings

HEAD = "0007"
"""The newest migration; a test holds it against the migrations folder."""


def open_database(settings: Settings) -> Engine:
    """Open the database of these settings and migrate it to the newest schema.

    Raises:
        ConfigurationError: the data directory cannot be written, or the
            database was made by a newer version of this program.
    """
    if settings.database_url is None:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"The data directory {settings.data_dir} cannot be made: {error.strerror}. "
                "Choose another with --data-dir."
            ) from error
    engine = open_engine(settings.database)
    if _current(engine) != HEAD:
        _migrate(engine)
    return engine


def _current(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    # Alembic is imported only here: a database at the newest schema need not wait for it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    # One immediate transaction: of two processes that start at once, the
    # second waits and then finds nothing left to do.
    with begin_write(engine) as connection:
        config.attributes["connection"] = connection
        if inspect(connection).has_table("alembic_version"):
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if current is not None and current not in known:
                raise ConfigurationError(
                    f"The database is at schema {current}, which this version does not know: "
                    "it was made by a newer one. Install that version, or restore an older backup."
                )
        command.upgrade(config, "head")
