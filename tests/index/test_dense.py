"""Real Chroma generations, real damage."""

import json
import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from corpus.storage import begin_write
from index import generation_builder, generations, store
from index.dense import DenseIndex
from index.errors import BadQuery, EmbedderMismatch
from index.exact import Segment, best_of, ranked
from index.probing import probe
from index.rebuilding import build_generation
from index.vectors import ChromaReader
from tests.index.documents import (
    EMBEDDER,
    TEXTS,
    add_document,
    add_languages,
    add_many,
    database,
    query_vector,
    withdraw,
)

QUESTIONS = [texts[0] for texts in TEXTS.values()] + ["ord1 ord2 ord3"]
N_MANY = 400


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A data directory with two generations; copied for each test."""
    data_dir = tmp_path_factory.mktemp("built")
    engine = database(data_dir)
    add_many(engine, N_MANY)
    build_generation(str(engine.url), data_dir / "index")
    add_languages(engine)
    build_generation(str(engine.url), data_dir / "index")
    engine.dispose()
    return data_dir


@pytest.fixture
def house(built, tmp_path):
    shutil.copytree(built, tmp_path / "var")
    engine = database(tmp_path / "var")
    opened = []

    def open_index():
        opened.append(DenseIndex(engine, tmp_path / "var" / "index"))
        return opened[-1]

    yield engine, tmp_path / "var" / "index", open_index
    for index in opened:
        index.close()
    engine.dispose()


def exactly(engine, question, k, allowed=None):
    with engine.connect() as connection:
        segment = Segment.of(store.load_vectors(connection))
    return ranked(best_of([segment], query_vector(question), k, allowed), k)


def assert_all_answered(engine, index):
    for question in QUESTIONS:
        assert index.search(query_vector(question), 10) == exactly(engine, question, 10)


def test_default_searches_are_served_by_the_current_generation(house):
    engine, _, open_index = house
    index = open_index()
    assert index.status().share_by_generation is None
    assert_all_answered(engine, index)
    status = index.status()
    assert (status.generation, status.degraded) == ("gen-2", None)
    assert status.share_by_generation == 1.0
    assert status.n_searches == len(QUESTIONS)
    assert (status.n_in_generation, status.n_newer, status.n_withdrawn) == (N_MANY + 6, 0, 0)
    assert status.recall_at_20 >= 0.98
    assert json.loads(json.dumps(status.to_json()))["generation"] == "gen-2"


def test_a_probe_tells_what_would_serve(house):
    engine, index_dir, open_index = house
    index = open_index()
    probe(engine, index, 30)
    assert (index.status().n_searches, index.status().share_by_generation) == (30, 1.0)
    shutil.rmtree(index_dir)
    index = open_index()
    probe(engine, index, 30)
    assert (index.status().n_searches, index.status().share_by_generation) == (30, 0.0)


def test_what_the_graph_misses_is_searched_exactly(house, monkeypatch):
    engine, index_dir, open_index = house
    lost = {"many-1-7", "doc-sv-1-0"}
    nearest, nearest_ids = ChromaReader.nearest, ChromaReader.nearest_ids

    def nearest_but_lost(reader, vector, k):
        return [(name, score) for name, score in nearest(reader, vector, k + 2) if name not in lost][:k]

    def ids_but_lost(reader, matrix, k):
        return [[name for name in near if name not in lost] for near in nearest_ids(reader, matrix, k)]

    monkeypatch.setattr(ChromaReader, "nearest", nearest_but_lost)
    monkeypatch.setattr(ChromaReader, "nearest_ids", ids_but_lost)
    aside = index_dir / "building-aside"
    aside.mkdir()
    generation_builder.build(str(engine.url), aside)
    generations.publish(index_dir, aside)
    index = open_index()
    assert_all_answered(engine, index)
    assert index.search(query_vector(TEXTS["sv"][0]), 1)[0].passage_id == "doc-sv-1-0"
    status = index.status()
    assert (status.share_by_generation, status.n_newer, status.degraded) == (1.0, 0, None)
    withdraw(engine, "doc-sv")
    assert_all_answered(engine, index)


def test_hits_are_in_one_stable_order(house):
    engine, _, open_index = house
    add_document(engine, "b-twin", ["Chính phủ điện tử phục vụ người dân."], language="vi")
    add_document(engine, "a-twin", ["Chính phủ điện tử phục vụ người dân."], language="vi")
    hits = open_index().search(query_vector("Chính phủ điện tử phục vụ người dân."), 5)
    assert [hit.passage_id for hit in hits[:3]] == ["a-twin-1-0", "b-twin-1-0", "doc-vi-1-0"]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].score == pytest.approx(1.0)


@pytest.mark.parametrize("language", TEXTS)
def test_a_document_is_findable_the_moment_it_is_committed(house, language):
    engine, _, open_index = house
    index = open_index()
    text = TEXTS[language][0] + " 2026"
    (fresh,) = add_document(engine, "fresh", [text], language=language)
    assert index.search(query_vector(text), 3)[0].passage_id == fresh
    withdraw(engine, "fresh")
    assert fresh not in {hit.passage_id for hit in index.search(query_vector(text), 3)}
    withdraw(engine, f"doc-{language}")
    assert_all_answered(engine, index)
    status = index.status()
    assert (status.n_newer, status.n_withdrawn, status.share_by_generation) == (0, 2, 1.0)


def test_so_much_is_withdrawn_that_the_generation_cannot_fill_the_list(house):
    engine, _, open_index = house
    index = open_index()
    withdraw(engine, "many")
    assert_all_answered(engine, index)
    assert len(index.search(query_vector("ord1"), 10)) == 6
    assert index.status().degraded is None


def test_filters_give_the_same_with_and_without_a_generation(house):
    engine, index_dir, open_index = house
    with engine.connect() as connection:
        names = store.load_vectors(connection).passage_ids
    few, half = set(names[::40]), set(names[::2])
    index = open_index()
    newer = set(add_document(engine, "newer", ["ord1 ord2 ord3", TEXTS["sv"][1]]))
    filtered = [
        [index.search(query_vector(question), 10, allowed) for question in QUESTIONS]
        for allowed in (few, half, half | newer, newer, set())
    ]
    assert index.status().share_by_generation is None  # a filtered search is no default search
    shutil.rmtree(index_dir)
    without = open_index()
    assert without.status().generation is None
    for found, allowed in zip(filtered, (few, half, half | newer, newer, set()), strict=True):
        assert found == [without.search(query_vector(question), 10, allowed) for question in QUESTIONS]
        assert found == [exactly(engine, question, 10, allowed) for question in QUESTIONS]
        assert all(hit.passage_id in allowed for hits in found for hit in hits)


def test_a_running_server_takes_up_a_new_generation(house):
    engine, index_dir, open_index = house
    index = open_index()
    add_document(engine, "newer", ["ord1 ord2 ord3"])
    assert index.status().n_newer == 1
    build_generation(str(engine.url), index_dir)
    assert_all_answered(engine, index)  # while it is opened aside
    status = index.status()
    assert (status.generation, status.n_newer, status.degraded) == ("gen-3", 0, None)
    assert sorted(generations.names(index_dir)) == ["gen-2", "gen-3"]
    assert_all_answered(engine, index)


def test_opening_and_searching_leave_a_generation_as_it_was(house):
    engine, index_dir, open_index = house
    before = {path: path.stat().st_mtime_ns for path in index_dir.rglob("*")}
    index = open_index()
    assert_all_answered(engine, index)
    index.close()
    assert {path: path.stat().st_mtime_ns for path in index_dir.rglob("*")} == before
    generations.read_whole(index_dir / "gen-2")


def test_many_threads_search_while_documents_come_and_generations_change(house):
    engine, index_dir, open_index = house
    index = open_index()
    stop = threading.Event()

    def ask(_):
        n_asked = 0
        while not stop.is_set() or n_asked < 5:
            hits = index.search(query_vector("ord1 ord2 ord3"), 10)
            assert len(hits) == 10
            n_asked += 1
            time.sleep(0.01)
        return n_asked

    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(ask, i) for i in range(4)]
        for i in range(5):
            add_document(engine, f"live-{i}", [f"ord1 ord{i}"])
            withdraw(engine, f"live-{i - 1}")
        build_generation(str(engine.url), index_dir)
        index.refresh()
        stop.set()
        assert all(future.result() >= 5 for future in running)
    assert_all_answered(engine, index)
    assert index.status().degraded is None


def test_a_query_that_is_no_unit_vector_is_refused(house):
    _, _, open_index = house
    index = open_index()
    for wrong in (np.full(EMBEDDER.dimension, np.nan), np.zeros(EMBEDDER.dimension), np.eye(2)):
        with pytest.raises(BadQuery):
            index.search(wrong.astype(np.float32), 5)
    with pytest.raises(BadQuery):
        index.search(query_vector("x"), 0)
    with pytest.raises(EmbedderMismatch, match="rebuild"):
        index.search(np.eye(1, 3, dtype=np.float32)[0], 5)
    assert index.status().degraded is None


def test_an_empty_database_answers_nothing(tmp_path):
    engine = database(tmp_path)
    index = DenseIndex(engine, tmp_path / "index")
    assert index.search(query_vector("Hej"), 5) == []
    build_generation(str(engine.url), tmp_path / "index")
    index.refresh()
    assert index.search(query_vector("Hej"), 5) == []
    assert index.status().generation == "gen-1"
    index.close()
    engine.dispose()


def test_vectors_of_another_embedder_are_not_mixed_with_the_old_ones(house):
    engine, index_dir, open_index = house
    index = open_index()
    assert_all_answered(engine, index)
    with begin_write(engine) as connection:
        names = store.load_vectors(connection).passage_ids
        turned = [f"turned {name}" for name in names]
        fresh = EMBEDDER.embed_passages(turned, [[(0, len(text))] for text in turned])
        store.replace_vectors(connection, names, fresh)
        store.bump_revision(connection)
    assert_all_answered(engine, index)
    index.close()
    late = open_index()
    assert_all_answered(engine, late)
    assert "built from other vectors" in late.status().degraded
    build_generation(str(engine.url), index_dir)
    assert_all_answered(engine, late)
    assert (late.status().generation, late.status().degraded) == ("gen-3", None)


def _file(generation, pattern):
    return next(path for path in sorted(generation.rglob(pattern)) if path.is_file())


def _truncate(pattern):
    return lambda index_dir: os.truncate(_file(index_dir / "gen-2", pattern), 40)


def _zero(pattern):
    def damage(index_dir):
        path = _file(index_dir / "gen-2", pattern)
        path.write_bytes(bytes(path.stat().st_size))

    return damage


def _sparse(pattern):
    def damage(index_dir):
        path = _file(index_dir / "gen-2", pattern)
        size = path.stat().st_size
        os.truncate(path, 0)
        os.truncate(path, size)

    return damage


def _remove(pattern):
    return lambda index_dir: _file(index_dir / "gen-2", pattern).unlink()


def _pointer(content):
    return lambda index_dir: (index_dir / "CURRENT").write_bytes(content)


def _manifest(**changes):
    def damage(index_dir):
        path = index_dir / "gen-2" / generations.MANIFEST
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return damage


FAULTS = {
    "truncated pickle": _truncate("index_metadata.pickle"),
    "torn link lists": _truncate("link_lists.bin"),
    "torn vectors": _truncate("data_level0.bin"),
    "zeroed header": _zero("header.bin"),
    "zeroed database": _zero("chroma.sqlite3"),
    "sparse vectors": _sparse("data_level0.bin"),
    "missing database": _remove("chroma.sqlite3"),
    "missing graph": _remove("data_level0.bin"),
    "foreign file": lambda index_dir: (index_dir / "gen-2" / "chroma" / "core.123").write_text("x"),
    "torn list of passages": _truncate("rows.npy"),
    "missing list of passages": _remove("ids.npy"),
    "missing manifest": _remove(generations.MANIFEST),
    "torn manifest": _truncate(generations.MANIFEST),
    "manifest of another shape": lambda index_dir: (index_dir / "gen-2" / "CHECKED.json").write_text("[]"),
    "another format": _manifest(format=99),
    "another chromadb": _manifest(chromadb="0.0.1"),
    "of another database": _manifest(identity="other 7"),
    "missing generation": lambda index_dir: shutil.rmtree(index_dir / "gen-2"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_generation_leaves_the_one_before_it_to_serve(house, fault):
    engine, index_dir, open_index = house
    FAULTS[fault](index_dir)
    index = open_index()
    assert_all_answered(engine, index)
    status = index.status()
    assert status.generation == "gen-1"
    assert "gen-2" in status.degraded
    assert status.share_by_generation == 1.0
    assert status.n_newer == 6


@pytest.mark.parametrize(
    "damage", [_pointer(b"gen-7\n"), _pointer(b"\xff\0../.."), lambda d: (d / "CURRENT").unlink()]
)
def test_a_lost_pointer_is_noticed_and_the_newest_good_generation_serves(house, damage):
    engine, index_dir, open_index = house
    damage(index_dir)
    index = open_index()
    assert_all_answered(engine, index)
    assert index.status().generation == "gen-2"
    assert index.status().degraded
    build_generation(str(engine.url), index_dir)
    assert (index.status().generation, index.status().degraded) == ("gen-3", None)


def test_with_every_generation_damaged_searches_are_exact_and_a_rebuild_heals(house):
    engine, index_dir, open_index = house
    for name in ("gen-1", "gen-2"):
        os.truncate(_file(index_dir / name, "data_level0.bin"), 100)
    index = open_index()
    assert_all_answered(engine, index)
    status = index.status()
    assert (status.generation, status.share_by_generation) == (None, 0.0)
    assert "gen-1" in status.degraded
    assert "gen-2" in status.degraded
    build_generation(str(engine.url), index_dir)
    assert_all_answered(engine, index)
    assert (index.status().generation, index.status().degraded) == ("gen-3", None)


def test_damage_beneath_a_running_server_changes_no_answer(house):
    engine, index_dir, open_index = house
    index = open_index()
    assert_all_answered(engine, index)
    for path in (index_dir / "gen-2").rglob("*"):
        if path.is_file():
            os.truncate(path, path.stat().st_size // 3)
    assert_all_answered(engine, index)
    shutil.rmtree(index_dir)
    assert_all_answered(engine, index)
    add_document(engine, "newer", ["ord1 ord2 ord3"])
    assert_all_answered(engine, index)


def test_a_generation_that_raises_while_it_is_searched_is_given_up(house):
    engine, _, open_index = house
    index = open_index()
    index._state.serving.reader._client.close()
    assert_all_answered(engine, index)
    status = index.status()
    assert status.generation == "gen-1"
    assert "gen-2 failed while it was searched" in status.degraded
    assert status.n_searches == len(QUESTIONS)


def test_no_room_for_a_view_means_exact_search(house, monkeypatch, tmp_path):
    engine, _, open_index = house
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    index = open_index()
    assert_all_answered(engine, index)
    assert index.status().generation is None
    assert "nowhere" in index.status().degraded
