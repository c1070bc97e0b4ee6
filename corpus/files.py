"""Reading one file of the disk, whole or not at all."""

from __future__ import annotations

import errno
import os
import stat

from corpus.errors import CorpusError, LimitExceeded, PermanentError, TransientError
from corpus.identity import shown
from corpus.loading import MAX_BYTES


def read_file(path: str, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes of a regular file.

    Raises:
        LimitExceeded: larger than ``max_bytes`` (seen before anything is read).
        PermanentError: it may not be read, or is not a regular file.
        TransientError: it vanished or changed while it was read.
    """
    try:
        # O_NONBLOCK: a pipe put in the place of the file must not hang the run.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise PermanentError(f"{shown(path)} is not a regular file.")
            check_size(before.st_size, shown(path), max_bytes)
            data = file.read(max_bytes + 1)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise explain(error, path) from error
    check_size(len(data), shown(path), max_bytes)
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    if changed or len(data) != after.st_size:
        raise TransientError(f"{shown(path)} changed while it was read; ingest it again when it is complete.")
    return data


def check_size(n_bytes: int, name: str, max_bytes: int) -> None:
    """Raise `LimitExceeded` where a file of ``n_bytes`` is over the limit."""
    if n_bytes > max_bytes:
        raise LimitExceeded(
            f"{name} has {n_bytes:,} bytes, over the limit of {max_bytes:,}; split it or raise the limit."
        )


def explain(error: OSError, path: str) -> CorpusError:
    """Turn what the operating system says about a path into an error of this room."""
    name = shown(path)
    if isinstance(error, PermissionError):
        return PermanentError(f"{name} may not be read (permission denied); give this user the right to.")
    if isinstance(error, FileNotFoundError):
        return TransientError(f"{name} vanished while the sources were read; ingest again.")
    if error.errno == errno.ELOOP:
        return PermanentError(f"{name} is a symbolic link that leads to itself; remove it.")
    if error.errno == errno.ENAMETOOLONG:
        return PermanentError(f"The path {name[:80]}… is too long for this system; shorten it.")
    return TransientError(f"{name} cannot be read ({error.strerror or error}); check the disk, ingest again.")
