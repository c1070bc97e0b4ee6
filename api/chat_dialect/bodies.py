"""The bodies of the chat dialect.

Fields that the helpdesk has no use for (``temperature``, ``max_tokens``,
``tools`` ...) are taken and not used: existing programs send them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import FilterValues

MAX_MESSAGES = 500


class ContentPart(BaseModel):
    """A part of a message; only those of type ``text`` are read."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(max_length=40)
    text: str | None = None
    refusal: str | None = None


class ChatMessage(BaseModel):
    """A message of the conversation."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = Field(
        description="`system` and `developer` messages are taken and not followed."
    )
    content: str | list[ContentPart] | None = None


class StreamOptions(BaseModel):
    """How the answer is streamed."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool = Field(default=False, description="End with a chunk that holds the usage.")


class HelpdeskOptions(BaseModel):
    """What only this server knows; clients give it as an extra field of the body."""

    model_config = ConfigDict(extra="forbid")

    language: str | None = Field(None, description="Language of the answer; default: the question's.")
    filters: dict[str, FilterValues] | None = Field(
        default=None,
        description="Only these documents: kind, language, theme, region, publisher, source, year.",
    )
    conversation_id: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,32}$")


class ResponseFormat(BaseModel):
    """The form of the answer; only ``text`` is given."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(max_length=40)


class ChatBody(BaseModel):
    """A conversation; its last message is the question."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "model": "helpdesk",
                "messages": [{"role": "user", "content": "Vilka regioner använder AI i vården?"}],
            }
        },
    )

    model: str = Field(max_length=200, description="`helpdesk`, `helpdesk-fast` or `helpdesk-deep`.")
    messages: list[ChatMessage] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool | None = Field(default=None, description="Give the answer as chunks (server-sent events).")
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=None, description="1: a question has one answer.")
    response_format: ResponseFormat | None = None
    tool_choice: Any = Field(None, description="The helpdesk calls no tools: `none`, `auto` or nothing.")
    helpdesk: HelpdeskOptions | None = None


class UrlCitation(BaseModel):
    """A source: ``content[start_index:end_index]`` is its number, such as ``[1]``, in code points."""

    start_index: int
    end_index: int
    url: str = Field(description="The page that shows the quoted passage highlighted.")
    title: str


class Annotation(BaseModel):
    """A citation number in the content, with what it stands for."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class AnswerMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"]
    content: str = Field(description="Markdown, with citation numbers in square brackets.")
    refusal: str | None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The one choice."""

    index: int
    message: AnswerMessage
    finish_reason: Literal["stop", "content_filter"] = Field(
        description="`content_filter` where a guardrail ended the question; the content says which."
    )
    logprobs: None = None


class Usage(BaseModel):
    """Sizes of what was read and written, in tokens of ``cl100k_base``; nothing is charged by them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """A whole answer."""

    id: str
    object: Literal["chat.completion"]
    created: int = Field(description="Seconds since 1970.")
    model: str
    choices: list[Choice]
    usage: Usage
    helpdesk: dict[str, Any] = Field(description="The whole answer, as `POST /api/v1/ask` gives it.")


class Model(BaseModel):
    """A way to be answered, as a model."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"]
    data: list[Model]


class DialectError(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class DialectErrorBody(BaseModel):
    """An error, as clients of this dialect expect it."""

    error: DialectError
