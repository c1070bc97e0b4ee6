"""Searching by meaning: the current generation for what it holds, exact search for the rest."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from index import generations, store
from index.chunks import FloatArray, Hit
from index.errors import BadQuery, EmbedderMismatch, GenerationDamaged
from index.exact import Segment, best_of, ranked
from index.opening import Serving, choose, close_serving
from index.snapshots import Snapshot, take, with_base

_FEW = 256  # allowed passages whose vectors are read one by one rather than all into memory
_SPARE = 10  # asked for beyond k: passages level with the k-th are put in order by their ids


@dataclass(frozen=True, slots=True)
class DenseStatus:
    """What serves, and how well.

    ``share_by_generation``: of the searches without a filter since the start,
    0..1; ``None`` before the first. ``degraded`` says why the current
    generation does not serve, ``None`` where all is well.
    """

    generation: str | None
    revision: int
    n_passages: int
    n_in_generation: int
    n_newer: int
    n_withdrawn: int
    built_at: str | None
    recall_at_20: float | None
    ef_search: int | None
    n_searches: int
    n_filtered_searches: int
    share_by_generation: float | None
    degraded: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the status as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _State:
    snapshot: Snapshot
    pointer: tuple[int, int] | None
    serving: Serving | None
    degraded: str | None


class DenseIndex:
    """Searches the passages in force; safe to use from many threads.

    It writes nothing. Whatever happens to a generation, every search is
    answered: from the one before it, or exactly from the vectors in the database.
    """

    def __init__(self, engine: Engine, index_dir: Path) -> None:
        self._engine = engine
        self._index_dir = index_dir
        self._changing = (
            threading.RLock()
        )  # one thread at a time makes a new state; the others use the old one
        self._opening = threading.Lock()  # at most one thread opens a new generation
        self._counting = threading.Lock()
        self._n_by_generation = self._n_exact = self._n_filtered = 0
        self._failed: dict[str, str] = {}
        self._state: _State | None = None
        self.refresh()

    def search(self, vector: FloatArray, k: int, allowed: Set[str] | None = None) -> list[Hit]:
        """Find the passages nearest to a query.

        Args:
            vector: ``(dim,)`` float32, unit norm.
            k: how many hits at most, at least 1.
            allowed: ids of the passages that may be returned; ``None`` means
                all. With it the search is exact.

        Returns:
            hits by cosine similarity rounded to 5 decimals (best first), equal ones by passage id.

        Raises:
            BadQuery: the vector is not finite or of unit norm, or ``k`` is less than 1.
            EmbedderMismatch: the vector has another dimension than the index.
        """
        query = np.ascontiguousarray(vector, dtype=np.float32)
        if query.ndim != 1 or not abs(float(np.linalg.norm(query)) - 1.0) <= 1e-2 or k < 1:
            raise BadQuery(f"a query is one finite vector of unit norm and k >= 1, not {query.shape} and {k}")
        state = self.refresh(wait=False)
        _check_dimension(state, len(query))
        if allowed is not None:
            self._count(filtered=True)
            return ranked(self._exact(state, query, k, allowed), k)
        found = self._by_generation(state, query, k)
        self._count(by_generation=found is not None)
        return ranked(self._exact(state, query, k, None) if found is None else found, k)

    def refresh(self, *, wait: bool = True) -> _State:
        """Take up what was committed or rebuilt since; nearly free where nothing was (measured: 0.2 ms).

        Args:
            wait: open a new generation before returning. A search does not: it
                changes no result, so that the old one serves while it is opened.
        """
        state = self._state
        with self._engine.connect() as connection:
            revision = store.revision(connection)
        if state is None or state.snapshot.revision != revision:
            with self._changing:
                state = self._renew(generation=state is None)
        if state.pointer != generations.pointer_stamp(self._index_dir):
            if wait:
                with self._changing:
                    return self._renew(generation=True)
            if self._opening.acquire(blocking=False):
                threading.Thread(target=self._open_aside, name="open-generation", daemon=True).start()
        return state

    def _open_aside(self) -> None:
        # A database that cannot be read is the searches' own to report.
        try:
            with self._changing, contextlib.suppress(SQLAlchemyError):
                self._renew(generation=True)
        finally:
            self._opening.release()

    def status(self) -> DenseStatus:
        """Return what serves now, and what served since the start."""
        state = self.refresh()
        snapshot, manifest = state.snapshot, state.serving.manifest if state.serving else None
        n_held = manifest.n_passages if manifest else 0
        with self._counting:
            n_default = self._n_by_generation + self._n_exact
            share = self._n_by_generation / n_default if n_default else None
            n_filtered = self._n_filtered
        return DenseStatus(
            generation=state.serving.name if state.serving else None,
            revision=snapshot.revision,
            n_passages=len(snapshot.in_force),
            n_in_generation=n_held,
            n_newer=len(snapshot.in_force) - (n_held - len(snapshot.withdrawn)),
            n_withdrawn=len(snapshot.withdrawn),
            built_at=manifest.built_at if manifest else None,
            recall_at_20=manifest.recall_at_20 if manifest else None,
            ef_search=manifest.ef_search if manifest else None,
            n_searches=n_default,
            n_filtered_searches=n_filtered,
            share_by_generation=share,
            degraded=state.degraded,
        )

    def close(self) -> None:
        """Let go of the generation; a search after this opens it again."""
        with self._changing:
            state, self._state = self._state, None
            if state is not None:
                close_serving(state.serving)

    def _count(self, *, by_generation: bool = False, filtered: bool = False) -> None:
        with self._counting:
            self._n_filtered += filtered
            self._n_by_generation += by_generation and not filtered
            self._n_exact += not by_generation and not filtered

    def _by_generation(self, state: _State, query: FloatArray, k: int) -> list[tuple[str, float]] | None:
        """Search the generation and what is newer; ``None`` where that cannot give ``k`` hits."""
        serving = state.serving
        if serving is None or serving.reader is None:
            return None
        withdrawn = state.snapshot.withdrawn
        wanted = min(k + _SPARE + min(len(withdrawn), 4 * k), serving.manifest.n_passages)
        try:
            nearest = serving.reader.nearest(query, wanted)
            if len(nearest) < wanted or not all(np.isfinite(score) for _, score in nearest):
                raise GenerationDamaged(f"{len(nearest)} finite hits came back where {wanted} were asked for")
        except Exception as error:
            self._give_up(serving, error)
            return None
        found = [(name, score) for name, score in nearest if name not in withdrawn]
        if len(found) < k and wanted < serving.manifest.n_passages:
            return None
        # What the graph misses is searched exactly, and may be found in both ways after all.
        return list({**dict(found), **dict(best_of(state.snapshot.newer, query, k))}.items())

    def _give_up(self, serving: Serving, error: Exception) -> None:
        """Serve without a generation that raised, unless it was only closed under this search."""
        with self._changing:
            state = self._state
            if state is not None and state.serving is serving:
                self._failed[serving.name] = f"{serving.name} failed while it was searched: {error}"
                self._renew(generation=True)

    def _exact(
        self, state: _State, query: FloatArray, k: int, allowed: Set[str] | None
    ) -> list[tuple[str, float]]:
        segments: list[Segment]
        if allowed is not None and len(allowed) <= _FEW:
            with self._engine.connect() as connection:
                segments = [Segment.of(store.load_passage_vectors(connection, allowed))]
        else:
            snapshot = state.snapshot
            if snapshot.base is None and state.serving is not None:
                snapshot = self._with_base(snapshot)
            segments = [*snapshot.newer, *([snapshot.base] if snapshot.base else [])]
        return best_of(segments, query, k, allowed)

    def _with_base(self, snapshot: Snapshot) -> Snapshot:
        with self._changing:
            state = self._state
            if state is not None and state.snapshot.revision == snapshot.revision:
                if state.snapshot.base is not None:
                    return state.snapshot
                with self._engine.connect() as connection:
                    complete = with_base(connection, state.snapshot)
                self._state = replace(state, snapshot=complete)
                return complete
        with self._engine.connect() as connection:
            return with_base(connection, snapshot)

    def _renew(self, *, generation: bool) -> _State:
        """Make a new state; the caller holds the lock for changes.

        Args:
            generation: look for the generation to serve, too; otherwise the
                one that is open goes on (none, if it holds other vectors by now).
        """
        before = self._state
        # Read before the generations are looked at: a swap after this is taken up next time.
        pointer = generations.pointer_stamp(self._index_dir)
        with self._engine.connect() as connection:
            identity = store.vectors_identity(connection)
            known = before.snapshot if before is not None and before.snapshot.identity == identity else None
            serving, degraded = (before.serving, before.degraded) if before is not None else (None, None)
            if generation:
                if before is None or before.pointer != pointer:
                    self._failed.clear()
                serving, degraded = choose(connection, self._index_dir, identity, self._failed, serving)
            else:
                pointer = before.pointer if before is not None else None
                serving = serving if known is not None else None
            snapshot = take(connection, serving.members if serving else None, known)
        state = self._state = _State(snapshot, pointer, serving, degraded)
        if before is not None and before.serving is not serving:
            close_serving(before.serving)
        return state


def _check_dimension(state: _State, dimension: int) -> None:
    segments = [*state.snapshot.newer, *([state.snapshot.base] if state.snapshot.base else [])]
    held = [segment.matrix.shape[1] for segment in segments if segment.passage_ids]
    if state.serving is not None and state.serving.manifest.n_passages:
        held.append(state.serving.manifest.dimension)
    if any(other != dimension for other in held):
        raise EmbedderMismatch(
            f"the index has {held[0]} dimensions, the query {dimension}: "
            "set the embedder that made the index, or run `helpdesk index rebuild`"
        )
