"""What a system has to do to be measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from helpdesk_bot.answers import Question


class AnswerSystem(Protocol):
    """Answers questions on documents that it has ingested.

    ``thread_safe``: it may be asked by several threads at once.
    """

    thread_safe: bool

    def ask(self, question: Question) -> Mapping[str, Any]:
        """Return the answer as the contract's JSON document."""

    def text(self, document_id: str, version: int) -> str | None:
        """Return the extracted text of a document version, None where it is not known."""

    def document_languages(self) -> Mapping[str, str]:
        """Return the language (two letters) of each document by its source."""

    def describe(self) -> Mapping[str, Any]:
        """Return what tells this system from others: models, prompts, options."""

    def close(self) -> None:
        """Give back what the system holds."""


class SearchSystem(Protocol):
    """Ranks the documents of a retrieval suite; ``thread_safe`` as of `AnswerSystem`."""

    thread_safe: bool

    def search(self, query: str, language: str) -> list[tuple[str, float]]:
        """Return (document id, score), the best first, each document once."""

    def describe(self) -> Mapping[str, Any]:
        """Return what tells this system from others."""

    def close(self) -> None:
        """Give back what the system holds."""


def pool(passages: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return documents ranked by their best passage (max pooling).

    Args:
        passages: (document id, score) in the system's own order, which decides
            between equal scores.
    """
    best: dict[str, float] = {}
    for document_id, score in passages:
        best[document_id] = max(score, best.get(document_id, score))
    return sorted(best.items(), key=lambda item: -item[1])
