"""The list of documents as the administrator narrows it: by words, facets and state."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from corpus.catalog import Catalog
from corpus.filters import DocumentFilters
from corpus.records import DocumentRecord

FACETS = ("status", "kind", "language", "theme", "publisher")
PAGE = 50
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, how many documents meet the conditions, and each facet's values with counts."""

    records: tuple[DocumentRecord, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]


def list_documents(catalog: Catalog, words: str, chosen: Mapping[str, str], page: int) -> Listed:
    """Return the documents that hold all words in title, source or publisher, with the chosen values.

    Args:
        catalog: the catalogue; withdrawn documents are listed too.
        words: parted by spaces; case and Unicode form do not matter.
        chosen: a value by facet; an empty one is no condition.
        page: 1 or more.
    """
    wanted = _folded(words).split()
    found = [record for record in _every(catalog) if all(word in _text(record) for word in wanted)]
    meets = [record for record in found if _meets(record, chosen, "")]
    facets = {}
    for name in FACETS:
        # A facet counts what its other values would give: so one can be changed for another.
        counts = Counter(
            value for record in found if _meets(record, chosen, name) for value in _values(record, name)
        )
        facets[name] = tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    start = (page - 1) * PAGE
    return Listed(tuple(meets[start : start + PAGE]), len(meets), facets)


def _every(catalog: Catalog) -> Iterator[DocumentRecord]:
    offset = 0
    while True:
        page = catalog.current_documents(
            DocumentFilters(status=("in_force", "withdrawn")), limit=_AT_ONCE, offset=offset
        )
        yield from page.documents
        offset += _AT_ONCE
        if offset >= page.total:
            return


def _meets(record: DocumentRecord, chosen: Mapping[str, str], but: str) -> bool:
    return all(
        not value or name == but or value in _values(record, name)
        for name, value in chosen.items()
        if name in FACETS
    )


def _values(record: DocumentRecord, name: str) -> tuple[str, ...]:
    metadata = record.metadata
    if name == "status":
        return (record.status,)
    if name == "theme":
        return metadata.themes
    value = {"kind": metadata.kind, "language": metadata.language, "publisher": metadata.publisher}[name]
    return (value,) if value else ()


def _text(record: DocumentRecord) -> str:
    parts = (record.metadata.title, record.source, record.metadata.publisher)
    return _folded(" ".join(part for part in parts if part))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
