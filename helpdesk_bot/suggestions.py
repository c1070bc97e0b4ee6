"""Questions that a visitor could begin with, made of what the documents in force are about.

Nothing is made up: each names the subject of one document, taken from its
title, and the words around it are the caller's. Documents in the visitor's
language go first; of those, one a theme, so that the first few show how wide
the collection is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from corpus.catalog import Catalog
from corpus.records import DocumentRecord
from corpus.succession import succession

MOST_DOCUMENTS = 1_000
LONGEST_SUBJECT = 90
"""Characters; a longer title makes no question that anybody would read."""

KIND_ORDER = ("good_practice", "project", "policy_brief", "report", "webinar", "news", "document")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about, in its own language."""

    text: str
    language: str
    document_id: str


def subjects_to_ask_about(
    engine: Engine, language: str, most: int, today: date | None = None
) -> tuple[Subject, ...]:
    """Return subjects of documents in force, those in a language first.

    The same collection always gives the same subjects.

    Args:
        engine: the database.
        language: of the visitor.
        most: how many at most.
        today: the day that counts for what is in force; default: the present one.
    """
    catalog = Catalog(engine)
    found = catalog.current_documents(limit=MOST_DOCUMENTS).documents
    with engine.connect() as connection:
        gone = succession(connection, today).not_in_force
    usable = [each for each in found if each.document_id not in gone and _subject(each.metadata.title)]
    own = [each for each in usable if each.metadata.language == language]
    chosen = _one_a_theme(own or usable, most)
    return tuple(
        Subject(_subject(each.metadata.title), each.metadata.language, each.document_id) for each in chosen
    )


def _subject(title: str) -> str:
    """Return a title as it stands in a question; of an overlong one what comes before a colon or dash.

    A short head alone is no subject: "Webinar" and the name of a town answer to
    many documents (measured: 2 of 12 such questions were not answered, none of
    those with the whole title).
    """
    text = re.sub(r"\s*\([^()]*\)$", "", " ".join(title.split())).rstrip(" .?!")
    if len(text) > LONGEST_SUBJECT:
        text = re.split(r"\s*[:：]\s+|\s+[–—-]\s+", text)[0]
    return text if 4 <= len(text) <= LONGEST_SUBJECT else ""


def _one_a_theme(documents: Sequence[DocumentRecord], most: int) -> list[DocumentRecord]:
    """Take documents of different themes as long as there are any, good practices first; then the rest."""
    ordered = sorted(documents, key=lambda each: (_rank(each.metadata.kind), each.source, each.document_id))
    chosen: list[DocumentRecord] = []
    themes: set[str] = set()
    for document in ordered:
        theme = (*document.metadata.themes, "")[0].casefold()
        if theme not in themes:
            themes.add(theme)
            chosen.append(document)
    rest = [document for document in ordered if document not in chosen]
    return [*chosen, *rest][:most]


def _rank(kind: str) -> int:
    return KIND_ORDER.index(kind) if kind in KIND_ORDER else len(KIND_ORDER)
