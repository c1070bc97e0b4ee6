import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from index import generation_builder, generations, rebuilding, vectors, views
from index.dense import DenseIndex
from index.errors import GenerationDamaged
from index.rebuilding import build_generation
from tests.index.documents import add_languages, add_many, database, query_vector
from tests.index.kills import BUILD, kill_builds


@pytest.fixture
def engine(tmp_path):
    engine = database(tmp_path)
    yield engine
    engine.dispose()


def test_killed_builds_cost_nothing(tmp_path):
    assert kill_builds(tmp_path, 3, n_passages=300) >= 1


def test_the_builder_dies_with_its_parent(engine, tmp_path):
    add_many(engine, 200)
    command = [sys.executable, "-c", BUILD, str(engine.url), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        if not children.exists():
            parent.kill()
            pytest.skip("this system does not list the children of a process")
        deadline = time.monotonic() + 60
        while not (found := children.read_text().split()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert found
        parent.send_signal(signal.SIGKILL)
    while any(_alive(pid) for pid in found) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(_alive(pid) for pid in found)


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_full_disk_leaves_the_old_generation_in_force(engine, tmp_path):
    add_languages(engine)
    build_generation(str(engine.url), tmp_path / "index")
    add_many(engine, 300)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    try:
        with pytest.raises(GenerationDamaged, match="helpdesk index rebuild"):
            build_generation(str(engine.url), tmp_path / "index")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    index = DenseIndex(engine, tmp_path / "index")
    assert (index.status().generation, index.status().degraded) == ("gen-1", None)
    assert len(index.search(query_vector("ord1"), 20)) == 20
    index.close()
    assert [path.name for path in (tmp_path / "index").iterdir() if path.is_dir()] == ["gen-1"]


def test_a_folder_that_cannot_be_written_is_said(engine, tmp_path):
    (tmp_path / "index").write_text("a file")
    with pytest.raises(GenerationDamaged, match="could not be built"):
        build_generation(str(engine.url), tmp_path / "index")


def test_a_builder_that_hangs_is_stopped(engine, tmp_path):
    add_languages(engine)
    with pytest.raises(GenerationDamaged, match="status -9"):
        build_generation(str(engine.url), tmp_path / "index", timeout_s=0.01)
    assert list((tmp_path / "index").iterdir()) == []


def test_what_goes_wrong_in_the_child_is_told_by_the_parent(tmp_path):
    order = {"do": "build", "database_url": f"sqlite:///{tmp_path / 'none' / 'x.db'}", "path": str(tmp_path)}
    with pytest.raises(GenerationDamaged, match="unable to open database"):
        rebuilding.run_child(order, 60)


def test_a_builder_that_was_started_ahead_builds(engine, tmp_path):
    add_languages(engine)
    with rebuilding.Builder() as builder:
        assert build_generation(str(engine.url), tmp_path / "index", builder) == "gen-1"
        assert not builder.alive


def test_a_builder_that_died_before_its_order_is_replaced(engine, tmp_path):
    add_languages(engine)
    with rebuilding.Builder() as builder:
        builder.close()
        assert build_generation(str(engine.url), tmp_path / "index", builder) == "gen-1"


def test_a_builder_without_an_order_ends_with_who_started_it():
    with rebuilding.Builder() as builder:
        assert builder.alive
    assert not builder.alive
    alone = subprocess.run(
        [sys.executable, "-m", "index.generation_builder"], stdin=subprocess.DEVNULL, capture_output=True
    )
    assert (alone.returncode, alone.stdout, alone.stderr) == (0, b"", b"")


def test_damage_between_writing_and_checking_fails_the_check(engine, tmp_path, monkeypatch):
    add_many(engine, 200)
    write = vectors.write_chroma

    def write_less(path, passage_ids, matrix, **settings):
        matrix = matrix.copy()
        matrix[7] = matrix[8]
        write(path, passage_ids, matrix, **settings)

    monkeypatch.setattr(vectors, "write_chroma", write_less)
    (tmp_path / "aside").mkdir()
    with pytest.raises(GenerationDamaged, match="cannot be read back"):
        generation_builder.build(str(engine.url), tmp_path / "aside")
    assert not (tmp_path / "aside" / generations.MANIFEST).exists()


def test_a_graph_that_finds_too_little_is_built_again_wider_or_refused(engine, tmp_path, monkeypatch):
    add_many(engine, 60)
    recalls = iter([0.5] * 3 + [0.99])
    monkeypatch.setattr(generation_builder, "_measure", lambda *_: next(recalls))
    monkeypatch.setattr(generation_builder, "_WIDTHS", (20, 40, 80))
    monkeypatch.setattr(generation_builder, "_SEARCHED_WHOLE", 0)
    (tmp_path / "aside").mkdir()
    manifest = generation_builder.build(str(engine.url), tmp_path / "aside")
    assert (manifest.max_neighbors, manifest.ef_search, manifest.recall_at_20) == (32, 20, 0.99)
    monkeypatch.setattr(generation_builder, "_measure", lambda *_: 0.5)
    (tmp_path / "other").mkdir()
    with pytest.raises(GenerationDamaged, match="recall@20"):
        generation_builder.build(str(engine.url), tmp_path / "other")


def test_the_order_comes_by_the_pipe_and_the_reply_is_one_line(engine, tmp_path, monkeypatch, capsys):
    add_languages(engine)
    (tmp_path / "aside").mkdir()
    order = {"do": "build", "database_url": str(engine.url), "path": str(tmp_path / "aside")}
    reading, writing = os.pipe()
    os.write(writing, json.dumps(order).encode() + b"\n")
    monkeypatch.setattr(generation_builder, "_die_with_parent", lambda: None)
    with os.fdopen(reading) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        assert generation_builder.main() == 0
    os.close(writing)
    assert json.loads(capsys.readouterr().out) == {"n_passages": 6}


def test_views_of_killed_processes_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"x")
    kept = views.View(tmp_path / "chroma")
    stale = tmp_path / "helpdesk-index-stale"
    stale.mkdir()
    (stale / "owner.lock").touch()
    unknown = tmp_path / "helpdesk-index-unknown"
    unknown.mkdir()
    other = views.View(tmp_path / "chroma")
    assert not stale.exists()
    assert unknown.exists()
    assert (kept.path / "chroma.sqlite3").read_bytes() == b"x"
    for view in (kept, other):
        view.close()
        view.close()
    assert not kept.path.exists()


def test_a_collection_is_closed_only_after_its_last_search(tmp_path):
    matrix = np.eye(3, 8, dtype=np.float32)
    vectors.write_chroma(tmp_path / "c", ["a", "b", "c"], matrix, max_neighbors=8, ef_construction=20)
    reader = vectors.ChromaReader(tmp_path / "c", 3)
    assert reader.nearest(matrix[1], 1) == [("b", pytest.approx(1.0))]
    assert set(reader.vectors(["a", "zz"])) == {"a"}
    reader.close()
    reader.close()
    with pytest.raises(GenerationDamaged, match="closed"):
        reader.nearest(matrix[1], 1)
    with pytest.raises(GenerationDamaged, match="holds 3 vectors, not 4"):
        vectors.ChromaReader(tmp_path / "c", 4)
