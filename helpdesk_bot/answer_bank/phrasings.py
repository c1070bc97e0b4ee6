"""The phrasings in service with their vectors, embedded where a vector of this model is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Engine, bindparam, select, update

from corpus.storage import begin_write
from helpdesk_bot.answer_bank.agreement import Named, named, without_names
from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings
from helpdesk_bot.marking import SYLLABIC
from index.chunks import FloatArray

Embed = Callable[[str], FloatArray]


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A wording that an entry is found by; ``filters`` are those of its entry, folded."""

    entry_id: str
    text: str
    entry_language: str
    filters: Mapping[str, frozenset[str]]
    named: Named


@dataclass(frozen=True, slots=True)
class Phrasings:
    """All wordings in service; ``vectors``: ``(n, 2, dim)`` float32, see `question_vectors`."""

    phrasings: tuple[Phrasing, ...]
    vectors: FloatArray

    def likeness(self, asked: FloatArray) -> FloatArray:
        """Return how alike each is to a question, ``(n,)``; ``asked``: ``(2, dim)``."""
        similarities = np.einsum("nvd,vd->nv", self.vectors, asked)
        weighed: FloatArray = similarities @ np.array(WEIGHTS, np.float32)
        return weighed


WEIGHTS = (0.3, 0.7)
"""Of the whole question's similarity, and of that without names, which have to agree anyway.

Of five weightings the one that finds the most at a precision of 0.99 (`evals.fitting.answer_bank`)."""

_FAR_APART = 0.02
"""Vietnamese and a European language: the same question lies that much further apart there than in two of
those, and so do near misses; with it both kinds of pairs reach a precision of 0.99 at one threshold."""

NONE = Phrasings((), np.empty((0, 2, 0), np.float32))


def question_vectors(text: str, language: str, embed: Embed) -> FloatArray:
    """Return the vectors of a question, ``(2, dim)``: as it is, and without what it names."""
    return np.stack([embed(text), embed(without_names(text, language))]).astype(np.float32)


def allowance(language: str, other: str) -> float:
    """Return what is added to the likeness of questions in two languages that are far apart."""
    return _FAR_APART if (language in SYLLABIC) != (other in SYLLABIC) else 0.0


def load_phrasings(engine: Engine, embed: Embed, stamp: str) -> Phrasings:
    """Return the phrasings of the entries in service; what has no vector of this model yet gets one.

    The vectors are written back, so that they are made once for all servers.
    A kill in between leaves phrasings without a vector, which the next load mends.

    Args:
        engine: the database.
        embed: makes the vector of a question, as questions are searched.
        stamp: tells the model, and what is done to its vectors, from others.
    """
    query = (
        select(
            bank_phrasings,
            bank_entries.c.language.label("entry_language"),
            bank_entries.c.filters,
        )
        .join(bank_entries, bank_entries.c.entry_id == bank_phrasings.c.entry_id)
        .where(bank_entries.c.status == "active")
        .order_by(bank_phrasings.c.entry_id, bank_phrasings.c.position)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    if not rows:
        return NONE
    vectors = []
    made = []
    for row in rows:
        if row.embedder == stamp and row.vector is not None:
            vectors.append(np.frombuffer(row.vector, "<f4").reshape(2, -1))
            continue
        vector = question_vectors(row.text, row.language, embed)
        vectors.append(vector)
        made.append({"entry": row.entry_id, "at": row.position, "new": vector.astype("<f4").tobytes()})
    if made:
        with begin_write(engine) as connection:
            connection.execute(
                update(bank_phrasings)
                .where(bank_phrasings.c.entry_id == bindparam("entry"))
                .where(bank_phrasings.c.position == bindparam("at"))
                .values(embedder=stamp, vector=bindparam("new")),
                made,
            )
    found = tuple(
        Phrasing(
            entry_id=str(row.entry_id),
            text=str(row.text),
            entry_language=str(row.entry_language),
            filters=folded(row.filters),
            named=named(row.text, row.language),
        )
        for row in rows
    )
    return Phrasings(found, np.stack(vectors).astype(np.float32))


def folded(filters: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """Return filters in a form in which equal ones are equal, whatever their order and letters."""
    return {
        name: frozenset(value.casefold() for value in values) for name, values in filters.items() if values
    }


def stamp_of(name: str, dimension: int, query_prefix: str, *, neutral: bool) -> str:
    """Return what vectors of questions are stamped with: the model, and whether language was taken out."""
    return json.dumps(
        {"name": name, "dimension": dimension, "query_prefix": query_prefix, "neutral": neutral},
        ensure_ascii=False,
        sort_keys=True,
    )
