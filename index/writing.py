"""Committing documents: each with its passages and vectors, in one transaction of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Engine, select

from corpus.catalog import Catalog, document_id
from corpus.current_version import says_the_same
from corpus.documents import Document
from corpus.schema import documents
from corpus.storage import begin_write
from index import store
from index.chunking import chunk, embedding_input
from index.chunks import Passage, PassageVectors
from index.embedding import Embedder


@dataclass(frozen=True, slots=True)
class Incoming:
    """A parsed document that is to become the version in force.

    ``fingerprint`` tells next time whether it changed; ``content_sha256`` is
    where its original lies.
    """

    source_root: str
    source: str
    fingerprint: str
    content_sha256: str
    document: Document


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of an incoming document."""

    incoming: Incoming
    document_id: str
    version: int
    action: str
    n_passages: int


def embedder_stamp(embedder: Embedder, *, heading_context: bool = True) -> store.EmbedderStamp:
    """Return what an index is stamped with when this embedder makes its vectors."""
    return store.EmbedderStamp(
        embedder.name, embedder.dimension, embedder.query_prefix, embedder.passage_prefix, heading_context
    )


def embed(embedder: Embedder, passages: Sequence[Passage], *, heading_context: bool = True) -> PassageVectors:
    """Embed passages with their context, and their sentences in the same pass."""
    if not passages:
        return PassageVectors(np.empty((0, embedder.dimension), np.float32), ())
    inputs = [embedding_input(passage, heading_context=heading_context) for passage in passages]
    return embedder.embed_passages([text for text, _ in inputs], [spans for _, spans in inputs])


class DocumentWriter:
    """Chunks, embeds and commits documents, many at a time for the sake of the embedder."""

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder,
        passage_tokens: int = 256,
        *,
        heading_context: bool = True,
    ) -> None:
        self._engine = engine
        self._catalog = Catalog(engine)
        self._embedder = embedder
        self._passage_tokens = passage_tokens
        self._heading_context = heading_context

    def claim(self) -> None:
        """Stamp an unwritten index with the embedder.

        Raises:
            EmbedderMismatch: the index was made with another one.
        """
        stamp = embedder_stamp(self._embedder, heading_context=self._heading_context)
        with begin_write(self._engine) as connection:
            store.check_embedder(connection, stamp)
            if store.read_embedder(connection) is None:
                store.stamp_embedder(connection, stamp)

    def commit(self, batch: Sequence[Incoming]) -> Iterator[Committed]:
        """Embed a batch in one go, then commit its documents one by one, in order.

        A document is findable the moment it is yielded. A kill in between
        leaves the documents that were yielded, each whole, and no other.
        """
        chunked = [self._chunk(incoming) for incoming in batch]
        vectors = embed(
            self._embedder,
            [passage for passages in chunked for passage in passages],
            heading_context=self._heading_context,
        )
        start = 0
        for incoming, passages in zip(batch, chunked, strict=True):
            end = start + len(passages)
            own = PassageVectors(vectors.passages[start:end], vectors.sentences[start:end])
            start = end
            yield self._commit_one(incoming, passages, own)

    def _chunk(self, incoming: Incoming) -> tuple[Passage, ...]:
        """Return the passages; none where the version in force stays, so that nothing is embedded for it."""
        # Its version is settled before its transaction: the caller holds the write lock.
        own_id = document_id(incoming.source_root, incoming.source)
        with self._engine.connect() as connection:
            if says_the_same(
                connection,
                incoming.source_root,
                incoming.source,
                incoming.document,
                incoming.content_sha256,
            ):
                return ()
            current = connection.scalar(
                select(documents.c.current_version).where(documents.c.document_id == own_id)
            )
        return chunk(incoming.document, own_id, (current or 0) + 1, max_tokens=self._passage_tokens)

    def _commit_one(
        self, incoming: Incoming, passages: tuple[Passage, ...], vectors: PassageVectors
    ) -> Committed:
        with begin_write(self._engine) as connection:
            stored = self._catalog.store_version(
                connection,
                incoming.source_root,
                incoming.source,
                incoming.fingerprint,
                incoming.document,
                incoming.content_sha256,
            )
            if stored.action == "unchanged":
                return Committed(incoming, stored.document_id, stored.version, stored.action, 0)
            store.retire(connection, stored.document_id)
            store.write_passages(connection, passages, vectors)
            store.bump_revision(connection)
        return Committed(incoming, stored.document_id, stored.version, stored.action, len(passages))


def withdraw(engine: Engine, withdrawn_id: str) -> None:
    """Take a document out of force, with its passages, in a transaction of its own."""
    with begin_write(engine) as connection:
        Catalog(engine).withdraw(connection, withdrawn_id)
        store.retire(connection, withdrawn_id)
        store.bump_revision(connection)


def incoming_text(source_root: str, source: str, document: Document) -> Incoming:
    """Return a document that was made in memory, as an incoming one (its text is its content)."""
    digest = hashlib.sha256(document.text.encode()).hexdigest()
    return Incoming(source_root, source, digest, digest, document)
