"""Comparing the indexes with the database exactly, and mending them without embedding anything again.

The documents say which passages are in force, the passages say what the
lexical index and the generation hold: each is compared with, and mended
from, the one before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

from corpus.storage import begin_write
from index import generations, lexical, store, stored_vectors
from index.errors import GenerationDamaged
from index.rebuilding import build_generation, run_child

_EXAMPLES = 5
_FLAGS = """
    SELECT p.row, p.passage_id, p.in_force,
           v.document_id IS NOT NULL AS known,
           coalesce(d.status = 'in_force' AND d.current_version = p.version, 0) AS should
    FROM passages AS p
    LEFT JOIN documents AS d ON d.document_id = p.document_id
    LEFT JOIN document_versions AS v ON v.document_id = p.document_id AND v.version = p.version
"""
_EMPTY_DOCUMENTS = """
    SELECT d.document_id FROM documents AS d WHERE d.status = 'in_force' AND NOT EXISTS
    (SELECT 1 FROM passages AS p WHERE p.document_id = d.document_id AND p.version = d.current_version)
"""

MENDS = {
    "passage_of_no_document": "repair deletes it",
    "withdrawn_passage_in_force": "repair takes it out of force",
    "passage_not_in_force": "repair puts it back in force",
    "document_without_passages": "change the file and run `helpdesk ingest` on it again",
    "vector_broken": "run `helpdesk index rebuild`, which embeds every passage again",
    "lexical_row_missing": "repair writes it",
    "lexical_row_differs": "repair writes it again",
    "lexical_row_foreign": "repair deletes it",
    "lexical_terms_differ": "repair builds the lexical index again",
    "generation_missing": "repair builds one",
    "generation_damaged": "repair builds another",
    "generation_lacks_passage": "repair builds another; until then the passage is searched exactly",
    "generation_holds_withdrawn": "repair builds another; until then the passage is filtered out",
    "generation_vector_differs": "repair builds another",
}
"""Every kind of difference, and how it is mended."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of difference: how often, the first ids (at most 5), and how to mend it."""

    kind: str
    count: int
    examples: tuple[str, ...]
    mend: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a comparison found; clean where there is no difference."""

    n_passages: int
    generation: str | None
    differences: tuple[Difference, ...]

    @property
    def clean(self) -> bool:
        """Tell whether database, lexical index and generation say the same."""
        return not self.differences

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {"clean": self.clean, **asdict(self)}


def verify(engine: Engine, index_dir: Path) -> Verification:
    """Compare documents, passages, lexical index and the current generation, all of it.

    Takes no lock: beside a running ingest, passages that were committed a
    moment ago can show as lacking.
    """
    with engine.connect() as connection:
        found = [*_wrong_flags(connection), *_wrong_vectors(connection), *_wrong_lexical(connection)]
        n_passages = store.count_in_force(connection)
        identity = store.vectors_identity(connection)
    address = engine.url.render_as_string(hide_password=False)
    found += _wrong_generation(address, index_dir, n_passages, identity)
    return Verification(
        n_passages,
        generations.current(index_dir),
        tuple(Difference(kind, len(ids), tuple(ids[:_EXAMPLES]), MENDS[kind]) for kind, ids in found if ids),
    )


def repair(engine: Engine, index_dir: Path) -> tuple[Verification, Verification]:
    """Mend every difference that can be mended without embedding; the caller holds the write lock.

    Returns:
        the comparison before and the one after.

    Raises:
        GenerationDamaged: the new generation could not be built.
    """
    before = verify(engine, index_dir)
    kinds = {difference.kind for difference in before.differences}
    if kinds & {kind for kind in MENDS if not kind.startswith("generation_")}:
        with begin_write(engine) as connection:
            _mend_flags(connection)
            _mend_lexical(connection)
            store.bump_revision(connection)
    address = engine.url.render_as_string(hide_password=False)
    if not is_current(engine, index_dir) or any(kind.startswith("generation_") for kind in kinds):
        build_generation(address, index_dir)
    return before, verify(engine, index_dir)


def is_current(engine: Engine, index_dir: Path) -> bool:
    """Tell whether the current generation holds exactly the passages in force (cheap, nothing is opened).

    After an ingest: whether a new generation is needed, also when an earlier
    ingest was killed before it built one.
    """
    with engine.connect() as connection:
        in_force, identity = store.rows_in_force(connection), store.vectors_identity(connection)
    name = generations.current(index_dir)
    if name is None:
        return not in_force.size
    try:
        manifest, members = generations.read_whole(index_dir / name)
    except GenerationDamaged:
        return False
    return manifest.identity == identity and np.array_equal(members.rows, in_force)


def _wrong_flags(connection: Connection) -> list[tuple[str, list[str]]]:
    rows = connection.execute(text(_FLAGS)).all()
    return [
        ("passage_of_no_document", [str(row.passage_id) for row in rows if not row.known]),
        (
            "withdrawn_passage_in_force",
            [str(row.passage_id) for row in rows if row.known and row.in_force and not row.should],
        ),
        (
            "passage_not_in_force",
            [str(row.passage_id) for row in rows if row.known and row.should and not row.in_force],
        ),
        ("document_without_passages", [str(name) for name in connection.scalars(text(_EMPTY_DOCUMENTS))]),
    ]


def _mend_flags(connection: Connection) -> None:
    rows = connection.execute(text(_FLAGS)).all()
    store.delete_passages(connection, [row.row for row in rows if not row.known])
    store.set_in_force(
        connection, [(row.row, bool(row.should)) for row in rows if row.known and row.in_force != row.should]
    )


def _wrong_vectors(connection: Connection) -> list[tuple[str, list[str]]]:
    stamp = store.read_embedder(connection)
    broken = [
        passage_id
        for passage_id, vector, n_sentence_bytes, n_sentences in stored_vectors.raw_vectors(connection)
        if not _sound(vector, n_sentence_bytes, n_sentences, stamp.dimension if stamp else None)
    ]
    return [("vector_broken", broken)]


def _sound(vector: bytes, n_sentence_bytes: int, n_sentences: int, dimension: int | None) -> bool:
    if len(vector) % 4 or not vector or (dimension is not None and len(vector) != 4 * dimension):
        return False
    if n_sentence_bytes != n_sentences * len(vector) // 2:  # float16 there, float32 here
        return False
    return abs(float(np.linalg.norm(np.frombuffer(vector, dtype="<f4"))) - 1.0) <= 1e-2


def _wrong_lexical(connection: Connection) -> list[tuple[str, list[str]]]:
    expected, found = lexical.expected_rows(connection), lexical.stored_rows(connection)
    held = dict(found)
    missing, differing, counts = [], [], Counter[str]()
    for row, body, context in expected:
        counts.update({*body.split(), *context.split()})
        if row not in held:
            missing.append(str(row))
        elif held.pop(row) != (body, context):
            differing.append(str(row))
    wrong = [
        ("lexical_row_missing", missing),
        ("lexical_row_differs", differing),
        ("lexical_row_foreign", [str(row) for row in held]),
    ]
    if not any(ids for _, ids in wrong):
        wrong.append(("lexical_terms_differ", _wrong_terms(connection, counts)))
    return wrong


def _wrong_terms(connection: Connection, expected: Counter[str]) -> list[str]:
    try:
        stored = lexical.all_frequencies(connection)
    except DatabaseError as error:  # the lists cannot even be read
        return [str(error.orig)]
    return sorted(term for term, _ in expected.items() ^ stored.items())


def _mend_lexical(connection: Connection) -> None:
    if any(ids for _, ids in _wrong_lexical(connection)):
        lexical.rebuild(connection)


def _wrong_generation(
    address: str, index_dir: Path, n_passages: int, identity: str
) -> Iterable[tuple[str, list[str]]]:
    name = generations.current(index_dir)
    if name is None:
        on_disk = generations.names(index_dir)
        return [("generation_missing", [generations.POINTER] if n_passages or on_disk else [])]
    try:
        manifest, _ = generations.read_whole(index_dir / name)
        if manifest.identity != identity:
            return [("generation_damaged", [f"{name} was built from vectors of another embedder"])]
        # In a child process: what is wrong with a generation can bring down who opens it.
        compared = run_child(
            {"do": "compare", "database_url": address, "path": str(index_dir / name)}, timeout_s=3600
        )
    except GenerationDamaged as error:
        return [("generation_damaged", [str(error)])]
    return [
        ("generation_lacks_passage", compared["lacking"]),
        ("generation_holds_withdrawn", compared["withdrawn"]),
        ("generation_vector_differs", compared["differing"]),
        ("generation_damaged", compared["unreadable"]),
    ]
