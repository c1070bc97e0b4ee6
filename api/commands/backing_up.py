"""``helpdesk backup`` and ``helpdesk restore``: database, originals, uploads and own suites in one file.

The indexes are left out: they are made again from the database.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from api.commands.session import settings_of
from api.console import Console
from helpdesk_bot.errors import ConfigurationError
from helpdesk_bot.settings import Settings

DATABASE = "helpdesk.db"
FOLDERS = ("originals", "uploads", "suites")
"""What is kept beside the database; the first comes after it, so that every original it names is there."""


def backup(options: argparse.Namespace, console: Console) -> int:
    """Write a backup; readers and writers may go on meanwhile."""
    settings = _sqlite_only(settings_of(options))
    source = settings.data_dir / DATABASE
    if not source.exists():
        raise ConfigurationError(f"There is nothing to back up: {source} does not exist. Choose --data-dir.")
    target: Path = options.file.absolute()
    part = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            copy = Path(folder) / DATABASE
            _copy_database(source, copy)
            with tarfile.open(part, "w:gz", compresslevel=1) as archive:
                archive.add(copy, DATABASE)
                for folder_name in FOLDERS:
                    kept = settings.data_dir / folder_name
                    if kept.exists():
                        archive.add(kept, folder_name, filter=_no_leftovers)
        os.replace(part, target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ConfigurationError(
            f"The backup {target} cannot be written: {error.strerror or error}."
        ) from error
    size = target.stat().st_size
    console.document({"file": str(target), "bytes": size})
    shown = f"{size / 1024**2:.1f} MiB" if size >= 1024**2 else f"{size / 1024:.1f} KiB"
    console.result(f"{target} ({shown})")
    return 0


def restore(options: argparse.Namespace, console: Console) -> int:
    """Put a backup into a data directory that holds no database, and build its indexes."""
    settings = _sqlite_only(settings_of(options))
    if (settings.data_dir / DATABASE).exists():
        raise ConfigurationError(
            f"{settings.data_dir} holds a database already. Choose an empty --data-dir, or move it away."
        )
    from index.locks import write_lock

    with write_lock(settings.data_dir):
        _unpack(options.file, settings.data_dir)
    from api.commands.indexing import repaired

    report = repaired(settings)
    console.document({"data_dir": str(settings.data_dir), "index": report})
    console.result(f"Restored into {settings.data_dir}.")
    return 0 if report["clean"] else 1


def _sqlite_only(settings: Settings) -> Settings:
    if settings.database_url is not None:
        raise ConfigurationError("With database_url set, use the database's own backup tools (pg_dump).")
    return settings


def _copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database that may be in use: one moment of it, whole."""
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
    finally:
        writing.close()
        reading.close()


def _no_leftovers(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if Path(member.name).name.startswith(".") else member


def _checked(member: tarfile.TarInfo, file: Path) -> tarfile.TarInfo:
    """Return a member that is a file or folder below the archive's top: a backup holds nothing else."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise ConfigurationError(f"{file} is no backup of a helpdesk: it holds {member.name!r}.")
    return member


def _unpack(file: Path, data_dir: Path) -> None:
    """Unpack aside, then move into place, the database last: half a restore is none."""
    try:
        with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as folder:
            with tarfile.open(file, "r:gz") as archive:
                # Python knows the filter from 3.11.4 on; before, the check is all there is.
                archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
                archive.extractall(folder, [_checked(member, file) for member in archive])  # noqa: S202
            unpacked = Path(folder)
            if not (unpacked / DATABASE).exists():
                raise ConfigurationError(f"{file} is no backup of a helpdesk: it holds no {DATABASE}.")
            for name in FOLDERS:
                if (unpacked / name).exists() and not (data_dir / name).exists():
                    os.replace(unpacked / name, data_dir / name)
            os.replace(unpacked / DATABASE, data_dir / DATABASE)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise ConfigurationError(f"The backup {file} cannot be read: {error}.") from error
