from dataclasses import replace

import numpy as np
import pytest

from corpus.storage import begin_write
from index import store
from index.errors import BadQuery, EmbedderMismatch
from tests.index.documents import EMBEDDER, TEXTS, add_document, add_languages, database


@pytest.fixture
def engine(tmp_path):
    engine = database(tmp_path)
    yield engine
    engine.dispose()


def test_passages_come_back_as_they_were_written(engine):
    ids = add_languages(engine)
    with engine.connect() as connection:
        for language, texts in TEXTS.items():
            found = store.fetch(connection, ids[language])
            assert list(found) == ids[language]
            assert [passage.text for passage, _ in found.values()] == list(texts)
            for passage, sentences in found.values():
                assert passage.language == language
                assert passage.heading_path == ("Heading",)
                assert passage.sentences == ((0, len(passage.text)),)
                assert sentences.shape == (1, EMBEDDER.dimension)
                assert sentences.dtype == np.float32
                expected = EMBEDDER.embed_queries([passage.text])
                np.testing.assert_allclose(sentences, expected, atol=1e-3)


def test_vectors_are_stored_to_the_bit(engine):
    ids = add_languages(engine)
    with engine.connect() as connection:
        stored = store.load_vectors(connection)
    assert stored.passage_ids == tuple(name for names in ids.values() for name in names)
    expected = EMBEDDER.embed_queries([text for texts in TEXTS.values() for text in texts])
    np.testing.assert_array_equal(stored.matrix, expected)
    assert stored.matrix.flags.c_contiguous


def test_only_what_is_newer_and_in_force_is_loaded(engine):
    add_document(engine, "old", ["one", "two"])
    with engine.connect() as connection:
        last = int(store.load_vectors(connection).rows[-1])
    newer = add_document(engine, "new", ["three"])
    retired = add_document(engine, "old", ["four"], version=2)
    with engine.connect() as connection:
        assert list(store.load_vectors(connection, last).passage_ids) == newer + retired
        assert store.count_in_force(connection) == 2
        assert not store.load_vectors(connection, 10_000).passage_ids


def test_a_retired_passage_stays_readable_for_old_answers(engine):
    ids = add_document(engine, "d", list(TEXTS["sv"]), language="sv")
    with begin_write(engine) as connection:
        assert store.retire(connection, "d") == 2
        assert store.retire(connection, "d") == 0
    with engine.connect() as connection:
        assert list(store.fetch(connection, ids)) == ids
        assert not store.load_passage_vectors(connection, ids).passage_ids


def test_a_row_number_is_never_given_twice(engine):
    add_document(engine, "a", ["one"])
    with begin_write(engine) as connection:
        rows = store.rows_in_force(connection)
        store.delete_passages(connection, rows.tolist())
    add_document(engine, "b", ["two"])
    with engine.connect() as connection:
        assert store.rows_in_force(connection).min() > rows.max()


def test_nothing_of_a_broken_transaction_remains(engine):
    add_document(engine, "a", ["one"])
    connection = engine.connect()
    store.retire(connection, "a")
    store.bump_revision(connection)
    connection.close()
    with engine.connect() as connection:
        assert store.count_in_force(connection) == 1
        assert store.revision(connection) == 1


@pytest.mark.parametrize("spoil", [np.zeros_like, lambda v: v * np.nan, lambda v: v * 2])
def test_a_vector_that_is_not_of_unit_norm_is_refused(engine, spoil):
    ids = add_document(engine, "a", ["one"])
    with begin_write(engine) as connection:
        passage, _ = store.fetch(connection, ids)[ids[0]]
        vectors = EMBEDDER.embed_passages(["two"], [[(0, 3)]])
        with pytest.raises(BadQuery, match="unit norm"):
            store.write_passages(
                connection,
                [replace(passage, passage_id="x")],
                replace(vectors, passages=spoil(vectors.passages)),
            )


def test_vectors_that_do_not_fit_their_passages_are_refused(engine):
    ids = add_document(engine, "a", ["one"])
    with begin_write(engine) as connection:
        passage, _ = store.fetch(connection, ids)[ids[0]]
        fresh = [replace(passage, passage_id="x")]
        vectors = EMBEDDER.embed_passages(["a", "b"], [[(0, 1)], [(0, 1)]])
        with pytest.raises(BadQuery, match="embed them again"):
            store.write_passages(connection, fresh, vectors)
        vectors = EMBEDDER.embed_passages(["a"], [[(0, 1), (0, 1)]])
        with pytest.raises(BadQuery, match="1 sentences"):
            store.write_passages(connection, fresh, vectors)
        store.write_passages(connection, [], vectors)


def test_another_embedder_is_refused_with_the_cure(engine):
    stamp = store.EmbedderStamp(EMBEDDER.name, EMBEDDER.dimension, "query: ", "passage: ")
    with engine.connect() as connection:
        store.check_embedder(connection, stamp)
        for other in (
            replace(stamp, name="other"),
            replace(stamp, dimension=3),
            replace(stamp, query_prefix=""),
        ):
            with pytest.raises(EmbedderMismatch, match="helpdesk index rebuild"):
                store.check_embedder(connection, other)


def test_replacing_vectors_voids_the_indexes_of_the_old_ones(engine):
    ids = add_document(engine, "a", ["one", "two"])
    with engine.connect() as connection:
        before = store.vectors_identity(connection)
    fresh = EMBEDDER.embed_passages(["three", "four"], [[(0, 5)], [(0, 4)]])
    with begin_write(engine) as connection:
        store.replace_vectors(connection, ids, fresh)
    with engine.connect() as connection:
        assert store.vectors_identity(connection) != before
        np.testing.assert_array_equal(store.load_vectors(connection).matrix, fresh.passages)
