"""The helpdesk in LangChain: a retriever of its passages, and itself as a runnable.

This is the one module that defines LangChain classes; nothing here imports
it, so that the library is loaded only by who builds chains. Questions go to
nobody else: LangChain's tracing stays off, callbacks that the caller gives run.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.prompt_values import PromptValue
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict, Field

from corpus.errors import MisusedError
from helpdesk_bot.answer_sources import AnswerSource, InThisProcess, Json, OverHttp
from helpdesk_bot.answers import Depth, Question, Turn
from helpdesk_bot.guardrails import clean
from helpdesk_bot.untraced import untraced

Asked = str | Mapping[str, Any] | Sequence[BaseMessage] | PromptValue

_FIELDS = frozenset({"question", "language", "filters", "depth", "conversation_id", "history"})
_ROLES = {"human": "user", "ai": "assistant"}


class HelpdeskRetriever(BaseRetriever):
    """Passages of the helpdesk's documents as LangChain documents, with all that a citation needs."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    source: Any
    """An `AnswerSource`; `from_data_dir` and `from_server` make one."""

    k: int = Field(default=8, ge=1, le=50)
    """Passages for a query."""

    filters: dict[str, list[str]] = Field(default_factory=dict)
    """Only these documents: kind, language, theme, region, publisher, source, year."""

    @classmethod
    def from_data_dir(cls, data_dir: Path | str, **options: Any) -> Self:
        """Return a retriever on a data directory, opened in this process.

        Raises:
            ConfigurationError: the directory or a setting cannot be used.
        """
        return cls(source=InThisProcess.of(Path(data_dir)), **options)

    @classmethod
    def from_server(cls, address: str, api_key: str | None = None, **options: Any) -> Self:
        """Return a retriever that asks a running server."""
        return cls(source=OverHttp(address, api_key), **options)

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> list[Document]:  # noqa: A002
        """Return the passages for a query, the best first."""
        with untraced():
            return super().invoke(input, config, **kwargs)

    async def ainvoke(
        self,
        input: str,  # noqa: A002  (LangChain's own name)
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> list[Document]:
        """Return the passages for a query, the best first."""
        with untraced():
            return await super().ainvoke(input, config, **kwargs)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        del run_manager
        return [_document(found) for found in self.source.search(clean(query), self.filters, self.k)]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        del run_manager
        found = await self.source.asearch(clean(query), self.filters, self.k)
        return [_document(passage) for passage in found]


def _document(passage: Json) -> Document:
    """Return a passage as a LangChain document.

    The metadata are flat: those of the document version and the passage's
    place in it; ``language`` is the passage's, ``document_language`` the document's.
    """
    about = dict(passage["document"])
    place = {name: value for name, value in passage.items() if name not in ("document", "text")}
    return Document(
        page_content=passage["text"],
        id=passage["passage_id"],
        metadata=about | {"document_language": about["language"]} | place,
    )


class HelpdeskRunnable(Runnable[Asked, AIMessage]):
    """The helpdesk as a step of a chain: a question in, a message with the cited answer out.

    The question is a text, a prompt or messages (the last one asks, the
    earlier ones are its history, system messages are not followed), or a
    mapping with ``question`` and, optionally, ``language``, ``filters``,
    ``depth``, ``conversation_id`` and ``history``. The whole answer stands in
    the message's ``response_metadata["helpdesk"]``.
    """

    def __init__(
        self,
        source: AnswerSource,
        *,
        language: str | None = None,
        filters: Mapping[str, Sequence[str]] | None = None,
        depth: Depth | None = None,
    ) -> None:
        """Make a runnable; the options hold for each question that does not say otherwise."""
        self.source = source
        self._defaults = Question("", language, _tuples(filters or {}), depth=depth)

    @classmethod
    def from_data_dir(cls, data_dir: Path | str, **options: Any) -> Self:
        """Return the helpdesk of a data directory, opened in this process.

        Raises:
            ConfigurationError: the directory or a setting cannot be used.
        """
        return cls(InThisProcess.of(Path(data_dir)), **options)

    @classmethod
    def from_server(cls, address: str, api_key: str | None = None, **options: Any) -> Self:
        """Return the helpdesk that a running server answers for."""
        return cls(OverHttp(address, api_key), **options)

    def invoke(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> AIMessage:  # noqa: A002
        """Return the answer to a question."""
        del kwargs
        with untraced():
            return self._call_with_config(self._answer, input, config)

    async def ainvoke(
        self,
        input: Asked,  # noqa: A002  (LangChain's own name)
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AIMessage:
        """Return the answer to a question."""
        del kwargs
        with untraced():
            return await self._acall_with_config(self._aanswer, input, config)

    def stream(
        self,
        input: Asked,  # noqa: A002  (LangChain's own name)
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Iterator[AIMessage]:
        """Yield the answer line by line, its metadata with the last piece."""
        yield from _pieces(self.invoke(input, config, **kwargs))

    async def astream(
        self,
        input: Asked,  # noqa: A002  (LangChain's own name)
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[AIMessage]:
        """Yield the answer line by line, its metadata with the last piece."""
        for piece in _pieces(await self.ainvoke(input, config, **kwargs)):
            yield piece

    def _answer(self, asked: Asked) -> AIMessage:
        return _message(self.source.ask(_question(asked, self._defaults)))

    async def _aanswer(self, asked: Asked) -> AIMessage:
        return _message(await self.source.aask(_question(asked, self._defaults)))


def _message(answer: Json) -> AIMessage:
    return AIMessage(answer["text"], id=answer["answer_id"], response_metadata={"helpdesk": answer})


def _pieces(message: AIMessage) -> Iterator[AIMessageChunk]:
    for line in str(message.content).splitlines(keepends=True):
        yield AIMessageChunk(content=line, id=message.id)
    yield AIMessageChunk(content="", id=message.id, response_metadata=message.response_metadata)


def _question(asked: Asked, defaults: Question) -> Question:
    """Return what was asked as a question.

    Raises:
        MisusedError: there is no question in it, or a field that does not exist.
    """
    if isinstance(asked, PromptValue):
        asked = asked.to_messages()
    if isinstance(asked, str):
        return _checked(replace(defaults, text=asked))
    if isinstance(asked, Mapping):
        return _checked(_of_fields(asked, defaults))
    said = [message for message in asked if message.type != "system"]
    if not said or said[-1].type != "human":
        raise MisusedError("The last message is the question: it has to be a human message.")
    return _checked(replace(defaults, text=str(said[-1].text), history=_turns(said[:-1])))


def _of_fields(fields: Mapping[str, Any], defaults: Question) -> Question:
    unknown = sorted(set(fields) - _FIELDS)
    if unknown:
        raise MisusedError(f"A question has no field {unknown[0]!r}; known are {', '.join(sorted(_FIELDS))}.")
    given = {name: value for name, value in fields.items() if value is not None}
    question = replace(
        defaults, **{name: given[name] for name in ("language", "depth", "conversation_id") if name in given}
    )
    return replace(
        question,
        text=str(given.get("question", "")),
        filters=_tuples(given["filters"]) if "filters" in given else question.filters,
        history=_turns(given.get("history", ())),
    )


def _turns(history: Sequence[BaseMessage | Turn | Mapping[str, str]]) -> tuple[Turn, ...]:
    turns = []
    for message in history:
        if isinstance(message, BaseMessage):
            role, text = _ROLES.get(message.type), str(message.text)
        elif isinstance(message, Turn):
            role, text = message.role, message.text
        else:
            role, text = message["role"], message["text"]
        if role is not None and text.strip():
            turns.append(Turn("assistant" if role == "assistant" else "user", text))
    return tuple(turns)


def _tuples(filters: Mapping[str, Sequence[str] | str]) -> dict[str, tuple[str, ...]]:
    return {name: (values,) if isinstance(values, str) else tuple(values) for name, values in filters.items()}


def _checked(question: Question) -> Question:
    text = clean(question.text).strip()
    if not text:
        raise MisusedError("The question is empty.")
    return replace(question, text=text)
