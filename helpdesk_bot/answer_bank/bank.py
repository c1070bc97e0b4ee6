"""Finding an approved answer by the meaning of a question, in any language."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, select

from helpdesk_bot.answer_bank.agreement import differ, named
from helpdesk_bot.answer_bank.phrasings import (
    NONE,
    Embed,
    Phrasing,
    Phrasings,
    allowance,
    folded,
    load_phrasings,
    question_vectors,
)
from helpdesk_bot.answer_bank.schema import bank_entries
from helpdesk_bot.answer_bank.staleness import documents_behind, misquoted, out_of_date, set_aside
from helpdesk_bot.answer_bank.state import revision
from index import store

SAME_LANGUAGE = 0.01
"""Added to the similarity of an entry in the asker's language: of two approved answers, the readable one."""


@dataclass(frozen=True, slots=True)
class Found:
    """An approved answer that is in force.

    ``similarity``: of the question and the phrasing that it was found by, -1..1
    (`phrasings.Phrasings.likeness`).
    """

    entry_id: str
    item_id: str
    answer: Mapping[str, Any]
    language: str
    approved_by: str
    approved_at: str
    similarity: float


class AnswerBank:
    """The approved answers of one database; safe to use from many threads."""

    def __init__(self, engine: Engine, embed: Embed, stamp: str, threshold: float) -> None:
        """Open the bank; nothing is read before the first question.

        Args:
            engine: the database.
            embed: makes the vector of a question, as questions are searched.
            stamp: of that embedder (`phrasings.stamp_of`).
            threshold: the least similarity of two questions that ask the same.
        """
        self._engine = engine
        self._embed = embed
        self._stamp = stamp
        self._threshold = threshold
        self._lock = threading.Lock()
        self._held: tuple[int, Phrasings] = (0, NONE)
        self._behind: tuple[tuple[int, date], frozenset[str]] = ((-1, date.min), frozenset())

    def find(
        self, question: str, language: str, filters: Mapping[str, Sequence[str]], answer_language: str
    ) -> Found | None:
        """Return the approved answer to a question, ``None`` where there is none that still stands.

        An entry whose documents changed is set aside on the way, and its
        question goes back to the desk: what is served was right a moment ago.

        Args:
            question: as it stands alone, NFC.
            language: of the question.
            filters: that it was asked with; an entry asked with others does not answer it.
            answer_language: of two entries that answer, the one in this language is preferred.
        """
        held = self._phrasings()
        if not held.phrasings:
            return None
        for phrasing, similarity in self._alike(held, question, language, filters, answer_language):
            found = self._in_force(phrasing, similarity)
            if found is not None:
                return found
        return None

    def _phrasings(self) -> Phrasings:
        with self._engine.connect() as connection:
            newest = revision(connection)
        held_revision, held = self._held
        if newest == held_revision:
            return held
        with self._lock:
            if self._held[0] != newest:
                self._held = (newest, load_phrasings(self._engine, self._embed, self._stamp))
            return self._held[1]

    def _alike(
        self,
        held: Phrasings,
        question: str,
        language: str,
        filters: Mapping[str, Sequence[str]],
        answer_language: str,
    ) -> list[tuple[Phrasing, float]]:
        asked, wanted = named(question, language), folded(filters)
        similarities = held.likeness(question_vectors(question, language, self._embed))
        similarities += np.array([allowance(language, each.named.language) for each in held.phrasings])
        near = np.flatnonzero(similarities >= self._threshold)
        fitting = [
            (held.phrasings[at], float(similarities[at]))
            for at in near
            if held.phrasings[at].filters == wanted and differ(asked, held.phrasings[at].named) is None
        ]
        return sorted(
            fitting,
            key=lambda pair: (
                -(pair[1] + SAME_LANGUAGE * (pair[0].entry_language == answer_language)),
                pair[0].entry_id,
            ),
        )

    def _in_force(self, phrasing: Phrasing, similarity: float) -> Found | None:
        with self._engine.connect() as connection:
            row = connection.execute(
                select(bank_entries).where(
                    bank_entries.c.entry_id == phrasing.entry_id, bank_entries.c.status == "active"
                )
            ).one_or_none()
            if row is None:
                return None
            changed = out_of_date(connection, phrasing.entry_id, self._not_in_force(connection))
            if not changed:
                changed = dict.fromkeys(misquoted(connection, row.answer), "misquoted")
        if changed:
            set_aside(self._engine, phrasing.entry_id, changed)
            return None
        return Found(
            entry_id=phrasing.entry_id,
            item_id=row.item_id,
            answer=row.answer,
            language=row.language,
            approved_by=row.approved_by,
            approved_at=row.approved_at,
            similarity=similarity,
        )

    def _not_in_force(self, connection: Connection) -> frozenset[str]:
        """Return the ids of the documents not in force today, read once a revision and day."""
        as_of = (store.revision(connection), date.today())
        if self._behind[0] != as_of:
            self._behind = (as_of, frozenset(documents_behind(connection)))
        return self._behind[1]
