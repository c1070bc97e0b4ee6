"""Passages and their vectors in the database: the truth that every index is derived from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from index import lexical
from index.chunks import FloatArray, Passage, PassageVectors
from index.errors import BadQuery
from index.schema import passages
from index.stamps import (
    EmbedderStamp,
    bump_revision,
    bump_vectors_epoch,
    check_embedder,
    read_embedder,
    revision,
    stamp_embedder,
    vectors_identity,
)
from index.stored_vectors import (
    StoredVectors,
    batches,
    count_in_force,
    load_passage_vectors,
    load_rows,
    load_vectors,
    rows_in_force,
    sentence_vectors,
)

__all__ = [
    "EmbedderStamp",
    "StoredVectors",
    "bump_revision",
    "check_embedder",
    "count_in_force",
    "delete_passages",
    "fetch",
    "load_passage_vectors",
    "load_rows",
    "load_vectors",
    "read_embedder",
    "replace_vectors",
    "retire",
    "revision",
    "rows_in_force",
    "set_in_force",
    "stamp_embedder",
    "vectors_identity",
    "write_passages",
]

_UNIT_TOLERANCE = 1e-3


def write_passages(connection: Connection, batch: Sequence[Passage], vectors: PassageVectors) -> None:
    """Add passages, their vectors and their lexical rows, in the caller's transaction.

    Args:
        connection: a write transaction; call :func:`bump_revision` before it commits.
        batch: passages that the database does not hold yet.
        vectors: ``passages`` ``(len(batch), dim)`` and one array of sentence vectors for each.

    Raises:
        BadQuery: the vectors do not fit the passages, or are not finite and of unit norm.
    """
    if not batch:
        return
    _check_vectors(batch, vectors)
    connection.execute(
        insert(passages),
        [
            {
                "passage_id": passage.passage_id,
                "document_id": passage.document_id,
                "version": passage.version,
                "ordinal": passage.ordinal,
                "start_char": passage.start_char,
                "end_char": passage.end_char,
                "page": passage.page,
                "heading_path": list(passage.heading_path),
                "language": passage.language,
                "text": passage.text,
                "context": passage.context,
                "n_tokens": passage.n_tokens,
                "sentences": [list(span) for span in passage.sentences],
                "embedding": _float32(vector),
                "sentence_embeddings": _float16(sentences),
                "in_force": 1,
            }
            for passage, vector, sentences in zip(batch, vectors.passages, vectors.sentences, strict=True)
        ],
    )
    rows = _rows_of(connection, [passage.passage_id for passage in batch])
    lexical.add(connection, [(rows[passage.passage_id], passage) for passage in batch])


def _check_vectors(batch: Sequence[Passage], vectors: PassageVectors) -> None:
    dimension = vectors.passages.shape[-1]
    if vectors.passages.shape != (len(batch), dimension) or len(vectors.sentences) != len(batch):
        raise BadQuery(
            f"{len(batch)} passages, but vectors of shape {vectors.passages.shape} "
            f"and {len(vectors.sentences)} arrays of sentence vectors: embed them again"
        )
    for passage, sentences in zip(batch, vectors.sentences, strict=True):
        if sentences.shape != (len(passage.sentences), dimension):
            raise BadQuery(
                f"passage {passage.passage_id} has {len(passage.sentences)} sentences, "
                f"but sentence vectors of shape {sentences.shape}: embed it again"
            )
    norms = np.linalg.norm(vectors.passages, axis=1)
    # Chroma accepts a zero vector and answers NaN with plausible ids: they stop here.
    wrong = np.flatnonzero(~(np.abs(norms - 1.0) <= _UNIT_TOLERANCE))
    if wrong.size:
        raise BadQuery(
            f"the vector of passage {batch[int(wrong[0])].passage_id} is not finite and of unit norm: "
            "the embedder is at fault"
        )


def retire(connection: Connection, document_id: str) -> int:
    """Take every passage of a document out of force, in the caller's transaction.

    The passages stay readable (old answers cite them); no index returns them any more.

    Returns:
        how many passages were in force.
    """
    in_force = (passages.c.document_id == document_id) & (passages.c.in_force == 1)
    rows = [int(row) for row in connection.scalars(select(passages.c.row).where(in_force))]
    connection.execute(update(passages).where(in_force).values(in_force=0))
    lexical.remove(connection, rows)
    return len(rows)


def replace_vectors(connection: Connection, passage_ids: Sequence[str], vectors: PassageVectors) -> None:
    """Write new vectors of passages that are there already, in the caller's transaction.

    For a change of the embedder: stamp it and bump the revision in the same
    transaction, and give every passage in force its new vector.
    """
    connection.execute(
        update(passages)
        .where(passages.c.passage_id == bindparam("of"))
        .values(embedding=bindparam("new"), sentence_embeddings=bindparam("new_sentences")),
        [
            {"of": passage_id, "new": _float32(vector), "new_sentences": _float16(sentences)}
            for passage_id, vector, sentences in zip(
                passage_ids, vectors.passages, vectors.sentences, strict=True
            )
        ],
    )
    bump_vectors_epoch(connection)


def _float32(vector: FloatArray) -> bytes:
    return vector.astype("<f4").tobytes()


def _float16(vectors: FloatArray) -> bytes:
    return vectors.astype("<f2").tobytes()


def fetch(connection: Connection, passage_ids: Sequence[str]) -> dict[str, tuple[Passage, FloatArray]]:
    """Read passages and their sentence vectors ``(n_sentences, dim)`` float32, in or out of force.

    Returns:
        the known ones among ``passage_ids``, in their order.
    """
    query = select(passages).where(passages.c.passage_id.in_(bindparam("ids", expanding=True)))
    found = {
        record.passage_id: (_passage(record), sentence_vectors(record))
        for batch in batches(list(passage_ids))
        for record in connection.execute(query, {"ids": batch})
    }
    return {passage_id: found[passage_id] for passage_id in passage_ids if passage_id in found}


def _passage(record: Row[Any]) -> Passage:
    fields = record._mapping
    return Passage(
        passage_id=fields["passage_id"],
        document_id=fields["document_id"],
        version=fields["version"],
        ordinal=fields["ordinal"],
        start_char=fields["start_char"],
        end_char=fields["end_char"],
        page=fields["page"],
        heading_path=tuple(fields["heading_path"]),
        language=fields["language"],
        text=fields["text"],
        context=fields["context"],
        n_tokens=fields["n_tokens"],
        sentences=tuple((int(start), int(end)) for start, end in fields["sentences"]),
    )


def _rows_of(connection: Connection, passage_ids: Sequence[str]) -> dict[str, int]:
    query = select(passages.c.passage_id, passages.c.row).where(
        passages.c.passage_id.in_(bindparam("ids", expanding=True))
    )
    return {
        str(passage_id): int(row)
        for batch in batches(list(passage_ids))
        for passage_id, row in connection.execute(query, {"ids": batch})
    }


def delete_passages(connection: Connection, rows: Sequence[int]) -> None:
    """Delete rows that belong to no document (only `repair` does)."""
    for batch in batches([int(row) for row in rows]):
        connection.execute(delete(passages).where(passages.c.row.in_(batch)))
    lexical.remove(connection, rows)


def set_in_force(connection: Connection, rows: Sequence[tuple[int, bool]]) -> None:
    """Set whether passages are in force (only `repair` does; the lexical index is left to it too)."""
    if rows:
        connection.execute(
            update(passages).where(passages.c.row == bindparam("of")).values(in_force=bindparam("flag")),
            [{"of": int(row), "flag": int(flag)} for row, flag in rows],
        )
