"""Files that came in by upload: kept below the data directory, and ingested from there one by one."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from pathlib import Path, PurePosixPath
from typing import IO

from corpus.loading import SUPPORTED_SUFFIXES
from corpus.sidecar import is_sidecar
from helpdesk_bot.errors import OperationRefused

FOLDER = "uploads"
MAX_NAME_BYTES = 180
_COPIED_AT_ONCE = 1 << 20


def file_name(given: str) -> str:
    """Return the name under which an uploaded file is kept; the same name is the same document.

    Raises:
        OperationRefused: nothing of the name is left, it is too long, or no loader reads such files.
    """
    text = unicodedata.normalize("NFC", given.replace("\\", "/")).rsplit("/", 1)[-1]
    name = "".join(character for character in text if character.isprintable()).strip().lstrip(".~$")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        size = 0
    if not PurePosixPath(name).stem or not 0 < size <= MAX_NAME_BYTES:
        raise OperationRefused(f"A file needs a name of 1 to {MAX_NAME_BYTES} bytes; rename it.")
    if not is_sidecar(name) and PurePosixPath(name).suffix.lower() not in SUPPORTED_SUFFIXES:
        raise OperationRefused(f"No loader reads such files (only {', '.join(sorted(SUPPORTED_SUFFIXES))}).")
    return name


def keep(data_dir: Path, given: str, source: IO[bytes]) -> Path:
    """Write an uploaded file to its place, whole or not at all.

    Args:
        data_dir: the data directory.
        given: the name that the browser sent.
        source: the bytes.

    Returns:
        where it lies now.

    Raises:
        OperationRefused: the name cannot be used.
    """
    place = data_dir / FOLDER / file_name(given)
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(prefix=".incoming-", dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            while block := source.read(_COPIED_AT_ONCE):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(place)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return place
