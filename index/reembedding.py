"""Making every passage again from the stored documents: after a change of model or of passage size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select

from corpus.catalog import Catalog
from corpus.schema import documents
from corpus.storage import begin_write
from index import store
from index.chunking import chunk
from index.chunks import Passage, PassageVectors
from index.embedding import Embedder
from index.locks import write_lock
from index.rebuilding import build_generation
from index.schema import passages
from index.writing import embed, embedder_stamp

Told = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild made."""

    n_documents: int
    n_passages: int
    generation: str


def rebuild(
    engine: Engine,
    data_dir: Path,
    embedder: Embedder,
    *,
    database_url: str,
    passage_tokens: int = 256,
    heading_context: bool = True,
    progress: Told = lambda *_: None,
) -> Rebuilt:
    """Chunk and embed every document in force again, then swap all passages in one transaction.

    Until then, questions are answered from what there was; a kill before it
    changes nothing.

    Args:
        engine: the database.
        data_dir: where locks and generations lie.
        embedder: makes the vectors, and is stamped on the index.
        database_url: the address of the same database.
        passage_tokens: target size of a passage.
        heading_context: whether the embedder sees a passage's title and headings before its text.
        progress: told after each document.

    Raises:
        Locked: another process is ingesting.
        GenerationDamaged: the passages are made, and searched exactly, but the generation is not.
    """
    catalog = Catalog(engine)
    with write_lock(data_dir):
        with engine.connect() as connection:
            found = connection.execute(
                select(documents.c.document_id, documents.c.current_version)
                .where(documents.c.status == "in_force")
                .order_by(documents.c.source_root, documents.c.source)
            ).all()
        made: list[tuple[tuple[Passage, ...], PassageVectors]] = []
        for done, (document_id, version) in enumerate(found, start=1):
            document = catalog.document(document_id, version)
            own = chunk(document, document_id, version, max_tokens=passage_tokens)
            made.append((own, embed(embedder, own, heading_context=heading_context)))
            progress("passages", done, len(found))
        with begin_write(engine) as connection:
            old = connection.scalars(select(passages.c.row).where(passages.c.in_force == 1))
            store.delete_passages(connection, [int(row) for row in old])
            store.stamp_embedder(connection, embedder_stamp(embedder, heading_context=heading_context))
            for own, vectors in made:
                store.write_passages(connection, own, vectors)
            store.bump_revision(connection)
        progress("index", 0, 0)
        generation = build_generation(database_url, data_dir / "index")
    n_passages = sum(len(own) for own, _ in made)
    return Rebuilt(len(made), n_passages, generation)
