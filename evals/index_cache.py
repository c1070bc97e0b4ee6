"""Which cached indexes are in use, and which go.

Every change of the code that makes an index, of its options or its documents
gives a folder of its own, and nothing else would ever remove the old ones.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path

from filelock import FileLock, Timeout

KEPT = 20
"""How many indexes stay, the most recently used ones."""
KEPT_DAYS = 30
"""Days after its last use that an index stays."""
MARK = "complete.json"
"""The file that tells that an index is whole; its time is that of the last use."""

_held: dict[Path, int] = {}


def lock_of(folder: Path) -> FileLock:
    """Return the lock of one who makes, begins to use or removes an index."""
    return FileLock(f"{folder}.lock")


def hold(folder: Path) -> None:
    """Say that this process uses an index, until it ends; call it under the index's lock."""
    if folder not in _held:
        descriptor = os.open(f"{folder}.used", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held[folder] = descriptor


def prune(cache: Path) -> list[str]:
    """Remove what was not used for long, and all but the most recently used; never what a process uses.

    Args:
        cache: the folder of the indexes.

    Returns:
        the names of the indexes that were removed.
    """
    marks = [(_used_at(mark), mark.parent) for mark in cache.glob(f"*/{MARK}")]
    newest_first = [folder for _, folder in sorted(marks, reverse=True)]
    oldest = time.time() - KEPT_DAYS * 24 * 3600
    going = {folder for used_at, folder in marks if used_at < oldest} | set(newest_first[KEPT:])
    return sorted(folder.name for folder in going if _remove(folder))


def _remove(folder: Path) -> bool:
    try:
        with lock_of(folder).acquire(blocking=False):
            descriptor = os.open(f"{folder}.used", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # First the mark: what a kill leaves of it is then made anew.
                (folder / MARK).unlink(missing_ok=True)
                shutil.rmtree(folder, ignore_errors=True)
                Path(f"{folder}.used").unlink(missing_ok=True)
            finally:
                os.close(descriptor)
    except (Timeout, OSError):  # in use, being made, or not ours to remove
        return False
    return True


def _used_at(mark: Path) -> float:
    try:
        return mark.stat().st_mtime
    except OSError:  # just removed by another process
        return time.time()
