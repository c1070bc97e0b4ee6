"""Passages for programs that read for themselves: found by a query, or opened by their id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine

from corpus.catalog import Catalog
from corpus.language import detect
from helpdesk_bot.errors import UnknownPassage
from helpdesk_bot.passage_search import PassageSearch
from index import store
from index.chunks import Candidate, DocumentInfo, Filters, Passage

MOST_FOUND = 100
"""The retriever gives no more for one query, so paging ends here."""

MOST_CONTEXT = 2000
"""Characters shown around an opened passage, on each side, at most."""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage and the document version that it stands in.

    ``text`` is verbatim: the version's text from ``start_char`` to
    ``end_char``, in code points. ``rank`` begins at 1; a higher ``score`` is better.
    """

    passage_id: str
    rank: int
    score: float
    text: str
    language: str
    page: int | None
    heading_path: tuple[str, ...]
    start_char: int
    end_char: int
    document: DocumentInfo


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found; ``next_skip`` is where the next one begins, ``None`` at the end."""

    passages: tuple[FoundPassage, ...]
    next_skip: int | None


@dataclass(frozen=True, slots=True)
class OpenedPassage:
    """A passage with the text around it. ``status``: of its document; ``is_current``: of this version."""

    passage_id: str
    text: str
    before: str
    after: str
    language: str
    page: int | None
    heading_path: tuple[str, ...]
    start_char: int
    end_char: int
    document: DocumentInfo
    status: str
    is_current: bool


def search_passages(
    search: PassageSearch,
    query: str,
    filters: Mapping[str, Sequence[str]],
    *,
    most: int,
    skip: int = 0,
) -> Found:
    """Return the passages in force that bear on a query, the best first.

    Args:
        search: of the helpdesk.
        query: what is looked for, in any language, cleaned.
        filters: field -> allowed values; empty means all documents.
        most: passages in this page; with ``skip`` at most `MOST_FOUND`.
        skip: passages before this page.

    Raises:
        BadQuery: a filter value that cannot be.
    """
    wanted = min(skip + most + 1, MOST_FOUND)  # one more tells whether there is a next page
    chosen = Filters(**{name: tuple(values) for name, values in filters.items()})
    found = search.find(query, language=detect(query), filters=chosen, most=wanted)
    page = tuple(_found(candidate) for candidate in found[skip : skip + most])
    return Found(page, skip + most if len(found) > skip + most else None)


def open_passage(engine: Engine, passage_id: str, *, context_chars: int = 0) -> OpenedPassage:
    """Return a passage by its id, of an old version or a withdrawn document too.

    Args:
        engine: the database.
        passage_id: as an answer or a search gave it.
        context_chars: characters of the document's text on each side, 0..`MOST_CONTEXT`.

    Raises:
        UnknownPassage: there is none of this id.
    """
    with engine.connect() as connection:
        known = store.fetch(connection, [passage_id])
    if passage_id not in known:
        raise UnknownPassage("No passage has this id. Take it from a search, or from a citation.")
    passage, _ = known[passage_id]
    return _opened(Catalog(engine), passage, context_chars)


def passage_json(passage: FoundPassage | OpenedPassage) -> dict[str, Any]:
    """Return a passage as JSON values."""
    fields = asdict(passage)
    fields["heading_path"] = list(fields["heading_path"])
    fields["document"]["themes"] = list(fields["document"]["themes"])
    return fields


def _found(candidate: Candidate) -> FoundPassage:
    passage = candidate.passage
    return FoundPassage(
        passage_id=passage.passage_id,
        rank=candidate.rank,
        score=round(candidate.score, 6),
        text=passage.text,
        language=passage.language,
        page=passage.page,
        heading_path=passage.heading_path,
        start_char=passage.start_char,
        end_char=passage.end_char,
        document=candidate.document,
    )


def _opened(catalog: Catalog, passage: Passage, context_chars: int) -> OpenedPassage:
    record = catalog.get(passage.document_id, passage.version)
    text = catalog.text(passage.document_id, passage.version)
    about = record.metadata
    return OpenedPassage(
        passage_id=passage.passage_id,
        text=passage.text,
        before=text[max(0, passage.start_char - context_chars) : passage.start_char],
        after=text[passage.end_char : passage.end_char + context_chars],
        language=passage.language,
        page=passage.page,
        heading_path=passage.heading_path,
        start_char=passage.start_char,
        end_char=passage.end_char,
        document=DocumentInfo(
            document_id=record.document_id,
            version=record.version,
            title=about.title,
            kind=about.kind,
            publisher=about.publisher,
            date=about.date,
            language=about.language,
            themes=about.themes,
            region=about.region,
            url=about.url,
            source=record.source,
            valid_from=about.valid_from,
            valid_until=about.valid_until,
            supersedes=about.supersedes,
            licence=about.licence,
        ),
        status=record.status,
        is_current=record.version == record.current_version,
    )
