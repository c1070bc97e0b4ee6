"""Choosing the generation that serves, and opening it: the current one, or the newest one that is good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Connection

from index import generations, stored_vectors, vectors
from index.errors import GenerationDamaged
from index.generations import Manifest, Members


@dataclass(frozen=True, slots=True)
class Serving:
    """One generation open for reading; ``reader`` is ``None`` where it holds no passage."""

    name: str
    manifest: Manifest
    members: Members
    reader: vectors.ChromaReader | None


def choose(
    connection: Connection,
    index_dir: Path,
    identity: str,
    failed: Mapping[str, str],
    open_now: Serving | None,
) -> tuple[Serving | None, str | None]:
    """Open the generation that is to serve.

    Args:
        connection: a read transaction.
        index_dir: where the generations lie.
        identity: which embedder's vectors the database holds.
        failed: generations that raised while they were searched, and how: not to be tried again.
        open_now: what is open already, to be kept if it is chosen.

    Returns:
        the generation, ``None`` where none is good, and why it is not the
        current one (``None`` where it is, or where there is none at all).
    """
    wanted = generations.current(index_dir)
    on_disk = generations.names(index_dir)
    reasons = []
    if wanted is None and on_disk:
        reasons.append(f"the pointer {index_dir / generations.POINTER} is missing or unreadable")
    if wanted is not None and wanted not in on_disk:
        reasons.append(f"{wanted}, which the pointer names, is missing")
    for name in sorted(on_disk, key=lambda name: name != wanted):
        try:
            if name in failed:
                raise GenerationDamaged(failed[name])
            serving = _open(connection, index_dir, name, identity, open_now)
        except Exception as error:  # Chroma raises what it likes; none of it may stop a search
            reasons.append(f"{name}: {error}")
        else:
            return serving, "; ".join(reasons) or None
    return None, "; ".join(reasons) or None


def close_serving(serving: Serving | None) -> None:
    """Close the generation, once the searches in it have ended."""
    if serving is not None and serving.reader is not None:
        serving.reader.close()


def _open(
    connection: Connection, index_dir: Path, name: str, identity: str, open_now: Serving | None
) -> Serving:
    path = index_dir / name
    manifest, members = generations.read_whole(path)
    if manifest.chromadb != vectors.chromadb_version():
        raise GenerationDamaged(f"{path} was built and checked by chromadb {manifest.chromadb}")
    if manifest.identity != identity or not _is_of(connection, members):
        raise GenerationDamaged(f"{path} was built from other vectors than the database holds")
    if open_now is not None and (open_now.name, open_now.manifest) == (name, manifest):
        return open_now
    reader = None
    if manifest.n_passages:
        reader = vectors.ChromaReader(path / generations.VECTORS, manifest.n_passages)
        try:
            # The graph is read at the first query: better here than at a user's.
            reader.nearest(np.eye(1, manifest.dimension, dtype=np.float32)[0], 1)
        except BaseException:
            reader.close()
            raise
    return Serving(name, manifest, members, reader)


def _is_of(connection: Connection, members: Members) -> bool:
    """Tell whether the rows are still those passages: a restored backup gives rows out anew."""
    stored = stored_vectors.passage_ids_by_row(connection)
    names = (name.decode("ascii", "replace") for name in members.passage_ids)
    return all(stored.get(row, name) == name for row, name in zip(members.rows.tolist(), names, strict=True))
