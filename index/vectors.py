"""The one module that imports chromadb: writing a collection, tuning it, reading it.

Also the front door of the dense index: `DenseIndex` and `build_generation`.
"""

from __future__ import annotations

import sqlite3
import threading
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from index.chunks import FloatArray
from index.errors import GenerationDamaged
from index.views import View

_COLLECTION = "passages"
_BATCH = 5_000  # Chroma refuses more than 5,461 at once
_ASKED_AT_ONCE = 500


def chromadb_version() -> str:
    """Return the version whose file format is written and read here."""
    import chromadb

    return str(chromadb.__version__)


def _client(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    # No telemetry, and nothing from a `.env` file of whoever runs this.
    overrides: dict[str, Any] = {"_env_file": None, "anonymized_telemetry": False, "allow_reset": False}
    settings = Settings(**overrides)
    return chromadb.PersistentClient(str(path), settings=settings)


def write_chroma(
    path: Path, passage_ids: list[str], matrix: FloatArray, *, max_neighbors: int, ef_construction: int
) -> None:
    """Write a new collection, whole and closed.

    Args:
        path: a folder to be made.
        passage_ids: ids, each once.
        matrix: their vectors, ``(n, dim)`` float32, unit norm.
        max_neighbors: links of a vector in the graph.
        ef_construction: how widely the graph looks for neighbours while it is built.
    """
    with closing(_client(path)) as client:
        collection = client.create_collection(
            _COLLECTION,
            embedding_function=None,
            configuration={
                "hnsw": {
                    "space": "cosine",
                    "max_neighbors": max_neighbors,
                    "ef_construction": ef_construction,
                    # The graph goes to its files when so many were added: all
                    # of it, so that opening it has nothing left to replay.
                    "sync_threshold": max(2, len(passage_ids)),
                    "batch_size": max(2, min(_BATCH, len(passage_ids))),
                }
            },
        )
        for start in range(0, len(passage_ids), _BATCH):
            part = slice(start, start + _BATCH)
            collection.add(ids=passage_ids[part], embeddings=matrix[part])


def set_ef_search(path: Path, ef_search: int) -> None:
    """Set how widely a search looks (measured: it counts from the next opening on)."""
    with closing(_client(path)) as client, warnings.catch_warnings():
        # Chroma warns of its own record of a collection without an embedding function.
        warnings.simplefilter("ignore", DeprecationWarning)
        collection = client.get_collection(_COLLECTION, embedding_function=None)
        collection.modify(configuration={"hnsw": {"ef_search": ef_search}})


def compact(path: Path) -> None:
    """Give back what Chroma's own log of the writes took (measured: 22 of 24 MB at 10,000 passages)."""
    with closing(sqlite3.connect(path / "chroma.sqlite3")) as database:
        database.execute("VACUUM")


class ChromaReader:
    """A collection open for reading, from many threads at once.

    Raises (opening and every call): whatever Chroma raises, or
    `GenerationDamaged`. A damaged file can also bring the process down: open
    only what `generations.read_whole` let pass, or do it in a child process.
    """

    def __init__(self, path: Path, n_passages: int) -> None:
        self._view = View(path)
        self._users = 0
        self._closing = False
        self._lock = threading.Lock()
        self._client: Any = None
        try:
            self._client = _client(self._view.path)
            self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)
            n_found = self._collection.count()
            if n_found != n_passages:
                raise GenerationDamaged(f"{path} holds {n_found} vectors, not {n_passages}")
        except BaseException:
            self.close()
            raise

    def nearest(self, vector: FloatArray, k: int) -> list[tuple[str, float]]:
        """Return passage ids and cosine similarities of about the ``k`` nearest, best first."""
        with self._lock:
            if self._closing:
                raise GenerationDamaged("this generation was closed")
            self._users += 1
        try:
            found = self._collection.query(
                query_embeddings=vector[np.newaxis], n_results=k, include=["distances"]
            )
        finally:
            with self._lock:
                self._users -= 1
                last = self._closing and self._users == 0
            if last:
                self._release()
        return [
            (str(name), 1.0 - float(distance))
            for name, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def nearest_ids(self, matrix: FloatArray, k: int) -> list[list[str]]:
        """Return the ids of about the ``k`` nearest to each of many vectors ``(n, dim)``, best first."""
        found: list[list[str]] = []
        for start in range(0, len(matrix), _ASKED_AT_ONCE):
            part = matrix[start : start + _ASKED_AT_ONCE]
            found += self._collection.query(query_embeddings=part, n_results=k, include=[])["ids"]
        return found

    def vectors(self, passage_ids: list[str]) -> dict[str, FloatArray]:
        """Return the stored vectors of these passages, as far as they can be read."""
        read: dict[str, FloatArray] = {}
        for start in range(0, len(passage_ids), _BATCH):
            found = self._collection.get(ids=passage_ids[start : start + _BATCH], include=["embeddings"])
            read.update(zip(found["ids"], np.asarray(found["embeddings"], np.float32), strict=True))
        return read

    def close(self) -> None:
        """Close once the searches under way have ended."""
        with self._lock:
            first, self._closing = not self._closing, True
            idle = self._users == 0
        if first and idle:
            self._release()

    def _release(self) -> None:
        if self._client is not None:
            self._client.close()
        self._view.close()
