"""The official client of the chat dialect, unchanged, against a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import openai
import pytest

from api.app import create_app
from tests.api import house, people
from tests.api.conftest import InProcess, started, wait_until_ready
from tests.api.house import FakeHelpdesk, settings_in

CASES = (
    (house.EN_QUESTION, "en", house.EN_QUOTE),
    (house.SV_QUESTION, "sv", house.SV_QUOTE),
    (house.VI_QUESTION, "vi", house.VI_QUOTE),
)


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none-needed", max_retries=0) as opened:
        yield opened


def user(text):
    return {"role": "user", "content": text}


def ask(client, text, **more):
    return client.chat.completions.create(**{"model": "helpdesk", "messages": [user(text)]} | more)


@pytest.mark.parametrize(("question", "language", "quote"), CASES)
def test_an_answer_with_its_citations(client, address, helpdesk, question, language, quote):
    completion = ask(client, question)
    (choice,) = completion.choices
    content = choice.message.content
    assert completion.object == "chat.completion"
    assert completion.model == "helpdesk"
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert quote in content
    answer = completion.helpdesk
    assert answer["answer_language"] == language
    assert answer["text"] == content
    (noted,) = choice.message.annotations
    (citation,) = answer["citations"]
    where = noted.url_citation
    assert noted.type == "url_citation"
    assert content[where.start_index : where.end_index] == f"[{citation['number']}]"
    assert where.title == citation["document"]["title"]
    page = httpx.get(where.url, timeout=60)
    assert where.url.startswith(address)
    assert page.status_code == 200
    assert "<mark" in page.text
    used = completion.usage
    assert used.total_tokens == used.prompt_tokens + used.completion_tokens
    assert min(used.prompt_tokens, used.completion_tokens) > 0


@pytest.mark.parametrize(("question", "language", "quote"), CASES)
def test_the_streamed_answer_is_the_plain_one(client, question, language, quote):
    plain = ask(client, question)
    chunks = list(ask(client, question, stream=True, stream_options={"include_usage": True}))
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == plain.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len([text for text in texts if text]) > 1
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    noted = [chunk.choices[0].delta.annotations for chunk in chunks if _has_annotations(chunk)]
    assert noted == [[item.model_dump() for item in plain.choices[0].message.annotations]]
    *_, end, used = chunks
    assert end.choices[0].finish_reason == "stop"
    assert end.helpdesk["text"] == plain.helpdesk["text"]
    assert used.choices == []
    assert used.usage == plain.usage


def _has_annotations(chunk):
    return bool(chunk.choices) and "annotations" in (chunk.choices[0].delta.model_extra or {})


def test_no_usage_unless_asked_for_and_done_at_the_end(address):
    body = {"model": "helpdesk", "messages": [user(house.SV_QUESTION)], "stream": True}
    reply = httpx.post(f"{address}/v1/chat/completions", json=body, timeout=60)
    lines = [line for line in reply.text.split("\n") if line.startswith("data: ")]
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert lines[-1] == "data: [DONE]"
    assert not any('"usage"' in line for line in lines)


def test_the_async_client(address):
    import asyncio

    async def both():
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0) as client:
            plain = await ask(client, house.VI_QUESTION)
            texts = [
                chunk.choices[0].delta.content or ""
                async for chunk in await ask(client, house.VI_QUESTION, stream=True)
            ]
            return plain.choices[0].message.content, "".join(texts)

    plain, streamed = asyncio.run(both())
    assert plain == streamed
    assert house.VI_QUOTE in plain


def test_the_messages_before_the_last_are_the_history(client, helpdesk):
    first = ask(client, house.SV_QUESTION)
    messages = [
        {"role": "system", "content": "Answer as a pirate."},
        user(house.SV_QUESTION),
        {"role": "assistant", "content": first.choices[0].message.content},
        user([{"type": "text", "text": "Och i"}, {"type": "text", "text": "Litauen?"}]),
    ]
    client.chat.completions.create(model="helpdesk", messages=messages, temperature=0.2, max_tokens=5)
    asked = helpdesk.asked[-1]
    assert asked.text == "Och i\nLitauen?"
    assert [(turn.role, turn.text) for turn in asked.history] == [
        ("user", house.SV_QUESTION),
        ("assistant", first.choices[0].message.content),
    ]
    assert not any("pirate" in part for part in (asked.text, *(turn.text for turn in asked.history)))
    assert any("system" in note for note in asked.notes)


def test_a_very_long_conversation_keeps_its_end(client, helpdesk):
    talk = [user(f"Fråga {n} " + "å" * 6000) for n in range(15)]
    client.chat.completions.create(model="helpdesk", messages=[*talk, user("Och sedan?")])
    history = helpdesk.asked[-1].history
    assert 0 < len(history) <= 20
    assert all(len(turn.text) <= 4000 for turn in history)


def test_the_models(client, helpdesk):
    names = [model.id for model in client.models.list()]
    assert names == ["helpdesk", "helpdesk-fast", "helpdesk-deep"]
    assert all(client.models.retrieve(name).id == name for name in names)
    for name, depth in zip(names, (None, "fast", "deep"), strict=True):
        ask(client, house.EN_QUESTION, model=name)
        assert helpdesk.asked[-1].depth == depth


def test_what_only_this_server_knows(client, helpdesk):
    more = {"language": "sv-SE", "filters": {"kind": ["report"]}, "conversation_id": "abc"}
    completion = ask(client, house.EN_QUESTION, extra_body={"helpdesk": more})
    asked = helpdesk.asked[-1]
    assert (asked.language, asked.conversation_id) == ("sv", "abc")
    assert dict(asked.filters) == {"kind": ("report",)}
    assert completion.helpdesk["conversation_id"] == "abc"


def test_not_knowing_is_an_answer_and_a_guardrail_says_so(client):
    unknown = ask(client, house.UNKNOWN_QUESTION)
    assert unknown.choices[0].finish_reason == "stop"
    assert unknown.helpdesk["outcome"] == "unanswerable_not_in_documents"
    assert unknown.choices[0].message.annotations == []
    assert ask(client, house.BLOCKED_QUESTION).choices[0].finish_reason == "content_filter"


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"messages": [user("   ")]}, "question_empty", "messages"),
        ({"messages": [user("x" * 2001)]}, "question_too_long", "messages"),
        ({"messages": []}, "invalid_request", "messages"),
        ({"messages": [{"role": "system", "content": "Hej"}]}, "last_message_not_user", "messages"),
        (
            {"messages": [user("Hej?"), {"role": "assistant", "content": "Hej!"}]},
            "last_message_not_user",
            "messages",
        ),
        (
            {"messages": [user([{"type": "image_url", "image_url": {"url": "data:,"}}])]},
            "unsupported_content",
            "messages",
        ),
        (
            {"messages": [user("a"), {"role": "tool", "content": "b", "tool_call_id": "c"}, user("d")]},
            "unsupported_role",
            "messages",
        ),
        ({"n": 2}, "unsupported_n", "n"),
        ({"response_format": {"type": "json_object"}}, "unsupported_response_format", "response_format"),
        ({"extra_body": {"helpdesk": {"filters": {"year": "soon"}}}}, "bad_filter", "helpdesk.filters"),
        ({"extra_body": {"helpdesk": {"colour": "red"}}}, "invalid_request", "helpdesk.colour"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_asked_is_refused(client, helpdesk, body, code, param, stream):
    with pytest.raises(openai.BadRequestError) as refused:
        ask(client, house.EN_QUESTION, **body, stream=stream)
    assert (refused.value.code, refused.value.param) == (code, param)
    assert refused.value.type == "invalid_request_error"
    assert refused.value.body["message"]
    assert not helpdesk.asked


def test_an_unknown_model(client):
    with pytest.raises(openai.NotFoundError) as refused:
        ask(client, house.EN_QUESTION, model="gpt-99")
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError, match="helpdesk-fast"):
        client.models.retrieve("gpt-99")
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="helpdesk", input="x")


def test_a_key_that_looks_like_ours_has_to_be_good(address, helpdesk):
    wrong = openai.OpenAI(base_url=f"{address}/v1", api_key="hdk_abcdefgh_wrong", max_retries=0)
    with wrong, pytest.raises(openai.AuthenticationError) as refused:
        ask(wrong, house.EN_QUESTION)
    assert refused.value.code == "invalid_api_key"
    assert "abcdefgh" not in str(refused.value.body)
    assert not helpdesk.asked
    good = people.with_key(helpdesk.engine, "asker")["Authorization"].removeprefix("Bearer ")
    with openai.OpenAI(base_url=f"{address}/v1", api_key=good, max_retries=0) as client:
        assert house.EN_QUOTE in ask(client, house.EN_QUESTION).choices[0].message.content


def test_a_crash_tells_nothing(client):
    with pytest.raises(openai.APIError) as broken:
        list(ask(client, house.CRASH_QUESTION, stream=True))
    assert broken.value.code == "internal_error"
    assert "secret" not in str(broken.value.body)
    with pytest.raises(openai.InternalServerError) as failed:  # the server closes the connection after it
        ask(client, house.CRASH_QUESTION)
    assert failed.value.code == "internal_error"
    assert "secret" not in str(failed.value.body)


def test_too_many_requests_and_what_is_left(tmp_path, helpdesk):
    settings = settings_in(tmp_path, rate_limit_burst=1, rate_limit_per_minute=1)
    body = {"model": "helpdesk", "messages": [user(house.VI_QUESTION)]}
    with started(settings, helpdesk) as site:
        given = site.post("/v1/chat/completions", json=body)
        refused = site.post("/v1/chat/completions", json=body)
    assert given.headers["x-ratelimit-remaining-requests"] == given.headers["ratelimit-remaining"] == "0"
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["error"]["type"] == "rate_limit_error"
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"


def test_not_ready_yet_and_a_body_too_large(tmp_path):
    gate = threading.Event()

    def opener(settings):
        gate.wait(60)
        return FakeHelpdesk(settings)

    app = create_app(settings_in(tmp_path), opener=opener)
    app.state.service.start()
    site = InProcess(app)
    body = {"model": "helpdesk", "messages": [user("Hej?")]}
    waiting = site.post("/v1/chat/completions", json=body)
    large = site.post("/v1/chat/completions", json={"model": "x" * 300_000})
    gate.set()
    wait_until_ready(app)
    app.state.service.close()
    assert waiting.status_code == 503
    assert waiting.json()["error"]["type"] == "server_error"
    assert waiting.headers["retry-after"]
    assert large.status_code == 413
    assert large.json()["error"]["code"] == "body_too_large"
