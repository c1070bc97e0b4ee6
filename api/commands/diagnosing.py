"""``helpdesk doctor``: what this installation needs, whether it has it, and how to mend it."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import re
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from api.commands.session import settings_of
from api.console import Console
from helpdesk_bot.settings import Settings

MIN_PYTHON = (3, 11)
PACKAGES_MEND = "Run `make run` again: it installs what is missing."
MIN_FREE_BYTES = 1024**3
"""The model takes about 250 MB, and an index is built beside the one in use."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``mend`` says how to put it right."""

    name: str
    ok: bool
    found: str
    mend: str = ""


def run(options: argparse.Namespace, console: Console) -> int:
    """Run every check; 1 if one found a problem."""
    settings = settings_of(options)
    checks = tuple(_guarded(check, settings) for check in CHECKS)
    console.document({"ok": all(check.ok for check in checks), "checks": [asdict(check) for check in checks]})
    for check in checks:
        console.result(f"{'ok     ' if check.ok else 'problem'}  {check.name}: {check.found}")
        if not check.ok:
            console.result(f"         {check.mend}")
    return 0 if all(check.ok for check in checks) else 1


def _guarded(check: Callable[[Settings], Check], settings: Settings) -> Check:
    try:
        return check(settings)
    except Exception as error:
        name = check.__name__.strip("_").replace("_", " ")
        return Check(name, False, f"{type(error).__name__}: {error}", "See the message; -v shows more.")


def _python(_settings: Settings) -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= MIN_PYTHON, found, "Install Python 3.11 or newer.")


def _packages(_settings: Settings) -> Check:
    missing = []
    try:
        requirements = importlib.metadata.requires("helpdesk-bot") or []
    except importlib.metadata.PackageNotFoundError:
        return Check("packages", False, "helpdesk-bot itself is not installed", PACKAGES_MEND)
    for requirement in requirements:
        if "extra ==" in requirement:
            continue
        match = re.match(r"[A-Za-z0-9._-]+", requirement)
        try:
            importlib.metadata.version(match[0] if match else requirement)
        except importlib.metadata.PackageNotFoundError:
            missing.append(requirement)
    found = f"missing: {', '.join(missing)}" if missing else "all installed"
    return Check("packages", not missing, found, PACKAGES_MEND)


def _model_cache(settings: Settings) -> Check:
    return _writable("model cache", settings.model_cache, "HELPDESK_MODEL_CACHE")


def _data_directory(settings: Settings) -> Check:
    return _writable("data directory", settings.data_dir, "--data-dir")


def _writable(name: str, folder: Path, option: str) -> Check:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    writable = existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
    mend = f"Make {existing} a folder that this user can write to, or choose another with {option}."
    return Check(name, writable, f"{folder}{'' if folder.exists() else ' (will be made)'}", mend)


def _disk(settings: Settings) -> Check:
    existing = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    return Check(
        "disk",
        free >= MIN_FREE_BYTES,
        f"{free / 1024**3:.1f} GiB free",
        "Free at least 1 GiB, or use another disk.",
    )


def _full_text_search(_settings: Settings) -> Check:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        ok = True
    except sqlite3.OperationalError:
        ok = False
    finally:
        connection.close()
    found = f"SQLite {sqlite3.sqlite_version} {'with' if ok else 'without'} FTS5"
    return Check(
        "full-text search",
        ok,
        found,
        "Use a Python whose sqlite3 module has FTS5 (python.org's and Debian's do).",
    )


def _database(settings: Settings) -> Check:
    mend = "Restore a backup with `helpdesk restore FILE`, or move the data directory away and ingest again."
    path = settings.data_dir / "helpdesk.db"
    if settings.database_url is None and not path.exists():
        return Check("database", True, "none yet: `helpdesk ingest` makes it")
    if settings.database_url is not None:
        from sqlalchemy import create_engine, text

        engine = create_engine(settings.database_url)
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        finally:
            engine.dispose()
        return Check("database", True, "answers", mend)
    reading = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        result = reading.execute("PRAGMA quick_check").fetchone()[0]
    finally:
        reading.close()
    return Check("database", result == "ok", f"{path} ({result})", mend)


def _index(settings: Settings) -> Check:
    if settings.database_url is None and not (settings.data_dir / "helpdesk.db").exists():
        return Check("index", True, "none yet: `helpdesk ingest` makes it")
    from api.commands.indexing import verified

    clean = bool(verified(settings)["clean"])
    found = "agrees with the database" if clean else "differs from the database"
    return Check(
        "index", clean, found, "Run `helpdesk index repair`; if that does not help, `helpdesk index rebuild`."
    )


def _port(settings: Settings) -> Check:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.settimeout(1)
        host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104  (compared with)
        taken = probe.connect_ex((host, settings.port)) == 0
    found = f"{settings.host}:{settings.port} is {'in use' if taken else 'free'}"
    return Check(
        "port", not taken, found, "If that is not this helpdesk, choose another with PORT= or --port."
    )


CHECKS: tuple[Callable[[Settings], Check], ...] = (
    _python,
    _packages,
    _data_directory,
    _model_cache,
    _disk,
    _full_text_search,
    _database,
    _index,
    _port,
)
