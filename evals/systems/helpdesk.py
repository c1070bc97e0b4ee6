"""Our own helpdesk as a system under test: the pipeline that the API drives, not a copy of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, select

from corpus.schema import document_versions, documents
from evals.systems.protocol import pool
from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings

N_PASSAGES = 100
"""Passages asked for; more than the deepest cutoff that is scored, before pooling to documents."""


class HelpdeskAnswers:
    """Asks the helpdesk over the index in the settings' data directory."""

    thread_safe = True

    def __init__(self, settings: Settings) -> None:
        from helpdesk_bot.helpdesk import open_helpdesk

        self._settings = settings
        self._helpdesk = open_helpdesk(settings)
        self._engine = self._helpdesk.engine

    def ask(self, question: Question) -> Mapping[str, Any]:
        """Return the answer as JSON."""
        return answer_to_json(self._helpdesk.ask(question))

    def text(self, document_id: str, version: int) -> str | None:
        """Return the text of a version as the catalogue holds it."""
        return _text(self._engine, document_id, version)

    def document_languages(self) -> Mapping[str, str]:
        """Return the language of each document in force by its source."""
        return _languages(self._engine)

    def describe(self) -> Mapping[str, Any]:
        """Return the options that bear on answers; no key, no address of a database."""
        return {"system": "helpdesk", **_options(self._settings)}

    def close(self) -> None:
        """Close index and database."""
        self._helpdesk.close()


class HelpdeskSearch:
    """Searches passages as the helpdesk does; their scores are max-pooled to documents."""

    thread_safe = True

    def __init__(self, settings: Settings) -> None:
        from helpdesk_bot.passage_search import open_search
        from helpdesk_bot.retrieving import open_retriever
        from index.dense import DenseIndex
        from index.embedding import open_embedder
        from index.reader import cached_reader

        self._settings = settings
        self._engine = open_database(settings)
        embedder = open_embedder(settings.embedder, settings.model_cache)
        dense = DenseIndex(self._engine, settings.data_dir / "index")
        retriever = open_retriever(settings, self._engine, embedder, dense)
        self._search = open_search(settings, retriever, cached_reader(settings.model_cache))

    def search(self, query: str, language: str) -> list[tuple[str, float]]:
        """Return documents by their best passage; copies of it rank beside it."""
        found = self._search.find(query, language=language, most=N_PASSAGES)
        return pool(
            [
                (document.source, score)
                for candidate in found
                for document, score in (
                    (candidate.document, candidate.score),
                    *((copy.document, copy.score) for copy in candidate.also_in),
                )
            ]
        )

    def describe(self) -> Mapping[str, Any]:
        """Return the options that bear on retrieval."""
        return {"system": "helpdesk", **_options(self._settings)}

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()


def _options(settings: Settings) -> dict[str, Any]:
    hidden = {"chat_api_key", "database_url", "data_dir", "model_cache", "host", "port"}
    options: dict[str, Any] = settings.model_dump(mode="json", exclude=hidden)
    return options


def _text(engine: Engine, document_id: str, version: int) -> str | None:
    columns = document_versions.c
    query = select(columns.text).where(columns.document_id == document_id, columns.version == version)
    with engine.connect() as connection:
        text: str | None = connection.scalar(query)
    return text


def _languages(engine: Engine) -> dict[str, str]:
    query = select(documents.c.source, document_versions.c.language).where(
        documents.c.document_id == document_versions.c.document_id,
        documents.c.current_version == document_versions.c.version,
        documents.c.status == "in_force",
    )
    with engine.connect() as connection:
        return {str(source): str(language) for source, language in connection.execute(query)}
