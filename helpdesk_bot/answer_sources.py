"""Where a program gets answers and passages from: a data directory in its own process, or a server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from helpdesk_bot.answers import Question, answer_to_json
from helpdesk_bot.errors import RemoteFailure
from helpdesk_bot.searching import passage_json, search_passages

if TYPE_CHECKING:  # the real import takes seconds
    from helpdesk_bot.helpdesk import Helpdesk

Json = dict[str, Any]
Wanted = Mapping[str, Sequence[str]]

TIMEOUT_S = 120.0


class AnswerSource(Protocol):
    """Answers and passages as JSON values, in the shapes of ``/api/v1/ask`` and ``/api/v1/search``."""

    def ask(self, question: Question) -> Json:
        """Return the answer to a question."""
        ...

    async def aask(self, question: Question) -> Json:
        """Return the answer to a question."""
        ...

    def search(self, query: str, filters: Wanted, most: int) -> list[Json]:
        """Return the best passages for a query."""
        ...

    async def asearch(self, query: str, filters: Wanted, most: int) -> list[Json]:
        """Return the best passages for a query."""
        ...


class InThisProcess:
    """A helpdesk that is open in this process."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.helpdesk = helpdesk

    @classmethod
    def of(cls, data_dir: Path) -> InThisProcess:
        """Open the helpdesk of a data directory.

        Raises:
            ConfigurationError: the directory or a setting cannot be used.
        """
        from helpdesk_bot.helpdesk import open_helpdesk
        from helpdesk_bot.settings import load_settings

        return cls(open_helpdesk(load_settings(None, data_dir)))

    def ask(self, question: Question) -> Json:
        """Return the answer to a question."""
        return answer_to_json(self.helpdesk.ask(question))

    async def aask(self, question: Question) -> Json:
        """Return the answer to a question, without blocking the event loop."""
        return await asyncio.to_thread(self.ask, question)

    def search(self, query: str, filters: Wanted, most: int) -> list[Json]:
        """Return the best passages for a query."""
        found = search_passages(self.helpdesk.search, query, filters, most=most)
        return [passage_json(passage) for passage in found.passages]

    async def asearch(self, query: str, filters: Wanted, most: int) -> list[Json]:
        """Return the best passages for a query, without blocking the event loop."""
        return await asyncio.to_thread(self.search, query, filters, most)


class OverHttp:
    """A helpdesk that a server answers for."""

    def __init__(self, address: str, api_key: str | None = None, timeout_s: float = TIMEOUT_S) -> None:
        """Make a source.

        Args:
            address: of the server, such as ``https://helpdesk.example``.
            api_key: sent as a bearer token; asking needs none by default.
            timeout_s: seconds that an answer may take.
        """
        self._options: dict[str, Any] = {
            "base_url": address.rstrip("/"),
            "headers": {"Authorization": f"Bearer {api_key}"} if api_key else {},
            "timeout": timeout_s,
        }

    def ask(self, question: Question) -> Json:
        """Return the answer to a question.

        Raises:
            RemoteFailure: the server refuses or cannot be reached.
        """
        return self._post("/api/v1/ask", _ask_body(question))

    async def aask(self, question: Question) -> Json:
        """Return the answer to a question.

        Raises:
            RemoteFailure: the server refuses or cannot be reached.
        """
        return await self._apost("/api/v1/ask", _ask_body(question))

    def search(self, query: str, filters: Wanted, most: int) -> list[Json]:
        """Return the best passages for a query.

        Raises:
            RemoteFailure: the server refuses or cannot be reached.
        """
        return _passages(self._post("/api/v1/search", _search_body(query, filters, most)))

    async def asearch(self, query: str, filters: Wanted, most: int) -> list[Json]:
        """Return the best passages for a query.

        Raises:
            RemoteFailure: the server refuses or cannot be reached.
        """
        return _passages(await self._apost("/api/v1/search", _search_body(query, filters, most)))

    def _post(self, path: str, body: Json) -> Json:
        try:
            with httpx.Client(**self._options) as client:
                return _read(client.post(path, json=body))
        except httpx.HTTPError as error:
            raise _unreachable(error) from error

    async def _apost(self, path: str, body: Json) -> Json:
        try:
            async with httpx.AsyncClient(**self._options) as client:
                return _read(await client.post(path, json=body))
        except httpx.HTTPError as error:
            raise _unreachable(error) from error


def _ask_body(question: Question) -> Json:
    body: Json = {
        "question": question.text,
        "language": question.language,
        "filters": {name: list(values) for name, values in question.filters.items()},
        "conversation_id": question.conversation_id,
        "history": [{"role": turn.role, "text": turn.text} for turn in question.history],
        "depth": question.depth,
    }
    return {name: value for name, value in body.items() if value}


def _search_body(query: str, filters: Wanted, most: int) -> Json:
    wanted = {name: list(values) for name, values in filters.items()}
    return {"query": query, "filters": wanted, "limit": most}


def _passages(reply: Json) -> list[Json]:
    passages: list[Json] = reply["passages"]
    return passages


def _read(reply: httpx.Response) -> Json:
    try:
        body: Json = reply.json()
    except ValueError as error:
        raise RemoteFailure(f"The helpdesk answered {reply.status_code}, and not with JSON.") from error
    if reply.is_success:
        return body
    said = body.get("detail") or body.get("title") or ""
    raise RemoteFailure(f"The helpdesk refused with {reply.status_code} ({body.get('code')}): {said}")


def _unreachable(error: httpx.HTTPError) -> RemoteFailure:
    return RemoteFailure(f"The helpdesk cannot be reached: {type(error).__name__}.")
