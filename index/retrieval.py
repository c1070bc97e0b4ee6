"""From a query to the passages that bear on it, in a stable order."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from corpus.succession import NOTHING_REPLACED, Succession, succession
from index import lexical, peer_fusions, store
from index.chunks import Candidate, DocumentInfo, Filters, FloatArray, Hit
from index.dense import DenseIndex
from index.document_metadata import allowed_passages, document_infos, documents_of
from index.embedding import Embedder
from index.errors import BadQuery
from index.fusion import Fused, fuse
from index.language_directions import NO_DIRECTIONS, LanguageDirections, language_directions
from index.ordering import arrange, weigh
from index.retrieval_options import WHOLE, RetrievalOptions

SPARE = 20
"""Passages read beyond those wanted: some fall to the cap on a document, are repeated or out of force."""

DEPTH_OF_LISTS = 50
"""Hits asked of each index; recall at 50 is what fusion can still put in order."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found: candidates in order, what was left out and why, times in ms."""

    query_vector: FloatArray
    candidates: tuple[Candidate, ...]
    rejected: tuple[tuple[str, str, float], ...]  # passage_id, reason, fused score
    word_weights: Mapping[str, float]  # of the query's tokens, see `word_weights`
    notes: tuple[str, ...]  # what did not work, for the trace
    timings_ms: dict[str, float] = field(default_factory=dict)


class Retriever:
    """Searches the passages in force by meaning and by words, fused."""

    def __init__(
        self,
        engine: Engine,
        embedder: Embedder,
        dense: DenseIndex,
        *,
        directions: LanguageDirections | None = None,
        options: RetrievalOptions = WHOLE,
        today: Callable[[], date] = date.today,
        lean_of: Callable[[str, str], Callable[[DocumentInfo], float] | None] | None = None,
    ) -> None:
        """Make a retriever.

        Args:
            engine: the database.
            embedder: that the index was made with.
            dense: the dense index on the same database.
            directions: how languages differ in this embedder; default: measured now (seconds).
            options: what is searched, and how the lists are put together.
            today: the day on which documents have to be in force and from which their age counts.
            lean_of: gives for a query and its language what a document gains or loses (see `weigh`).
        """
        self._engine = engine
        self._embedder = embedder
        self._dense = dense
        self._options = options
        if not options.language_directions:
            directions = NO_DIRECTIONS
        self._directions = language_directions(embedder) if directions is None else directions
        self._analyse = partial(
            lexical.tokens, beginnings=options.word_beginnings, pairs=options.syllable_pairs
        )
        self._today = today
        self._lean_of = lean_of
        self._known: tuple[tuple[int, date], Succession] = ((-1, date.min), NOTHING_REPLACED)

    def embed_query(self, text: str) -> FloatArray:
        """Return the vector ``(dim,)`` that a query is searched with, float32, unit norm."""
        return self._directions.neutral(self._embedder.embed_queries([text])[0])

    def retrieve(
        self, query: str, *, language: str, filters: Filters | None = None, most: int = 20
    ) -> Retrieval:
        """Return the best passages.

        Args:
            query: the question as searched, NFC.
            language: its two-letter code, ``und`` where unknown (for the lexical analysis).
            filters: which documents may answer.
            most: how many candidates at most, 1..100.

        Raises:
            BadQuery: ``most`` out of range or an impossible filter value.
        """
        if not 1 <= most <= 100:
            raise BadQuery(f"most={most}: ask for 1 to 100 candidates.")
        filters = filters or Filters()
        clock = _Clock()
        vector = self.embed_query(query)
        clock.lap("embed")
        with self._engine.connect() as connection:
            allowed = allowed_passages(connection, filters)
            dense = self._by_meaning(vector, allowed)
            clock.lap("dense")
            words, weights, notes = self._by_words(connection, query, language, allowed)
            clock.lap("lexical")
            fused = self._fuse(connection, vector, dense, words, sum(weights.values()))
            clock.lap("fuse")
            lean = self._lean_of(query, language) if self._lean_of else None
            candidates, rejected = self._order(connection, fused, most, lean, language)
        clock.lap("load")
        return Retrieval(vector, candidates, rejected, weights, notes, clock.laps)

    def _by_meaning(self, vector: FloatArray, allowed: Set[str] | None) -> list[Hit]:
        return self._dense.search(vector, DEPTH_OF_LISTS, allowed) if self._options.dense else []

    def _by_words(
        self, connection: Connection, query: str, language: str, allowed: Set[str] | None
    ) -> tuple[list[Hit], dict[str, float], tuple[str, ...]]:
        """Search the lexical index; a damaged one is passed over, since meaning alone finds most."""
        if not self._options.lexical:
            return [], {}, ()
        try:
            hits = lexical.search(connection, query, language, DEPTH_OF_LISTS, allowed, analyse=self._analyse)
            return hits, word_weights(connection, self._analyse(query, language)), ()
        except DatabaseError:
            return [], {}, ("the lexical index is damaged: run `helpdesk index repair`",)

    def _fuse(
        self,
        connection: Connection,
        vector: FloatArray,
        dense: Sequence[Hit],
        words: Sequence[Hit],
        ideal_lexical: float,
    ) -> tuple[Fused, ...]:
        similarity = _similarities(connection, vector, dense, words) if self._options.dense else {}
        match self._options.fusion:
            case "coverage":
                return fuse(dense, words, ideal_lexical=ideal_lexical, similarity=similarity)
            case "reciprocal_rank":
                return peer_fusions.reciprocal_rank(dense, words, similarity=similarity)
            case "normalised_sum":
                return peer_fusions.normalised_sum(dense, words, similarity=similarity)

    def _order(
        self,
        connection: Connection,
        fused: tuple[Fused, ...],
        most: int,
        lean: Callable[[DocumentInfo], float] | None,
        asked_in: str,
    ) -> tuple[tuple[Candidate, ...], tuple[tuple[str, str, float], ...]]:
        """Weigh the passages by their documents, and make candidates of the best."""
        options, today = self._options, self._today()
        owners = documents_of(connection, [item.passage_id for item in fused])
        known = self._succession(connection, today)
        infos, behind = document_infos(connection, set(owners.values())), known.not_in_force
        weighed = weigh(
            fused,
            {passage_id: infos[owner] for passage_id, owner in owners.items() if owner in infos},
            behind,
            today,
            superseded_penalty=options.superseded_penalty,
            kind_weights=options.kind_weights,
            recency_weight=options.recency_weight,
            lean=lean,
            asked_in=asked_in,
            other_language=options.other_language,
        )
        found = store.fetch(connection, [item.passage_id for item in weighed[: most + SPARE]])
        choose = partial(
            arrange, per_document=options.per_document, duplicates=options.duplicates, behind=behind
        )
        candidates, rejected = choose(weighed, found, infos, most)
        if len(candidates) < most and any(reason == "duplicate" for _, reason, _ in rejected):
            found |= store.fetch(connection, [item.passage_id for item in weighed[most + SPARE :]])
            candidates, rejected = choose(weighed, found, infos, most)
        return tuple(_with_replaced(each, known) for each in candidates), rejected

    def _succession(self, connection: Connection, today: date) -> Succession:
        """Return which documents do not hold today and what replaces which, read once a revision and day."""
        as_of = (store.revision(connection), today)
        if self._known[0] != as_of:
            self._known = (as_of, succession(connection, today))
        return self._known[1]


def _with_replaced(candidate: Candidate, known: Succession) -> Candidate:
    replaced = known.replaces.get(candidate.document.document_id)
    return candidate if replaced is None else replace(candidate, replaces=replaced)


def word_weights(connection: Connection, query_tokens: Iterable[str]) -> dict[str, float]:
    """Return how telling each token of a query is: BM25's inverse document frequency, never negative.

    A word that no passage holds weighs the most: it is what the documents do not speak of.
    """
    found = sorted(set(query_tokens))
    total = lexical.n_passages(connection)
    frequency = lexical.document_frequency(connection, found)
    return {
        token: max(0.0, math.log((total - frequency[token] + 0.5) / (frequency[token] + 0.5)))
        for token in found
    }


def _similarities(
    connection: Connection, vector: FloatArray, dense: Sequence[Hit], words: Sequence[Hit]
) -> dict[str, float]:
    """Return the cosine similarity of the lexical hits that the dense search did not return."""
    known = {hit.passage_id for hit in dense}
    stored = store.load_passage_vectors(
        connection, [h.passage_id for h in words if h.passage_id not in known]
    )
    if not stored.passage_ids:
        return {}
    return dict(zip(stored.passage_ids, (stored.matrix @ vector).tolist(), strict=True))


class _Clock:
    """Laps in milliseconds since the last one."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = (now - self._last) * 1000
        self._last = now
