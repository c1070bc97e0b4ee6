"""The files as they came in, kept by the SHA-256 of their bytes.

``originals/ab/abcdef…``: an original is written once and never changed, so
that every version that an answer cites can be opened for as long as it is cited.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from corpus.errors import BrokenDocument, MisusedError, UnknownDocument

_DIGEST = re.compile(r"[0-9a-f]{64}")
_TEMPORARY = ".incoming-"


def store(data_dir: Path, data: bytes) -> str:
    """Keep a file; storing the same bytes again changes nothing.

    The bytes are on the disk (file and folder synced) when this returns; a
    killed process leaves at most a temporary file, never half an original.

    Returns:
        the SHA-256 of ``data``, 64 hexadecimal digits.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    target = path(data_dir, sha256)
    if target.exists() and target.stat().st_size == len(data) and target.read_bytes() == data:
        return sha256
    for folder in (target.parent.parent, target.parent):
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)
    descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return sha256


def path(data_dir: Path, sha256: str) -> Path:
    """Return where an original lies (or would lie).

    Raises:
        MisusedError: ``sha256`` is not 64 lower-case hexadecimal digits.
    """
    if not _DIGEST.fullmatch(sha256):
        raise MisusedError(f"{sha256[:80]!r} is not the SHA-256 of an original (64 hexadecimal digits).")
    return data_dir / "originals" / sha256[:2] / sha256


def read(data_dir: Path, sha256: str) -> bytes:
    """Return the bytes of an original.

    Raises:
        UnknownDocument: it is not kept here.
        BrokenDocument: the file on the disk is damaged.
    """
    place = path(data_dir, sha256)
    try:
        data = place.read_bytes()
    except FileNotFoundError as error:
        raise UnknownDocument(f"No original {sha256} is kept; ingest its document again.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BrokenDocument(f"The original {place} is damaged; remove it and ingest its document again.")
    return data


def remove_leftovers(data_dir: Path) -> int:
    """Remove what killed processes left half-written; call it only under the write lock.

    Returns:
        the number of files removed.
    """
    leftovers = sorted((data_dir / "originals").glob(f"*/{_TEMPORARY}*"))
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    return len(leftovers)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
