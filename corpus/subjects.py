"""What a collection is about, as its documents' metadata say it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Engine, select

from corpus.queries import CURRENT
from corpus.schema import document_versions, documents


@dataclass(frozen=True, slots=True)
class Subjects:
    """Themes and kinds of the documents in force, the most frequent first, ties by name."""

    themes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def subjects_of(engine: Engine) -> Subjects:
    """Read the themes and kinds of a collection."""
    query = (
        select(document_versions.c.themes, document_versions.c.kind)
        .join(documents, CURRENT)
        .where(documents.c.status == "in_force")
    )
    themes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    with engine.connect() as connection:
        for own, kind in connection.execute(query):
            themes.update(set(own))
            kinds[kind] += 1
    return Subjects(_ordered(themes), _ordered(kinds))


def _ordered(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))
