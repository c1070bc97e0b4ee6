import json
import shutil
import sqlite3

import pytest
from sqlalchemy import text

from corpus.storage import begin_write
from index import consistency, generations, lexical, store
from index.consistency import MENDS, is_current, repair, verify
from index.generation_builder import build, compare
from index.rebuilding import build_generation
from tests.index.documents import TEXTS, add_document, add_languages, add_many, database


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("built")
    engine = database(data_dir)
    add_many(engine, 50)
    add_languages(engine)
    build_generation(str(engine.url), data_dir / "index")
    engine.dispose()
    return data_dir


@pytest.fixture
def house(built, tmp_path, monkeypatch):
    shutil.copytree(built, tmp_path / "var")
    engine = database(tmp_path / "var")
    # The child process is tested by itself; here its work is done in this one.
    monkeypatch.setattr(
        consistency, "run_child", lambda order, timeout_s: compare(order["database_url"], _path(order))
    )
    monkeypatch.setattr(consistency, "build_generation", _build_here)
    yield engine, tmp_path / "var" / "index"
    engine.dispose()


def _path(order):
    from pathlib import Path

    return Path(order["path"])


def _build_here(address, index_dir):
    aside = index_dir / "building-here"
    aside.mkdir(parents=True)
    build(address, aside)
    return generations.publish(index_dir, aside)


def _sql(*statements):
    def damage(engine, _index_dir):
        with begin_write(engine) as connection:
            for statement in statements:
                connection.execute(text(statement))

    return damage


def _swap_vectors(_engine, index_dir):
    """Make the generation hold other vectors than the database, under sums that fit."""
    chroma = index_dir / "gen-1"
    path = next(chroma.rglob("data_level0.bin"))
    data = bytearray(path.read_bytes())
    data[200:260] = bytes(60)
    path.write_bytes(data)
    manifest = json.loads((chroma / "CHECKED.json").read_text())
    manifest.pop("files")
    (chroma / "CHECKED.json").unlink()
    generations.seal(chroma, generations.Manifest(**manifest, files={}))


DAMAGE = {
    "passage_of_no_document": _sql(
        "INSERT INTO passages (passage_id, document_id, version, ordinal, start_char, end_char, "
        "heading_path, language, text, context, n_tokens, sentences, embedding, sentence_embeddings, "
        "in_force) SELECT 'orphan', 'nowhere', 1, 0, 0, 1, heading_path, language, text, context, "
        "n_tokens, sentences, embedding, sentence_embeddings, 0 FROM passages LIMIT 1"
    ),
    "withdrawn_passage_in_force": _sql(
        "UPDATE documents SET status = 'withdrawn' WHERE document_id = 'doc-sv'"
    ),
    "passage_not_in_force": _sql("UPDATE passages SET in_force = 0 WHERE document_id = 'doc-vi'"),
    "lexical_row_missing": _sql("DELETE FROM passages_fts WHERE rowid IN (1, 2, 51)"),
    "lexical_row_differs": _sql("UPDATE passages_fts SET body = 'other' WHERE rowid = 53"),
    "lexical_row_foreign": _sql("INSERT INTO passages_fts (rowid, body, context) VALUES (999, 'a', 'b')"),
    "lexical_terms_differ": _sql("DELETE FROM passages_fts_data WHERE id > 10"),
    "generation_missing": lambda _, index_dir: shutil.rmtree(index_dir),
    "generation_damaged": lambda _, index_dir: next(index_dir.rglob("header.bin")).write_bytes(b""),
    "generation_lacks_passage": lambda engine, _: add_document(engine, "new", ["one", "two"]),
    "generation_holds_withdrawn": lambda engine, _: add_document(
        engine, "doc-en", [TEXTS["en"][0]], version=2
    ),
    "generation_vector_differs": _swap_vectors,
}


def test_what_was_just_built_is_clean(house):
    engine, index_dir = house
    found = verify(engine, index_dir)
    assert found.clean
    assert (found.n_passages, found.generation) == (56, "gen-1")
    assert is_current(engine, index_dir)
    assert json.loads(json.dumps(found.to_json()))["clean"] is True


@pytest.mark.parametrize("kind", DAMAGE)
def test_every_difference_is_found_and_mended_without_embedding(house, kind):
    engine, index_dir = house
    with engine.connect() as connection:
        vectors = dict(connection.execute(text("SELECT passage_id, embedding FROM passages")).all())
    DAMAGE[kind](engine, index_dir)
    before, after = repair(engine, index_dir)
    assert kind in {difference.kind for difference in before.differences}
    for difference in before.differences:
        assert difference.mend == MENDS[difference.kind]
        assert difference.count >= len(difference.examples) > 0
    assert after.clean, after
    assert is_current(engine, index_dir)
    with engine.connect() as connection:
        now = dict(connection.execute(text("SELECT passage_id, embedding FROM passages")).all())
        for question, language in (("kommunerna", "sv"), ("chính phủ", "vi"), ("buyers", "en")):
            in_force = connection.scalar(
                text("SELECT count(*) FROM passages WHERE in_force = 1 AND lower(text) LIKE :like"),
                {"like": f"%{question.casefold()}%"},
            )
            assert (
                bool(lexical.search(connection, question, language, 5)) == bool(in_force) or language == "vi"
            )
    assert all(now[name] == vector for name, vector in vectors.items() if name in now)


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("vector_broken", "UPDATE passages SET embedding = zeroblob(256) WHERE row = 3"),
        ("vector_broken", "UPDATE passages SET embedding = zeroblob(7) WHERE row = 3"),
        ("vector_broken", "UPDATE passages SET sentence_embeddings = zeroblob(2) WHERE row = 3"),
        ("document_without_passages", "DELETE FROM passages WHERE document_id = 'doc-sv'"),
    ],
)
def test_what_only_embedding_can_mend_is_found_and_named(house, kind, statement):
    engine, index_dir = house
    _sql(statement)(engine, index_dir)
    found = {difference.kind: difference for difference in verify(engine, index_dir).differences}
    assert "helpdesk" in found[kind].mend


def test_a_generation_is_not_current_when_anything_changed(house):
    engine, index_dir = house
    add_document(engine, "new", ["one"])
    assert not is_current(engine, index_dir)
    _build_here(str(engine.url), index_dir)
    assert is_current(engine, index_dir)
    next((index_dir / "gen-2").rglob("header.bin")).unlink()
    assert not is_current(engine, index_dir)
    shutil.rmtree(index_dir)
    assert not is_current(engine, index_dir)
    with begin_write(engine) as connection:
        store.delete_passages(connection, store.rows_in_force(connection).tolist())
    assert is_current(engine, index_dir)


def test_a_generation_that_brings_its_reader_down_is_found_in_a_child_process(built, tmp_path):
    shutil.copytree(built, tmp_path / "var")
    engine = database(tmp_path / "var")
    assert verify(engine, tmp_path / "var" / "index").clean
    with sqlite3.connect(tmp_path / "var" / "index" / "gen-1" / "chroma" / "chroma.sqlite3") as chroma:
        chroma.execute("DELETE FROM collections")
    chroma.close()
    assert [d.kind for d in verify(engine, tmp_path / "var" / "index").differences] == ["generation_damaged"]
    engine.dispose()
