"""The documents of a suite, and which of them a foreign system's citation means."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import select

from corpus.schema import document_versions, documents
from evals.suite import RetrievalSuite
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings

DOCUMENT_FIELDS = (
    "document_id",
    "title",
    "kind",
    "publisher",
    "date",
    "language",
    "url",
    "source",
    "version",
)
"""What the contract's ``citation.document`` holds."""


def catalogue_of(settings: Settings) -> list[dict[str, Any]]:
    """Return the documents in force of the index in a data directory, each with its ``text``."""
    engine = open_database(settings)
    query = select(document_versions, documents.c.source).where(
        documents.c.document_id == document_versions.c.document_id,
        documents.c.current_version == document_versions.c.version,
        documents.c.status == "in_force",
    )
    try:
        with engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]
    finally:
        engine.dispose()


def rows_of(suite: RetrievalSuite) -> list[dict[str, Any]]:
    """Return the rows of a retrieval suite as documents; a row's id is its source."""
    return [
        {"source": row.document_id, "title": row.title, "url": None, "text": row.text} for row in suite.corpus
    ]


class SuiteDocuments:
    """Finds the suite's document that a foreign system names.

    By the source as ingested, then the address, then the file name, then the
    title, then the file name without its ending; the first of these that fits
    exactly one document. What fits several is told by none of them: a guess
    would score a citation that may be wrong.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.by_source = {str(row["source"]): row for row in rows}
        keys: tuple[Callable[[Mapping[str, Any]], str], ...] = (
            lambda row: _address(row["url"] or ""),
            lambda row: _address(row["source"]),
            lambda row: _file_name(row["source"]),
            lambda row: _squash(row["title"]),
            lambda row: _stem(row["source"]),
        )
        self._by_address, self._by_own_address, self._by_file, self._by_title, self._by_stem = (
            self._unique(key) for key in keys
        )

    def find(
        self, source: str | None = None, title: str | None = None, url: str | None = None
    ) -> Mapping[str, Any] | None:
        """Return the document that is meant, None where none or more than one fits."""
        names = [name for name in (source, url, title) if name and name.strip()]
        for name in names:
            if name in self.by_source:
                return self.by_source[name]
        looks: list[tuple[Mapping[str, str | None], Callable[[str], str]]] = [
            (self._by_address, _address),
            (self._by_own_address, _address),
            (self._by_file, _file_name),
            (self._by_title, _squash),
            (self._by_stem, _file_name),
            (self._by_stem, _stem),
        ]
        for index, key in looks:
            for name in names:
                known = index.get(key(name))
                if known is not None:
                    return self.by_source[known]
        return None

    def _unique(self, key: Callable[[Mapping[str, Any]], str]) -> dict[str, str | None]:
        """Map each key to the one source that has it, and to None where several have it."""
        found: dict[str, str | None] = {}
        for source, row in self.by_source.items():
            value = key(row)
            if value:
                found[value] = None if value in found else source
        return found


def _address(text: str) -> str:
    """Return an address without what does not tell pages apart; empty for anything else."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    host = parts.netloc.casefold().removeprefix("www.")
    return f"{host}{unquote(parts.path).rstrip('/')}?{parts.query}"


def _file_name(text: str) -> str:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return ""
    # Only of an address: a file on disk may have % and # in its name.
    path = unquote(parts.path) if parts.scheme in ("http", "https", "file", "s3") else text.strip()
    return _squash(PurePosixPath(path.replace("\\", "/")).name)


def _stem(text: str) -> str:
    name = _file_name(text)
    return name.rsplit(".", 1)[0] if "." in name.strip(".") else name


def _squash(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
