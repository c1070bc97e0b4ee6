"""From an answer to a completion, whole or in chunks, with its citations as annotations."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sse_starlette import ServerSentEvent

from api.answer_view import passage_address
from api.chat_dialect.errors import error_body
from api.problems import Problem, encode
from helpdesk_bot.answers import Question
from index.tokens import count

_MARK = re.compile(r"\[(\d{1,2})\]")

Event = tuple[str, Any]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands on every completion: its id, the model as named, seconds since 1970, the site's address."""

    completion_id: str
    model: str
    created: int
    site: str


def completion(answer: Mapping[str, Any], question: Question, heading: Heading) -> Json:
    """Return the whole answer as a chat completion."""
    message = {
        "role": "assistant",
        "content": answer["text"],
        "refusal": None,
        "annotations": url_citations(answer, heading.site),
    }
    choice = {"index": 0, "message": message, "finish_reason": finish_reason(answer), "logprobs": None}
    return {
        "id": heading.completion_id,
        "object": "chat.completion",
        "created": heading.created,
        "model": heading.model,
        "choices": [choice],
        "usage": usage(question, answer["text"]),
        "helpdesk": dict(answer),
    }


async def events(
    answering: AsyncIterator[Event], question: Question, heading: Heading, *, include_usage: bool
) -> AsyncIterator[ServerSentEvent]:
    """Give an answer's events as chunks, ``[DONE]`` last; an error ends the stream as clients expect it."""
    yield _data(_chunk(heading, {"role": "assistant", "content": ""}, include_usage=include_usage))
    async for name, data in answering:
        if name == "error":
            problem = Problem(data["status"], data["code"], data["title"], data.get("detail"))
            yield _data(error_body(problem))
        elif name == "done":
            for chunk in chunks(data, question, heading, include_usage=include_usage):
                yield _data(chunk)
            yield ServerSentEvent("[DONE]", sep="\n")


def chunks(
    answer: Mapping[str, Any], question: Question, heading: Heading, *, include_usage: bool
) -> Iterator[Json]:
    """Yield the chunks of a finished answer: its lines, its annotations, the end, the usage if asked for."""
    for line in answer["text"].splitlines(keepends=True):
        yield _chunk(heading, {"content": line}, include_usage=include_usage)
    noted = url_citations(answer, heading.site)
    if noted:
        yield _chunk(heading, {"annotations": noted}, include_usage=include_usage)
    end = _chunk(heading, {}, finish_reason(answer), include_usage=include_usage)
    yield end | {"helpdesk": dict(answer)}
    if include_usage:
        yield _chunk(heading, None, include_usage=True) | {"usage": usage(question, answer["text"])}


def _chunk(heading: Heading, delta: Json | None, finish: str | None = None, *, include_usage: bool) -> Json:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return {
        "id": heading.completion_id,
        "object": "chat.completion.chunk",
        "created": heading.created,
        "model": heading.model,
        "choices": [] if delta is None else [choice],
    } | ({"usage": None} if include_usage else {})


def _data(value: Json) -> ServerSentEvent:
    return ServerSentEvent(encode(value).decode("utf-8"), sep="\n")


def url_citations(answer: Mapping[str, Any], site: str) -> list[Json]:
    """Return one annotation for each citation number in the text, in the order of the text.

    Indexes count code points, the end is behind the number:
    ``content[start_index:end_index] == "[1]"``. What a quote itself holds in
    square brackets is its own.
    """
    cited = {citation["number"]: citation for citation in answer["citations"]}
    quoted = tuple(_quoted_spans(answer["text"], cited.values()))
    found = []
    for mark in _MARK.finditer(answer["text"]):
        citation = cited.get(int(mark[1]))
        if citation is None or any(start <= mark.start() < end for start, end in quoted):
            continue
        document = citation["document"]
        place = passage_address(
            document["document_id"], document["version"], citation["start_char"], citation["end_char"]
        )
        where = {
            "start_index": mark.start(),
            "end_index": mark.end(),
            "url": site + place,
            "title": document["title"],
        }
        found.append({"type": "url_citation", "url_citation": where})
    return found


def _quoted_spans(text: str, citations: Any) -> Iterator[tuple[int, int]]:
    """Give the spans of quotes that hold something like a citation number themselves."""
    for citation in citations:
        quote = " ".join(citation["quote"].split())
        if not _MARK.search(quote):
            continue
        start = text.find(quote)
        while start >= 0:
            yield start, start + len(quote)
            start = text.find(quote, start + 1)


def finish_reason(answer: Mapping[str, Any]) -> str:
    """Return why the content ends: ``content_filter`` where a guardrail ended the question."""
    return "content_filter" if answer["outcome"].startswith("blocked") else "stop"


def usage(question: Question, text: str) -> dict[str, int]:
    """Return the sizes of what was read and written, in tokens."""
    read = sum(count(part) for part in (question.text, *(turn.text for turn in question.history)))
    written = count(text)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
