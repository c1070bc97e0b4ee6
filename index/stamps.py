"""What is written once for the whole index: its revision, and which embedder made its vectors."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select, update

from index.errors import EmbedderMismatch
from index.schema import index_meta


@dataclass(frozen=True, slots=True)
class EmbedderStamp:
    """Which model made the vectors of an index; another one cannot search them."""

    name: str
    dimension: int
    query_prefix: str
    passage_prefix: str


def revision(connection: Connection) -> int:
    """Return the number of the last committed change of passages; 0 for an empty database."""
    value = connection.scalar(select(index_meta.c.value).where(index_meta.c.key == "revision"))
    return 0 if value is None else int(value)


def bump_revision(connection: Connection) -> int:
    """Count one change of passages, so that running servers look again; return the new revision."""
    number = revision(connection) + 1
    write_meta(connection, "revision", str(number))
    return number


def stamp_embedder(connection: Connection, stamp: EmbedderStamp) -> None:
    """Write which model makes the vectors of this database."""
    write_meta(connection, "embedder", json.dumps(asdict(stamp), ensure_ascii=False, sort_keys=True))


def read_embedder(connection: Connection) -> EmbedderStamp | None:
    """Return which model made the vectors, ``None`` for an index that was never written."""
    value = connection.scalar(select(index_meta.c.value).where(index_meta.c.key == "embedder"))
    return None if value is None else EmbedderStamp(**json.loads(value))


def check_embedder(connection: Connection, stamp: EmbedderStamp) -> None:
    """Make sure that the index was made with this model (an index without a stamp passes).

    Raises:
        EmbedderMismatch: it was made with another one.
    """
    stored = read_embedder(connection)
    if stored is not None and stored != stamp:
        raise EmbedderMismatch(
            f"the index was made with {stored.name} ({stored.dimension} dimensions, prefixes "
            f"{stored.query_prefix!r}, {stored.passage_prefix!r}), but the embedder in use is {stamp.name} "
            f"({stamp.dimension}, {stamp.query_prefix!r}, {stamp.passage_prefix!r}): set the old embedder, "
            "or run `helpdesk index rebuild` to embed every passage with the new one"
        )


def vectors_identity(connection: Connection) -> str:
    """Return what changes when vectors already stored are replaced: indexes of the old ones are void."""
    keys = ("embedder", "vectors_epoch")
    found = dict(
        connection.execute(
            select(index_meta.c.key, index_meta.c.value).where(index_meta.c.key.in_(keys))
        ).all()
    )
    return " ".join(found.get(key, "-") for key in keys)


def bump_vectors_epoch(connection: Connection) -> None:
    """Void every index of the vectors, in the transaction that replaces them."""
    epoch = connection.scalar(select(index_meta.c.value).where(index_meta.c.key == "vectors_epoch"))
    write_meta(connection, "vectors_epoch", str(int(epoch or 0) + 1))


def write_meta(connection: Connection, key: str, value: str) -> None:
    """Set one value."""
    changed = connection.execute(update(index_meta).where(index_meta.c.key == key).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(index_meta).values(key=key, value=value))
