"""What a collection can be narrowed by: the values that its documents in force have, with counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from corpus.queries import CURRENT
from corpus.schema import document_versions, documents


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value and the number of documents in force that have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The values of each filter, the most frequent first and ties by name; years the newest first."""

    kind: tuple[FacetValue, ...] = ()
    theme: tuple[FacetValue, ...] = ()
    region: tuple[FacetValue, ...] = ()
    year: tuple[FacetValue, ...] = ()
    language: tuple[FacetValue, ...] = ()


def facets_of(engine: Engine) -> Facets:
    """Read the values of the documents in force; each can be given back as a filter as it stands."""
    columns = (
        document_versions.c.kind,
        document_versions.c.themes,
        document_versions.c.region,
        document_versions.c.date,
        document_versions.c.language,
    )
    query = select(*columns).join(documents, CURRENT).where(documents.c.status == "in_force")
    kinds, themes, regions, years, languages = (Counter[str]() for _ in range(5))
    with engine.connect() as connection:
        for row in connection.execute(query):
            kinds[row.kind] += 1
            themes.update({theme for theme in row.themes if theme.strip()})
            if row.region and row.region.strip():
                regions[row.region] += 1
            if row.date:
                years[row.date[:4]] += 1
            if row.language != "und":
                languages[row.language] += 1
    newest = tuple(FacetValue(year, years[year]) for year in sorted(years, reverse=True))
    return Facets(_ordered(kinds), _ordered(themes), _ordered(regions), newest, _ordered(languages))


def state_of(engine: Engine) -> tuple[int, str]:
    """Return what changes whenever the collection does: the number of documents and the latest change."""
    with engine.connect() as connection:
        row = connection.execute(select(func.count(), func.max(documents.c.updated_at))).one()
    return int(row[0]), str(row[1] or "")


def _ordered(counts: Counter[str]) -> tuple[FacetValue, ...]:
    names = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(FacetValue(name, counts[name]) for name in names)
