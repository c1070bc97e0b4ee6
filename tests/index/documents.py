"""Small indexed documents for the tests of this room: real database, seeded vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine, insert, update

from corpus import schema as corpus_schema
from corpus.storage import begin_write, open_engine, sqlite_url
from index import lexical, schema, store
from index.chunks import FloatArray, Passage
from tests.fakes import FakeEmbedder

EMBEDDER = FakeEmbedder()

TEXTS = {
    "en": (
        "Small firms adopt artificial intelligence slowly.",
        "Public buyers may ask for a prototype first.",
    ),
    "sv": (
        "Kommunerna inför digital identitet för alla.",
        "Myndigheten ansvarar för gränsöverskridande data.",
    ),
    "vi": ("Chính phủ điện tử phục vụ người dân.", "Trẻ em có quyền được bảo vệ trên mạng."),
}


def database(data_dir: Path) -> Engine:
    """Make an empty database in a data directory."""
    data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(sqlite_url(data_dir))
    with begin_write(engine) as connection:
        schema.passages.metadata.create_all(connection)
        lexical.create_lexical(connection)
        store.stamp_embedder(
            connection, store.EmbedderStamp(EMBEDDER.name, EMBEDDER.dimension, "query: ", "passage: ")
        )
    return engine


def add_document(
    engine: Engine, document_id: str, texts: Sequence[str], *, language: str = "en", version: int = 1
) -> list[str]:
    """Commit one version of a document, a passage for each text; return the passage ids."""
    passages = [
        Passage(
            passage_id=f"{document_id}-{version}-{ordinal}",
            document_id=document_id,
            version=version,
            ordinal=ordinal,
            start_char=0,
            end_char=len(text),
            page=None,
            heading_path=("Heading",),
            language=language,
            text=text,
            context=f"Title of {document_id} — Heading",
            n_tokens=len(text.split()),
            sentences=((0, len(text)),),
        )
        for ordinal, text in enumerate(texts)
    ]
    vectors = EMBEDDER.embed_passages(texts, [[(0, len(text))] for text in texts])
    with begin_write(engine) as connection:
        _catalogue(connection, document_id, version, language)
        store.retire(connection, document_id)
        store.write_passages(connection, passages, vectors)
        store.bump_revision(connection)
    return [passage.passage_id for passage in passages]


def add_languages(engine: Engine) -> dict[str, list[str]]:
    """Commit one document in each of three languages; return the passage ids by language."""
    return {
        language: add_document(engine, f"doc-{language}", texts, language=language)
        for language, texts in TEXTS.items()
    }


def add_many(engine: Engine, n: int, *, document_id: str = "many", n_words: int = 12) -> list[str]:
    """Commit one document of ``n`` passages of seeded words."""
    random = np.random.default_rng(n)
    words = np.array([f"ord{i}" for i in range(400)])
    return add_document(engine, document_id, [" ".join(random.choice(words, n_words)) for _ in range(n)])


def withdraw(engine: Engine, document_id: str) -> None:
    """Take a document out of force."""
    documents = corpus_schema.documents
    with begin_write(engine) as connection:
        connection.execute(
            update(documents).where(documents.c.document_id == document_id).values(status="withdrawn")
        )
        store.retire(connection, document_id)
        store.bump_revision(connection)


def query_vector(text: str) -> FloatArray:
    """Return the vector of a question."""
    vector: FloatArray = EMBEDDER.embed_queries([text])[0]
    return vector


def _catalogue(connection: Connection, document_id: str, version: int, language: str) -> None:
    documents, versions = corpus_schema.documents, corpus_schema.document_versions
    now = "2026-01-31T09:30:00Z"
    execute = connection.execute
    changed = execute(
        update(documents)
        .where(documents.c.document_id == document_id)
        .values(current_version=version, status="in_force")
    )
    if not changed.rowcount:
        execute(
            insert(documents).values(
                document_id=document_id,
                source_root="/documents",
                source=f"{document_id}.txt",
                status="in_force",
                current_version=version,
                fingerprint="f",
                created_at=now,
                updated_at=now,
            )
        )
    execute(
        insert(versions).values(
            document_id=document_id,
            version=version,
            content_sha256="0" * 64,
            title=f"Title of {document_id}",
            kind="document",
            language=language,
            themes=[],
            media_type="text/plain",
            text="",
            sections=[],
            notes=[],
            ingested_at=now,
        )
    )
