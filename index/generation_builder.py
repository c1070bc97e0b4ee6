"""The child process that builds or compares a generation: ``python -m index.generation_builder``.

It lives and dies with its parent, holds no lock, and gives way to everything else.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np

from corpus.storage import open_engine
from index import generations, store, stored_vectors, vectors
from index.chunks import FloatArray
from index.errors import GenerationDamaged
from index.exact import Segment, best_of, ranked
from index.generations import FORMAT, MISSED, VECTORS, Manifest
from index.stored_vectors import IntArray

RECALL_AT = 20
LEAST_RECALL = 0.98
_PROBES = 200
_GRAPHS = ((16, 100), (32, 400))  # (max_neighbors, ef_construction): the second where the first falls short
_WIDTHS = (200, 400, 800, 1600, 3200)  # of a search (ef_search): the first that finds enough
_SEARCHED_WHOLE = 800  # so few passages are walked through one and all: a graph's chance misses save nothing
_NICENESS = 10
_TWINS = 10  # a passage is found when it is among so many nearest to itself: others may be level with it
_SAME = 1e-5  # Chroma normalises what it is given once more


def main() -> int:
    """Read one order from standard input (``build`` or ``compare``), write one line of JSON about it."""
    _give_way()
    vectors.chromadb_version()  # its import takes longest, and the order may be long in coming
    line = sys.stdin.readline()
    if not line:  # the parent had nothing to build, or is gone
        return 0
    _die_with_parent()
    order = json.loads(line)
    try:
        if order["do"] == "build":
            reply: dict[str, Any] = {
                "n_passages": build(order["database_url"], Path(order["path"])).n_passages
            }
        else:
            reply = compare(order["database_url"], Path(order["path"]))
        print(json.dumps(reply), flush=True)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
    return 0


def _give_way() -> None:
    with contextlib.suppress(OSError, AttributeError):  # only Linux has it
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)


def _die_with_parent() -> None:
    def wait() -> None:
        # Everywhere else, and where the parent died before the line above.
        sys.stdin.read()
        os._exit(3)

    threading.Thread(target=wait, daemon=True).start()


def build(database_url: str, aside: Path) -> Manifest:
    """Build, check and seal a generation.

    Args:
        database_url: where the vectors are; only read.
        aside: an empty folder.

    Raises:
        GenerationDamaged: what was written cannot be read back, or finds too little.
    """
    engine = open_engine(database_url)
    try:
        with engine.connect() as connection:
            revision, identity = store.revision(connection), store.vectors_identity(connection)
            stored = store.load_vectors(connection)
            probes = stored_vectors.sample_sentence_vectors(connection, stored.rows, _PROBES)
    finally:
        engine.dispose()
    segment = Segment.of(stored).sound()
    np.save(aside / "rows.npy", segment.rows)
    np.save(aside / "ids.npy", np.array(segment.passage_ids, dtype="S32"))
    max_neighbors = ef_construction = ef_search = 0
    recall = 1.0
    missed = segment.rows[:0]
    if segment.passage_ids:
        max_neighbors, ef_construction, ef_search, recall = _write_good(aside / VECTORS, segment, probes)
        missed = _check(aside / VECTORS, segment)
    np.save(aside / MISSED, missed)
    return generations.seal(
        aside,
        Manifest(
            format=FORMAT,
            chromadb=vectors.chromadb_version(),
            identity=identity,
            built_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            revision=revision,
            n_passages=len(segment.passage_ids),
            dimension=int(segment.matrix.shape[1]),
            max_neighbors=max_neighbors,
            ef_construction=ef_construction,
            ef_search=ef_search,
            recall_at_20=recall,
            files={},
        ),
    )


def compare(database_url: str, path: Path) -> dict[str, list[str]]:
    """Compare a generation with the passages in force, vector by vector.

    Returns:
        passage ids by kind of difference: ``lacking``, ``withdrawn`` (in the
        generation, no longer in force), ``differing``, ``unreadable``.
    """
    manifest, members = generations.read_whole(path)
    engine = open_engine(database_url)
    try:
        with engine.connect() as connection:
            stored = store.load_vectors(connection)
    finally:
        engine.dispose()
    listed = {name.decode("ascii") for name in members.passage_ids}
    read: dict[str, FloatArray] = {}
    if manifest.n_passages:
        reader = vectors.ChromaReader(path / VECTORS, manifest.n_passages)
        try:
            read = reader.vectors(sorted(listed))
        finally:
            reader.close()
    in_force = dict(zip(stored.passage_ids, stored.matrix, strict=True))
    return {
        "lacking": sorted(in_force.keys() - listed),
        "withdrawn": sorted(listed - in_force.keys()),
        "differing": sorted(
            name for name, vector in in_force.items() if name in read and not _same(read[name], vector)
        ),
        "unreadable": sorted(listed - read.keys()),
    }


def _same(found: FloatArray, expected: FloatArray) -> bool:
    return found.shape == expected.shape and np.allclose(found, expected, atol=_SAME)


def _write_good(path: Path, segment: Segment, probes: FloatArray) -> tuple[int, int, int, float]:
    """Write the smallest graph, and choose the quickest search, that finds enough."""
    n_passages, recall = len(segment.passage_ids), 0.0
    least_width = n_passages if n_passages <= _SEARCHED_WHOLE else 0
    widths = [width for width in _WIDTHS if width >= least_width]
    expected = [
        {hit.passage_id: hit.score for hit in ranked(best_of([segment], probe, RECALL_AT), RECALL_AT)}
        for probe in probes
    ]
    for attempt, (max_neighbors, ef_construction) in enumerate(_GRAPHS):
        # A name of its own: Chroma keeps what it knows of a path for the life of the process.
        trial = path.with_name(f"{path.name}-{attempt}")
        vectors.write_chroma(
            trial,
            list(segment.passage_ids),
            segment.matrix,
            max_neighbors=max_neighbors,
            ef_construction=ef_construction,
        )
        for ef_search in widths:
            vectors.set_ef_search(trial, ef_search)
            recall = _measure(trial, n_passages, probes, expected)
            if recall >= LEAST_RECALL or ef_search >= n_passages:
                break
        if recall >= LEAST_RECALL:
            vectors.compact(trial)
            trial.rename(path)
            return max_neighbors, ef_construction, ef_search, recall
        shutil.rmtree(trial)
    raise GenerationDamaged(f"recall@{RECALL_AT} is {recall:.3f} of exact search, less than {LEAST_RECALL}")


def _measure(path: Path, n_passages: int, probes: FloatArray, expected: list[dict[str, float]]) -> float:
    """Return the mean recall@20 of the probes; a passage level with the last expected one counts."""
    reader = vectors.ChromaReader(path, n_passages)
    try:
        shares = []
        for probe, right in zip(probes, expected, strict=True):
            last = min(right.values())
            found = [score for _, score in reader.nearest(probe, min(RECALL_AT, n_passages))]
            shares.append(sum(score >= last - 1e-5 for score in found) / len(right))
        return float(np.mean(np.minimum(shares, 1.0)))
    finally:
        reader.close()


def _check(path: Path, segment: Segment) -> IntArray:
    """Read every vector back from the files, and find each by itself; return the rows of those not found.

    A graph may hold passages that no way leads to (seen: 1 of 400 in one of
    three builds of texts much alike), however widely it is searched.
    """
    reader = vectors.ChromaReader(path, len(segment.passage_ids))
    try:
        read = reader.vectors(list(segment.passage_ids))
        for passage_id, vector in zip(segment.passage_ids, segment.matrix, strict=True):
            if passage_id not in read or not _same(read[passage_id], vector):
                raise GenerationDamaged(f"{path}: the vector of passage {passage_id} cannot be read back")
        nearest = reader.nearest_ids(segment.matrix, min(_TWINS, len(segment.rows)))
        found = [own in near for own, near in zip(segment.passage_ids, nearest, strict=True)]
        missed: IntArray = segment.rows[~np.array(found)]
        return missed
    finally:
        reader.close()


if __name__ == "__main__":
    sys.exit(main())
