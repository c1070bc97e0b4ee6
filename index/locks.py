"""Who may write and who may serve: one lock file each, freed by the kernel when its holder dies.

``serve`` takes one lock (one server to a data directory), ``ingest`` and
``rebuild`` the other (one document writer). Reading takes none.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import Locked

_held: set[int] = set()


def _forget_in_child() -> None:
    # A forked child shares the open file, and with it the lock: were it to
    # outlive its parent, nobody could take a dead holder's lock over.
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_forget_in_child)


@contextmanager
def write_lock(data_dir: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Be the one writer of documents and indexes in a data directory.

    Args:
        data_dir: the data directory; made if it is missing.
        wait_s: how long to wait for another writer, in seconds.

    Raises:
        Locked: another living process is writing.
    """
    with _lock(data_dir / "locks" / "write.lock", "ingesting or rebuilding", wait_s):
        yield


@contextmanager
def serve_lock(data_dir: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Be the one server of a data directory; arguments and errors as in :func:`write_lock`."""
    with _lock(data_dir / "locks" / "serve.lock", "serving", wait_s):
        yield


@contextmanager
def _lock(path: Path, doing: str, wait_s: float) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_s
    # Not deleted when freed: a waiter would then hold the lock of a file that nobody else can see.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    _held.add(descriptor)
    try:
        while not _taken(descriptor):
            if time.monotonic() >= deadline:
                raise Locked(_refusal(descriptor, path, doing))
            time.sleep(0.05)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "command": sys.argv[:2]}).encode(), 0)
        yield
    finally:
        # In a forked child the descriptor is closed already, and not ours to close.
        if descriptor in _held:
            _held.discard(descriptor)
            os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _refusal(descriptor: int, path: Path, doing: str) -> str:
    try:
        holder = f"process {json.loads(os.pread(descriptor, 4096, 0))['pid']}"
    except (ValueError, KeyError, TypeError):
        holder = "another process"
    return (
        f"{holder} is already {doing} in {path.parent.parent} (lock {path}). "
        "Wait for it or stop it; a process that died frees the lock by itself."
    )
