"""The generative engine: a chat model writes from the quotes, and only what cites them is kept.

The model sees short source tokens (``[S1]``), never addresses or titles that
it could copy. A sentence without a valid token is not shown as fact; unknown
tokens are removed and counted; a text without one valid sentence is a failure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Protocol

from helpdesk_bot.answers import Citation, EngineInfo, Sentence
from helpdesk_bot.errors import ConfigurationError, EngineFailure
from helpdesk_bot.phrases import language_name
from helpdesk_bot.settings import Settings
from helpdesk_bot.untraced import untraced
from index.sentences import sentence_spans

_TOKEN = re.compile(r"\[S(\d{1,3})\]")
_LOOKALIKE = re.compile(r"\[\s*[sS]?\d+(?:\s*[,;–-]\s*[sS]?\d+)*\s*\]")
"""What a reader could take for a citation of ours, or a model may have meant as one."""


class ChatModel(Protocol):
    """The one call of a LangChain chat model that is used here."""

    def invoke(self, input: Any) -> Any:  # noqa: A002  (LangChain's own name)
        """Return a message whose ``content`` is the text."""
        ...


@dataclass(frozen=True, slots=True)
class Written:
    """What a chat model wrote, sentence by sentence, and notes for the trace."""

    sentences: tuple[Sentence, ...]
    notes: tuple[str, ...]


class ChatWriter:
    """Writes answers with a chat model."""

    def __init__(self, model: ChatModel, name: str) -> None:
        self._model = model
        self._prompt = resources.files("helpdesk_bot").joinpath("prompts/answer.txt").read_text("utf-8")
        digest = hashlib.sha256(self._prompt.encode()).hexdigest()
        self.info = EngineInfo("generative", name, digest)

    def write(self, question: str, language: str, citations: Sequence[Citation]) -> Written:
        """Write an answer.

        Args:
            question: as asked, cleaned.
            language: two-letter code of the answer.
            citations: the quotes that may be used, in order.

        Raises:
            EngineFailure: the model failed, or no sentence cites a source; the reason is its text.
        """
        sources = "\n".join(f"[S{item.number}] {' '.join(item.quote.split())}" for item in citations)
        prompt = self._prompt.format(
            language=language_name(language, "en"), sources=sources, question=question
        )
        try:
            with untraced():
                message = self._model.invoke(prompt)
        except Exception as error:  # any provider's any failure degrades to quotes
            raise EngineFailure(f"{type(error).__name__}") from error
        text = getattr(message, "content", message)
        if not isinstance(text, str) or not text.strip():
            raise EngineFailure("empty or unreadable text")
        return read_tokens(text, language, citations)


def read_tokens(text: str, language: str, citations: Sequence[Citation]) -> Written:
    """Split a model's text into sentences and its source tokens into citations.

    Raises:
        EngineFailure: no sentence has a valid token.
    """
    by_number = {item.number: item.citation_id for item in citations}
    # A token behind the full stop belongs to the sentence before it.
    text = re.sub(r"([.!?…])((?:\s*\[S\d{1,3}\])+)", r"\2\1", " ".join(text.split()))
    sentences: list[Sentence] = []
    n_unknown = 0
    for start, end in sentence_spans(text, 0, len(text), language):
        piece = text[start:end]
        numbers = [int(number) for number in _TOKEN.findall(piece)]
        n_unknown += sum(number not in by_number for number in numbers)
        cited = tuple(dict.fromkeys(by_number[number] for number in numbers if number in by_number))
        bare = re.sub(r"\s+([.!?…,;:])", r"\1", " ".join(_LOOKALIKE.sub("", piece).split()))
        if bare:
            sentences.append(
                Sentence(bare, cited, "not_checked" if cited else "unsupported", 0.5 if cited else 0.0)
            )
    if not any(sentence.citations for sentence in sentences):
        raise EngineFailure("no sentence cites a source")
    dropped = sum(not sentence.citations for sentence in sentences)
    notes = tuple(
        note
        for note in (
            f"{dropped} sentences without a source were not shown" if dropped else "",
            f"{n_unknown} unknown source tokens were removed" if n_unknown else "",
        )
        if note
    )
    return Written(tuple(sentences), notes)


def open_writer(settings: Settings) -> ChatWriter | None:
    """Return the writer that the settings name, ``None`` for quotes only.

    Raises:
        ConfigurationError: LangChain does not know the model or its provider.
    """
    if settings.chat_model is None:
        return None
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"timeout": settings.chat_timeout_s, "max_retries": 0, "temperature": 0}
    if settings.chat_base_url:
        options["base_url"] = settings.chat_base_url
    if settings.chat_api_key:
        options["api_key"] = settings.chat_api_key
    try:
        model = init_chat_model(settings.chat_model, **options)
    except Exception as error:  # each provider has its own error for a missing key or package
        raise ConfigurationError(
            f"The chat model {settings.chat_model!r} cannot be opened: {error} "
            "Name it as provider:model, e.g. openai:gpt-4.1-mini, and install the provider's package."
        ) from error
    return ChatWriter(model, settings.chat_model)
