"""All passages of one document, and a sample of all: what a list of hits does not hold."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from index import store
from index.chunks import FloatArray, Passage
from index.schema import passages
from index.stored_vectors import load_passage_vectors


def passages_of(
    connection: Connection, document_id: str, version: int, most: int = 200
) -> tuple[tuple[Passage, FloatArray], ...]:
    """Return the first passages of a document version in reading order, in or out of force.

    Args:
        connection: any transaction.
        document_id: the document.
        version: of it.
        most: how many passages at most; a long report has hundreds.

    Returns:
        each passage with its sentence vectors, ``(n_sentences, dim)`` float32; none for an
        unknown document.
    """
    query = (
        select(passages.c.passage_id)
        .where((passages.c.document_id == document_id) & (passages.c.version == version))
        .order_by(passages.c.ordinal)
        .limit(most)
    )
    ids: Sequence[str] = [str(passage_id) for passage_id in connection.execute(query).scalars()]
    return tuple(store.fetch(connection, ids).values())


def sample_vectors(connection: Connection, most: int) -> FloatArray:
    """Return vectors of some passages in force, ``(n, dim)`` float32.

    The first ones by id: ids are hashes, so that they are a fair sample, and the same one each time.

    Args:
        connection: any transaction.
        most: how many; all where there are fewer.
    """
    query = select(passages.c.passage_id).where(passages.c.in_force == 1)
    query = query.order_by(passages.c.passage_id).limit(most)
    ids = [str(passage_id) for passage_id in connection.execute(query).scalars()]
    return load_passage_vectors(connection, ids).matrix
