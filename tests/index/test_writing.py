"""Documents are committed whole, each in its own transaction, versions and all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from corpus.catalog import Catalog
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings
from index import consistency, store
from index.chunks import PassageVectors
from index.errors import BadQuery, EmbedderMismatch
from index.schema import passages
from index.writing import DocumentWriter, embedder_stamp, incoming_text, withdraw
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

SOURCES = ("reports/tablets.en.md", "projects/identitet.sv.md", "news/cong-dich-vu.vi.md")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return library.settings_for(tmp_path / "var")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    opened = open_database(settings)
    yield opened
    opened.dispose()


def writer(engine: Engine, embedder: Any = None) -> DocumentWriter:
    made = DocumentWriter(engine, embedder or FakeEmbedder())
    made.claim()
    return made


def batch(settings: Settings, sources: Sequence[str] = SOURCES, suffix: str = "") -> list[Any]:
    return [library.incoming(settings.data_dir, name, library.TEXTS[name] + suffix) for name in sources]


def in_force(engine: Engine, document_id: str) -> list[tuple[int, int]]:
    query = select(passages.c.version, passages.c.in_force).where(passages.c.document_id == document_id)
    with engine.connect() as connection:
        return [(int(version), int(flag)) for version, flag in connection.execute(query)]


def differences(engine: Engine, settings: Settings) -> list[str]:
    """Kinds of difference, the generation that these tests do not build left out."""
    found = consistency.verify(engine, settings.data_dir / "index").differences
    return [each.kind for each in found if each.kind != "generation_missing"]


def test_the_passages_of_a_document_are_its_text_with_unit_vectors(
    engine: Engine, settings: Settings
) -> None:
    catalog = Catalog(engine)
    for done in writer(engine).commit(batch(settings)):
        assert (done.action, done.version) == ("added", 1)
        assert done.n_passages > 0
        text = catalog.text(done.document_id)
        with engine.connect() as connection:
            names = list(
                connection.scalars(
                    select(passages.c.passage_id).where(passages.c.document_id == done.document_id)
                )
            )
            found = store.fetch(connection, names)
        assert len(found) == done.n_passages
        for passage, vectors in found.values():
            assert text[passage.start_char : passage.end_char] == passage.text
            assert len(vectors) == len(passage.sentences) > 0
            for start, end in passage.sentences:
                assert text[start:end].strip()
    assert differences(engine, settings) == []


def test_a_changed_document_becomes_a_version_in_one_step_and_the_old_one_stays_readable(
    engine: Engine, settings: Settings
) -> None:
    made = writer(engine)
    first = list(made.commit(batch(settings)))
    seen: list[list[tuple[int, int]]] = []
    other = open_database(settings)

    def look(_connection: Any) -> None:  # from outside, at the moment before each commit
        seen.append(in_force(other, first[0].document_id))

    event.listen(engine, "commit", look)
    second = list(made.commit(batch(settings, suffix="\nOne more sentence at the end.\n")))
    event.remove(engine, "commit", look)
    assert [(done.action, done.version) for done in second] == [("updated", 2)] * 3
    assert all(set(rows) in ({(1, 1)}, {(1, 0), (2, 1)}) for rows in seen)
    catalog = Catalog(engine)
    for old, new in zip(first, second, strict=True):
        assert old.document_id == new.document_id
        assert "One more sentence" in catalog.text(new.document_id)
        assert "One more sentence" not in catalog.text(old.document_id, 1)
    assert differences(engine, settings) == []
    other.dispose()


def test_the_same_content_again_writes_nothing(engine: Engine, settings: Settings) -> None:
    made = writer(engine)
    list(made.commit(batch(settings)))
    with engine.connect() as connection:
        revision = store.revision(connection)
    assert [(done.action, done.n_passages) for done in made.commit(batch(settings))] == [("unchanged", 0)] * 3
    with engine.connect() as connection:
        assert store.revision(connection) == revision


def test_withdrawn_and_back_again_is_a_new_version(engine: Engine, settings: Settings) -> None:
    made = writer(engine)
    (first,) = made.commit(batch(settings, SOURCES[:1]))
    withdraw(engine, first.document_id)
    assert set(in_force(engine, first.document_id)) == {(1, 0)}
    assert differences(engine, settings) == []
    (back,) = made.commit(batch(settings, SOURCES[:1]))
    assert (back.document_id, back.action, back.version) == (first.document_id, "added", 2)
    assert set(in_force(engine, first.document_id)) == {(1, 0), (2, 1)}
    assert differences(engine, settings) == []


def test_every_commit_raises_the_revision(engine: Engine, settings: Settings) -> None:
    revisions = []
    for _ in writer(engine).commit(batch(settings)):
        with engine.connect() as connection:
            revisions.append(store.revision(connection))
    assert revisions == sorted(set(revisions))
    assert len(revisions) == 3


def test_another_model_is_refused_before_anything_is_written(engine: Engine, settings: Settings) -> None:
    list(writer(engine).commit(batch(settings)))
    other = FakeEmbedder(name="another", dimension=32)
    with pytest.raises(EmbedderMismatch, match="rebuild"):
        DocumentWriter(engine, other).claim()
    with engine.connect() as connection:
        assert store.read_embedder(connection) == embedder_stamp(FakeEmbedder())


@dataclass(frozen=True, slots=True)
class Zero(FakeEmbedder):
    """An embedder that is broken for one text."""

    wrong: str = "kommuner"
    seen: list[str] = field(default_factory=list)

    def embed_passages(self, texts: Any, spans: Any) -> PassageVectors:
        made = FakeEmbedder.embed_passages(self, texts, spans)
        for place, text in enumerate(texts):
            if self.wrong in text:
                made.passages[place] = 0
        return made


def test_a_document_that_cannot_be_committed_leaves_no_trace_of_itself(
    engine: Engine, settings: Settings
) -> None:
    committing = writer(engine, Zero()).commit(batch(settings))
    assert next(committing).incoming.source == SOURCES[0]
    with pytest.raises(BadQuery, match="unit norm"):
        next(committing)
    assert list(Catalog(engine).known(library.ROOT)) == [SOURCES[0]]
    assert differences(engine, settings) == []


def test_a_document_made_in_memory_has_its_text_as_content(settings: Settings) -> None:
    one = batch(settings, SOURCES[:1])[0]
    made = incoming_text("memory:", "a", one.document)
    assert made.content_sha256 == made.fingerprint
    assert len(made.fingerprint) == 64
    assert made == incoming_text("memory:", "a", one.document)


def test_an_empty_batch_is_no_work(engine: Engine) -> None:
    assert list(writer(engine).commit([])) == []
