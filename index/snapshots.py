"""What a running searcher knows of the database at one revision, kept up to date by the row."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection

from index import store
from index.exact import Segment, merged
from index.generations import Members
from index.stored_vectors import IntArray

_MOST_SEGMENTS = 8


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The passages in force at one revision, beside one generation (or none).

    ``identity`` says which embedder's vectors these are. ``in_force``: their
    rows, ascending. ``newer``: those that the generation lacks or misses. ``withdrawn``:
    what the generation holds beyond them. ``base``: those that both hold, in
    memory only once an exact search needed them.
    """

    revision: int
    identity: str
    in_force: IntArray
    newer: tuple[Segment, ...]
    withdrawn: frozenset[str]
    base: Segment | None = None


def take(connection: Connection, members: Members | None, before: Snapshot | None) -> Snapshot:
    """Read the state of the database, with as few vectors as possible.

    Args:
        connection: one read transaction, so that all parts are of one revision.
        members: what the serving generation holds.
        before: an earlier snapshot of the same vectors; they are used again, not read again.
    """
    revision, identity = store.revision(connection), store.vectors_identity(connection)
    in_force = store.rows_in_force(connection)
    held = np.empty(0, np.int64)
    if members is not None:
        held = np.setdiff1d(members.rows, members.missed, assume_unique=True)
    wanted = np.setdiff1d(in_force, held, assume_unique=True)
    known = [] if before is None else [*before.newer, *([before.base] if before.base else [])]
    newer = [part for segment in known if (part := segment.only(wanted)).passage_ids]
    have = np.concatenate([np.empty(0, np.int64), *(segment.rows for segment in newer)])
    missing = np.setdiff1d(wanted, have, assume_unique=True)
    if missing.size:
        newer.append(Segment.of(store.load_rows(connection, missing)))
    if len(newer) > _MOST_SEGMENTS:
        newer = [merged(newer)]
    base = None
    if before is not None and before.base is not None and members is not None:
        kept = before.base.only(np.intersect1d(held, in_force, assume_unique=True))
        # Of another generation, it may lack rows: then it is read again when it is needed.
        if len(kept.rows) == len(in_force) - len(wanted):
            base = kept
    return Snapshot(revision, identity, in_force, tuple(newer), _withdrawn(members, in_force), base)


def _withdrawn(members: Members | None, in_force: IntArray) -> frozenset[str]:
    if members is None:
        return frozenset()
    gone = ~np.isin(members.rows, in_force, assume_unique=True)
    return frozenset(name.decode("ascii") for name in members.passage_ids[gone])


def with_base(connection: Connection, snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with every vector in memory, for exact search over all of them."""
    if snapshot.base is not None:
        return snapshot
    newer = np.concatenate([np.empty(0, np.int64), *(segment.rows for segment in snapshot.newer)])
    rows = np.setdiff1d(snapshot.in_force, newer, assume_unique=True)
    # By row, whatever the database holds by now: the snapshot stays of one revision.
    return replace(snapshot, base=Segment.of(store.load_rows(connection, rows)))
