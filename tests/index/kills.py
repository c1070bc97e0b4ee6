"""Killing builds of the dense index at random moments (``python -m tests.index.kills 200``)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from index import store
from index.consistency import verify
from index.dense import DenseIndex
from index.exact import Segment, best_of, ranked
from index.rebuilding import build_generation
from tests.index.documents import add_document, add_many, database, query_vector

BUILD = """
import sys
from pathlib import Path
from index.locks import write_lock
from index.rebuilding import build_generation
with write_lock(Path(sys.argv[2])):
    print("started", flush=True)
    build_generation(sys.argv[1], Path(sys.argv[2]) / "index")
"""


def kill_builds(data_dir: Path, rounds: int, *, n_passages: int = 2_000, seed: int = 1) -> int:
    """Kill a build of the index, children included, ``rounds`` times; check every answer after each.

    Returns:
        how many builds were killed before they ended (the others were too quick).

    Raises:
        AssertionError: an answer differs from exact search, or the index does not heal.
    """
    chance = random.Random(seed)
    engine = database(data_dir)
    add_many(engine, n_passages)
    began = time.monotonic()
    build_generation(str(engine.url), data_dir / "index")
    seconds = time.monotonic() - began
    n_killed = 0
    for number in range(rounds):
        add_document(engine, f"round-{number}", [f"ord1 ord2 round{number}"])
        n_killed += _kill_one(engine.url.render_as_string(), data_dir, chance.uniform(0, seconds))
        index = DenseIndex(engine, data_dir / "index")
        for question in ("ord1 ord2 ord3", f"round{number}"):
            _check(engine, index, question)
        assert index.status().degraded is None, index.status()
        assert index.status().generation is not None
        index.close()
    build_generation(str(engine.url), data_dir / "index")
    assert verify(engine, data_dir / "index").clean
    assert not list((data_dir / "index").glob("building-*"))
    engine.dispose()
    return n_killed


def _kill_one(address: str, data_dir: Path, after_s: float) -> bool:
    command = [sys.executable, "-c", BUILD, address, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"started\n"
        try:
            child.wait(after_s)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            return True
    return False


def _check(engine, index: DenseIndex, question: str) -> None:
    with engine.connect() as connection:
        segment = Segment.of(store.load_vectors(connection))
    vector = query_vector(question)
    found = {hit.passage_id for hit in index.search(vector, 10)}
    expected = {hit.passage_id for hit in ranked(best_of([segment], vector, 10), 10)}
    assert len(found & expected) >= 9, (question, found, expected)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(f"{kill_builds(Path(folder), int(sys.argv[1]))} builds killed, nothing lost")
