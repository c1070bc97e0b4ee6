"""What is written once for the whole index: its revision, and which embedder made its vectors."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, insert, select, update

from index.errors import EmbedderMismatch
from index.schema import index_meta


@dataclass(frozen=True, slots=True)
class EmbedderStamp:
    """What made the vectors of an index; what another one makes cannot be compared with them.

    ``heading_context``: whether the model saw a passage's title and headings before its text.
    """

    name: str
    dimension: int
    query_prefix: str
    passage_prefix: str
    heading_context: bool = True


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
    """Write what makes the vectors of this database."""
    fields = asdict(stamp)
    if stamp.heading_context:  # as indexes were stamped before there was a choice
        del fields["heading_context"]
    write_meta(connection, "embedder", json.dumps(fields, ensure_ascii=False, sort_keys=True))


def read_embedder(connection: Connection) -> EmbedderStamp | None:
    """Return which model made the vectors, ``None`` for an index that was never written."""
    value = connection.scalar(select(index_meta.c.value).where(index_meta.c.key == "embedder"))
    return None if value is None else EmbedderStamp(**json.loads(value))


def check_embedder(connection: Connection, stamp: EmbedderStamp) -> None:
    """Make sure that the index was made with this model (an index without a stamp passes).

    Raises:
        EmbedderMismatch: it was made with another one, or of other texts (`embedding_input`).
    """
    stored = read_embedder(connection)
    if stored is None or stored == stamp:
        return
    if replace(stored, heading_context=stamp.heading_context) == stamp:
        made, asked = ("with", "without") if stored.heading_context else ("without", "with")
        raise EmbedderMismatch(
            f"the index was made {made} titles and headings before its passages, but the settings ask for "
            f"vectors {asked} them: take `heading_context` {'out of' if made == 'with' else 'into'} the "
            "setting `switched_off`, or run `helpdesk index rebuild` to embed every passage again"
        )
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
