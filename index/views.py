"""A private way into a generation, so that opening it never changes it.

Chroma writes into its SQLite file whenever it opens it (measured, 1.5.9: a
row in ``acquire_write``). A view is a temporary folder with a copy of that
one small file (180 bytes a passage) and links to the rest: the generation
stays byte for byte what was checked, in a read-only folder too, however many
processes read it, and whatever kills them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from pathlib import Path

_PREFIX = "helpdesk-index-"
_LOCK = "owner.lock"


class View:
    """A view of one Chroma folder; ``path`` is what to open. Removed at the end of the process."""

    def __init__(self, chroma: Path) -> None:
        _remove_stale()
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._remove = weakref.finalize(self, _remove, folder, _lock(folder))
        self.path = folder / "chroma"
        self.path.mkdir()
        for entry in chroma.iterdir():
            if entry.is_dir():
                (self.path / entry.name).symlink_to(entry.resolve(), target_is_directory=True)
            else:
                shutil.copyfile(entry, self.path / entry.name)

    def close(self) -> None:
        """Remove the view; it is no error to do so twice."""
        self._remove()


def _lock(folder: Path) -> int:
    # Locked before it has its name: nobody can take a view for stale while it is made.
    descriptor = os.open(folder / f"{_LOCK}.new", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    (folder / f"{_LOCK}.new").rename(folder / _LOCK)
    return descriptor


def _remove(folder: Path, descriptor: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(descriptor)


def _remove_stale() -> None:
    """Remove the views of killed processes: their locks are free."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
        finally:
            os.close(descriptor)
