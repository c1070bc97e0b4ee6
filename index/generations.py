"""Generations of the dense index on disk: which there are, which is current, whether one is whole.

A generation is a folder ``gen-N`` that is never written again once it has its
name: the vectors (Chroma's files), the passages that it holds
(``rows.npy``, ``ids.npy``), those of them that its graph misses
(``missed.npy``) and ``CHECKED.json``, written last, by the process
that built it and found it good. ``CURRENT`` names the one that serves; it is
replaced by an atomic rename.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index.errors import GenerationDamaged
from index.stored_vectors import IntArray

FORMAT = 2
POINTER = "CURRENT"
MANIFEST = "CHECKED.json"
VECTORS = "chroma"
MISSED = "missed.npy"
_NAME = re.compile(r"gen-([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and how it was found to be good.

    ``identity`` says which embedder's vectors it holds. ``recall_at_20`` is
    measured against exact search on vectors of this database, 0..1.
    ``files``: relative path -> (bytes, SHA-256).
    """

    format: int
    chromadb: str
    identity: str
    built_at: str
    revision: int
    n_passages: int
    dimension: int
    max_neighbors: int
    ef_construction: int
    ef_search: int
    recall_at_20: float
    files: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Members:
    """The passages of a generation: ``rows`` ``(n,)`` int64 ascending, and their ids in that order.

    ``missed``: rows that its graph holds and no search in it finds; they are searched exactly.
    """

    rows: IntArray
    passage_ids: np.ndarray[tuple[int], np.dtype[np.bytes_]]
    missed: IntArray


def current(index_dir: Path) -> str | None:
    """Return the name in the pointer, ``None`` where it is missing or not a generation's name."""
    try:
        name = (index_dir / POINTER).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if _NAME.fullmatch(name) else None


def names(index_dir: Path) -> list[str]:
    """Return the generations on disk, the newest first."""
    try:
        found = [entry.name for entry in os.scandir(index_dir) if _NAME.fullmatch(entry.name)]
    except OSError:
        return []
    return sorted(found, key=number, reverse=True)


def number(name: str) -> int:
    """Return the ``N`` of ``gen-N``."""
    return int(name.removeprefix("gen-"))


def pointer_stamp(index_dir: Path) -> tuple[int, int] | None:
    """Return what changes whenever the pointer is replaced; ``None`` where there is none."""
    try:
        found = os.stat(index_dir / POINTER)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def read_whole(path: Path) -> tuple[Manifest, Members]:
    """Make sure that a generation is, byte for byte, what was built and checked.

    A damaged Chroma can bring down the process that opens it; these bytes did not.

    Raises:
        GenerationDamaged: anything is missing, torn or changed.
    """
    manifest = _read_manifest(path)
    found = _files(path)
    if found != set(manifest.files):
        missing, foreign = set(manifest.files) - found, found - set(manifest.files)
        raise GenerationDamaged(f"{path}: missing files {sorted(missing)}, foreign files {sorted(foreign)}")
    for name, (size, digest) in manifest.files.items():
        if _describe(path / name) != (size, digest):
            raise GenerationDamaged(f"{path / name} is not what was built: truncated or overwritten")
    try:
        rows, passage_ids, missed = (
            np.load(path / name, allow_pickle=False) for name in ("rows.npy", "ids.npy", MISSED)
        )
        members = Members(rows, passage_ids, missed)
    except (OSError, ValueError) as error:
        raise GenerationDamaged(f"{path}: the list of passages cannot be read: {error}") from error
    if not len(members.rows) == len(members.passage_ids) == manifest.n_passages:
        raise GenerationDamaged(f"{path}: the list of passages has the wrong length")
    return manifest, members


def _read_manifest(path: Path) -> Manifest:
    try:
        fields = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        fields["files"] = {name: (int(size), str(sha)) for name, (size, sha) in fields["files"].items()}
        manifest = Manifest(**fields)
    except FileNotFoundError as error:
        raise GenerationDamaged(f"{path} was never checked, or lost its {MANIFEST}") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise GenerationDamaged(f"{path / MANIFEST} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise GenerationDamaged(f"{path} has format {manifest.format}, this version reads {FORMAT}")
    return manifest


def seal(path: Path, manifest: Manifest) -> Manifest:
    """Write every file through to the disk, then the manifest with their sums; return it."""
    files = {}
    for name in sorted(_files(path)):
        files[name] = _describe(path / name)
        _sync(path / name)
    sealed = Manifest(**{**asdict(manifest), "files": files})
    (path / MANIFEST).write_text(json.dumps(asdict(sealed), indent=1) + "\n", encoding="utf-8")
    _sync(path / MANIFEST)
    for folder, _, _ in os.walk(path):
        _sync(Path(folder))
    return sealed


def publish(index_dir: Path, built: Path) -> str:
    """Give a sealed generation its name, make it the current one, and prune; return the name.

    The one that was current before stays, as what to fall back on.
    """
    before = current(index_dir)
    name = f"gen-{max(map(number, names(index_dir)), default=0) + 1}"
    built.rename(index_dir / name)
    _sync(index_dir)
    fresh = index_dir / f"{POINTER}.new"
    fresh.write_text(f"{name}\n", encoding="ascii")
    _sync(fresh)
    fresh.replace(index_dir / POINTER)
    _sync(index_dir)
    for old in names(index_dir):
        if old not in (name, before):
            shutil.rmtree(index_dir / old, ignore_errors=True)
    return name


def _files(path: Path) -> set[str]:
    try:
        return {
            (Path(folder) / name).relative_to(path).as_posix()
            for folder, _, found in os.walk(path)
            for name in found
        } - {MANIFEST}
    except OSError as error:
        raise GenerationDamaged(f"{path} cannot be read: {error}") from error


def _describe(path: Path) -> tuple[int, str]:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return file.tell(), digest
    except OSError as error:
        raise GenerationDamaged(f"{path} cannot be read: {error}") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
