"""One pass of each client over the engine that ships: its model, its thresholds, the real command."""

from __future__ import annotations

import asyncio
import sys

import openai
import pytest
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from helpdesk_bot.langchain_parts import HelpdeskRetriever, HelpdeskRunnable
from index.embedding import open_embedder
from tests.api.serving import serving
from tests.helpdesk_bot import library

EN = "How many libraries lent tablets to residents?"
SV = "Hur många kommuner införde digital identitet för sina invånare?"
VI = "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?"
CROSS = "Hur många bibliotek lånade ut surfplattor till invånarna?"
UNKNOWN = "Vad kostar ett busskort i Reykjavik för pensionärer?"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    given = library.settings_for(tmp_path_factory.mktemp("real"), depth="fast")
    library.fill(given, open_embedder(given.embedder, given.model_cache))
    return given


@pytest.fixture(scope="module")
def address(settings):
    with serving(settings) as where:
        yield where


def test_the_chat_dialect(address):
    with openai.OpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0) as client:

        def ask(text, *before):
            messages = [*before, {"role": "user", "content": text}]
            return client.chat.completions.create(model="helpdesk-fast", messages=messages)

        for question, words in ((EN, "318"), (SV, "57"), (VI, "84000")):
            completion = ask(question)
            message = completion.choices[0].message
            assert words in message.content
            assert completion.helpdesk["outcome"] in ("answered", "partial")
            assert message.annotations
        first = ask(SV)
        asked = {"role": "user", "content": SV}
        said = {"role": "assistant", "content": first.choices[0].message.content}
        second = ask("Vad kostade projektet?", asked, said)
        assert "12 miljoner" in second.choices[0].message.content
        assert ask(UNKNOWN).helpdesk["outcome"].startswith("unanswerable")


def test_mcp_over_http(address):
    async def run():
        async with Client(f"{address}/mcp", read_timeout_seconds=120) as client:
            found = await client.call_tool("search_documents", {"query": CROSS, "limit": 3})
            asked = await client.call_tool("ask_helpdesk", {"question": VI, "depth": "fast"})
            return found.structured_content, asked.structured_content

    found, asked = asyncio.run(run())
    sources = [passage["document"]["source"] for passage in found["passages"]]
    assert "reports/tablets.en.md" in sources  # asked for in Swedish, written in English
    assert asked["language"] == "vi"
    assert any("84000" in citation["quote"] for citation in asked["citations"])


def test_mcp_over_stdin_and_stdout(settings, tmp_path):
    """The command as an assistant starts it: only the protocol on stdout, no question in the log."""
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "api.cli", "mcp", "--data-dir", str(settings.data_dir)]
    )
    log = tmp_path / "stderr"

    async def run():
        with log.open("w") as errors:
            async with Client(stdio_client(server, errlog=errors), read_timeout_seconds=240) as client:
                tools = await client.list_tools()
                asked = await client.call_tool("ask_helpdesk", {"question": SV, "depth": "fast"})
                refused = await client.call_tool("get_passage", {"passage_id": "none"})
                return tools.tools, asked.structured_content, refused

    tools, asked, refused = asyncio.run(run())
    assert len(tools) == 3
    assert any("57 kommuner" in citation["quote"] for citation in asked["citations"])
    assert asked["citations"][0]["link"] is None  # no site is known
    assert refused.is_error
    said = log.read_text()
    assert "Speaking MCP" in said
    assert "Traceback" not in said
    assert SV not in said


def test_langchain(address, settings):
    retriever = HelpdeskRetriever.from_server(address, k=3)
    assert "reports/tablets.en.md" in [found.metadata["source"] for found in retriever.invoke(CROSS)]
    desk = HelpdeskRunnable.from_data_dir(settings.data_dir, depth="fast")
    chain = ChatPromptTemplate.from_messages([("human", "{question}")]) | desk | StrOutputParser()
    try:
        texts = chain.batch([{"question": question} for question in (EN, SV, VI)])
    finally:
        desk.source.helpdesk.close()
    for text, words in zip(texts, ("318", "57", "84000"), strict=True):
        assert words in text
