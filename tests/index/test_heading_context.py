"""An index without titles and headings before its passages: another index, noticed and mended as such."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, select

from corpus.storage import begin_write
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings
from index import store
from index.chunking import embedding_input
from index.errors import EmbedderMismatch
from index.reembedding import rebuild
from index.schema import index_meta, passages
from index.writing import DocumentWriter, embed, embedder_stamp
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

EMBEDDER = FakeEmbedder()
TEXTS = {  # the title does not stand in the text, so every passage has a context
    "a.en.md": ("Tablets in libraries", "en", "In the survey, 318 libraries lent tablets to residents."),
    "b.sv.md": ("Digital identitet", "sv", "Sammanlagt 57 kommuner erbjuder sina invånare inloggning."),
    "c.vi.md": ("Dịch vụ công", "vi", "Người dân có thể nộp hồ sơ bằng điện thoại di động."),
}
DOCUMENTS = {
    source: f"---\ntitle: {title}\nlanguage: {language}\n---\n{text}\n"
    for source, (title, language, text) in TEXTS.items()
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = library.settings_for(tmp_path / "var")
    library.fill(made, EMBEDDER, DOCUMENTS)
    return made


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    opened = open_database(settings)
    yield opened
    opened.dispose()


def stored(engine: Engine) -> dict[str, bytes]:
    with engine.connect() as connection:
        found = connection.execute(select(passages.c.passage_id, passages.c.embedding)).all()
    return {name: bytes(vector) for name, vector in found}


def test_the_embedder_sees_the_text_alone(engine: Engine) -> None:
    with engine.connect() as connection:
        names = [str(name) for name in connection.scalars(select(passages.c.passage_id))]
        found = [passage for passage, _ in store.fetch(connection, names).values()]
    assert {passage.language for passage in found} == {"en", "sv", "vi"}
    for passage in found:
        text, spans = embedding_input(passage, heading_context=False)
        assert text == passage.text
        whole, shifted = embedding_input(passage)
        assert whole == f"{passage.context}\n{text}"
        assert [text[a:b] for a, b in spans] == [whole[a:b] for a, b in shifted]
    bare = embed(EMBEDDER, found, heading_context=False)
    assert np.array_equal(bare.passages, EMBEDDER.embed_queries([passage.text for passage in found]))


def test_another_choice_is_noticed_and_a_rebuild_mends_it(engine: Engine, settings: Settings) -> None:
    before = stored(engine)
    without = embedder_stamp(EMBEDDER, heading_context=False)
    with (
        engine.connect() as connection,
        pytest.raises(EmbedderMismatch, match=r"made with titles.*without.*out of.*index rebuild"),
    ):
        store.check_embedder(connection, without)
    with pytest.raises(EmbedderMismatch, match="rebuild"):
        DocumentWriter(engine, EMBEDDER, heading_context=False).claim()
    rebuild(engine, settings.data_dir, EMBEDDER, database_url=settings.database, heading_context=False)
    after = stored(engine)
    assert before.keys() == after.keys()
    assert all(before[name] != after[name] for name in before)
    with (
        engine.connect() as connection,
        pytest.raises(EmbedderMismatch, match=r"made without titles.*into.*index rebuild"),
    ):
        store.check_embedder(connection, embedder_stamp(EMBEDDER))
    with engine.connect() as connection:
        store.check_embedder(connection, without)


def test_another_model_is_named_as_such(engine: Engine) -> None:
    other = embedder_stamp(FakeEmbedder(name="another"), heading_context=False)
    with engine.connect() as connection, pytest.raises(EmbedderMismatch, match=r"fake-words.*another"):
        store.check_embedder(connection, other)


def test_a_stamp_from_before_there_was_a_choice_is_read(engine: Engine) -> None:
    with engine.connect() as connection:
        written = json.loads(
            connection.scalar(select(index_meta.c.value).where(index_meta.c.key == "embedder")) or ""
        )
        assert set(written) == {"name", "dimension", "query_prefix", "passage_prefix"}
        assert store.read_embedder(connection) == embedder_stamp(EMBEDDER)
    with begin_write(engine) as connection:
        store.stamp_embedder(connection, embedder_stamp(EMBEDDER, heading_context=False))
        assert store.read_embedder(connection) == embedder_stamp(EMBEDDER, heading_context=False)
