"""Reading vectors out of the database, by the row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, bindparam, func, select, text

from index.chunks import FloatArray
from index.schema import passages

IntArray = npt.NDArray[np.int64]

_BATCH = 500  # host parameters of one statement; SQLite allows 999 in its oldest builds
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """Vectors as they lie in the database.

    ``rows``: ``(n,)`` int64, ascending. ``matrix``: ``(n, dim)`` float32, unit norm.
    """

    rows: IntArray
    passage_ids: tuple[str, ...]
    matrix: FloatArray


def rows_in_force(connection: Connection) -> IntArray:
    """Return the row numbers of every passage in force, ``(n,)`` int64, ascending."""
    # Text on purpose: read by every server after every change, and an index alone answers it.
    found = connection.execute(text("SELECT row FROM passages WHERE in_force = 1")).all()
    rows = np.fromiter((row[0] for row in found), dtype=np.int64, count=len(found))
    rows.sort()
    return rows


def count_in_force(connection: Connection) -> int:
    """Return how many passages are in force."""
    return int(
        connection.scalar(select(func.count()).select_from(passages).where(passages.c.in_force == 1)) or 0
    )


def passage_ids_by_row(connection: Connection) -> dict[int, str]:
    """Return every passage, in force or not: row -> passage id."""
    found = connection.execute(text("SELECT row, passage_id FROM passages")).all()
    return {int(row): str(passage_id) for row, passage_id in found}


def load_vectors(connection: Connection, after_row: int = 0) -> StoredVectors:
    """Read the vectors of all passages in force whose row is greater than ``after_row``."""
    query = (
        select(passages.c.row, passages.c.passage_id, passages.c.embedding)
        .where((passages.c.in_force == 1) & (passages.c.row > after_row))
        .order_by(passages.c.row)
    )
    return _stored(connection.execute(query).all())


def load_rows(connection: Connection, rows: Iterable[int]) -> StoredVectors:
    """Read the vectors of these rows (unknown ones are left out)."""
    query = select(passages.c.row, passages.c.passage_id, passages.c.embedding).where(
        passages.c.row.in_(bindparam("rows", expanding=True))
    )
    found = [
        record
        for batch in batches([int(row) for row in rows])
        for record in connection.execute(query, {"rows": batch}).all()
    ]
    return _stored(sorted(found, key=lambda record: int(record[0])))


def load_passage_vectors(connection: Connection, passage_ids: Iterable[str]) -> StoredVectors:
    """Read the vectors of these passages, as far as they are in force."""
    query = select(passages.c.row, passages.c.passage_id, passages.c.embedding).where(
        passages.c.passage_id.in_(bindparam("ids", expanding=True)) & (passages.c.in_force == 1)
    )
    found = [
        record
        for batch in batches(list(passage_ids))
        for record in connection.execute(query, {"ids": batch}).all()
    ]
    return _stored(sorted(found, key=lambda record: int(record[0])))


def _stored(records: Sequence[Row[int, str, bytes]]) -> StoredVectors:
    # A torn vector costs its own passage, not the search (`verify` finds it).
    lengths = Counter(len(record[2]) for record in records if record[2] and len(record[2]) % 4 == 0)
    if not lengths:
        return StoredVectors(np.empty(0, np.int64), (), np.empty((0, 0), np.float32))
    length = lengths.most_common(1)[0][0]
    records = [record for record in records if len(record[2]) == length]
    data = b"".join(record[2] for record in records)
    return StoredVectors(
        rows=np.array([record[0] for record in records], dtype=np.int64),
        passage_ids=tuple(str(record[1]) for record in records),
        matrix=np.frombuffer(data, dtype="<f4").reshape(len(records), -1).astype(np.float32, copy=False),
    )


def sample_sentence_vectors(connection: Connection, rows: IntArray, n: int) -> FloatArray:
    """Return sentence vectors of passages spread over ``rows``: like queries, and always at hand.

    Returns:
        ``(at most n, dim)`` float32, unit norm, the same for the same database.
    """
    if not len(rows):
        return np.empty((0, 0), np.float32)
    chosen = rows[np.unique(np.linspace(0, len(rows) - 1, n).astype(int))].tolist()
    query = select(passages).where(passages.c.row.in_(bindparam("rows", expanding=True)))
    found = [
        sentence_vectors(record)
        for batch in batches(chosen)
        for record in connection.execute(query.order_by(passages.c.row), {"rows": batch})
    ]
    sample = np.array([each[len(each) // 2] for each in found if len(each)], dtype=np.float32)
    return sample / np.linalg.norm(sample, axis=1, keepdims=True) if len(sample) else sample


def raw_vectors(connection: Connection) -> Iterator[tuple[str, bytes, int, int]]:
    """Give for every passage in force: id, vector, length of its sentence vectors in bytes, n_sentences."""
    query = text(
        "SELECT passage_id, embedding, length(sentence_embeddings), json_array_length(sentences) "
        "FROM passages WHERE in_force = 1 ORDER BY row"
    )
    for passage_id, vector, n_bytes, n_sentences in connection.execute(query):
        yield str(passage_id), bytes(vector), int(n_bytes), int(n_sentences)


def sentence_vectors(record: Row[Any]) -> FloatArray:
    """Return the sentence vectors of a whole row of the table, ``(n_sentences, dim)`` float32."""
    fields = record._mapping
    n_sentences = len(fields["sentences"])
    dimension = len(fields["embedding"]) // 4
    flat = np.frombuffer(fields["sentence_embeddings"], dtype="<f2").astype(np.float32)
    return flat.reshape(n_sentences, dimension)


def batches(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    """Cut parameters into as many statements as the database needs."""
    for start in range(0, len(items), _BATCH):
        yield list(items[start : start + _BATCH])
