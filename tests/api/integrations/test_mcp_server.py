"""The official SDK's client over HTTP; over stdin and stdout: test_real_engine.py."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from mcp import Client

from api.app import create_app
from api.mcp_server.http import host_names, site
from corpus.catalog import Catalog
from corpus.storage import open_engine
from tests.api.conftest import InProcess
from tests.api.serving import serving
from tests.helpdesk_bot import library

HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
LIST_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def over(target, work):
    """Run a piece of work with a connected client."""

    async def run():
        async with Client(target, read_timeout_seconds=120) as client:
            return await work(client)

    return asyncio.run(run())


def call(target, tool, arguments):
    return over(target, lambda client: client.call_tool(tool, arguments))


@pytest.fixture(scope="module")
def mcp_address(library_address):
    return f"{library_address}/mcp"


def test_the_tools_describe_themselves(mcp_address):
    listed = over(mcp_address, lambda client: client.list_tools())
    tools = {tool.name: tool for tool in listed.tools}
    assert sorted(tools) == ["ask_helpdesk", "get_passage", "search_documents"]
    for tool in tools.values():
        assert tool.title
        assert len(tool.description) > 60
        assert tool.output_schema["type"] == "object"
        for name, argument in tool.input_schema["properties"].items():
            assert argument.get("description"), (tool.name, name)
    assert tools["search_documents"].annotations.read_only_hint
    assert "passages" in tools["search_documents"].output_schema["properties"]


@pytest.mark.parametrize("question", list(library.QUESTIONS))
def test_a_question_is_answered_with_quotes(mcp_address, library_settings, question):
    language, source, words = library.QUESTIONS[question]
    result = call(mcp_address, "ask_helpdesk", {"question": question})
    assert not result.is_error
    answer = result.structured_content
    assert answer["language"] == language
    cited = [citation for citation in answer["citations"] if words in citation["quote"]]
    assert source in [citation["document"]["source"] for citation in cited]
    engine = open_engine(library_settings.database)
    for citation in answer["citations"]:
        document = citation["document"]
        text = Catalog(engine).text(document["document_id"], document["version"])
        assert text[citation["start_char"] : citation["end_char"]] == citation["quote"]
        assert f"[{citation['number']}]" in answer["text"]
    engine.dispose()


def test_a_quote_of_a_replaced_document_says_what_holds_in_its_place(mcp_address):
    question = "What does an extract from the land register cost under the rules of 2021?"
    filters = {"source": ["rules/fees-2021.en.md"]}
    answer = call(mcp_address, "ask_helpdesk", {"question": question, "filters": filters}).structured_content
    said = {(each["in_force"], each["replaced_by"]) for each in answer["citations"]}
    assert said == {(False, "Fees for land register extracts")}


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("libraries lent tablets", "reports/tablets.en.md"),
        ("kommuner digital identitet", "projects/identitet.sv.md"),
        ("Cổng dịch vụ công tiếp nhận hồ sơ", "news/cong-dich-vu.vi.md"),
    ],
)
def test_search_then_open(mcp_address, query, source):
    async def both(client):
        found = await client.call_tool("search_documents", {"query": query, "limit": 3})
        first = found.structured_content["passages"][0]
        arguments = {"passage_id": first["passage_id"], "context_chars": 40}
        opened = await client.call_tool("get_passage", arguments)
        return first, opened.structured_content

    first, opened = over(mcp_address, both)
    assert first["document"]["source"] == source
    assert first["rank"] == 1
    assert opened["text"] == first["text"]
    assert opened["in_force"]
    assert len(opened["before"]) <= 40
    assert opened["document"] == first["document"]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_clients_of_both_generations_of_the_protocol(mcp_address, mode):
    question, (_, source, _) = list(library.QUESTIONS.items())[2]

    async def run():
        async with Client(mcp_address, mode=mode, read_timeout_seconds=120) as client:
            listed = await client.list_tools()
            return listed, await client.call_tool("ask_helpdesk", {"question": question})

    listed, asked = asyncio.run(run())
    assert len(listed.tools) == 3
    cited = [citation["document"]["source"] for citation in asked.structured_content["citations"]]
    assert source in cited
    assert asked.content[0].type == "text"  # for clients that read no structured content


def test_pages_of_a_search_do_not_overlap(mcp_address):
    async def all_pages(client):
        seen, offset = [], 0
        while offset is not None and len(seen) < 30:
            arguments = {"query": "digital", "limit": 2, "offset": offset}
            page = (await client.call_tool("search_documents", arguments)).structured_content
            seen += [passage["passage_id"] for passage in page["passages"]]
            offset = page["next_offset"]
        return seen

    seen = over(mcp_address, all_pages)
    assert len(seen) > 4
    assert len(seen) == len(set(seen))


def test_filters_narrow(mcp_address):
    arguments = {"query": "digital", "filters": {"language": ["sv"]}, "limit": 20}
    found = call(mcp_address, "search_documents", arguments).structured_content
    assert {passage["document"]["language"] for passage in found["passages"]} == {"sv"}


def test_a_conversation_goes_on(mcp_address):
    async def both(client):
        first = await client.call_tool("ask_helpdesk", {"question": next(iter(library.QUESTIONS))})
        given = first.structured_content["conversation_id"]
        more = {"question": "And how long is each loan?", "conversation_id": given}
        second = await client.call_tool("ask_helpdesk", more)
        return given, second.structured_content

    given, second = over(mcp_address, both)
    assert second["conversation_id"] == given
    assert any("three weeks" in citation["quote"] for citation in second["citations"])


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("get_passage", {"passage_id": "none"}, "passage_not_found"),
        ("search_documents", {"query": " \u200b "}, "question_empty"),
        ("search_documents", {"query": "x", "filters": {"year": ["soon"]}}, "bad_filter"),
        ("search_documents", {"query": "x", "limit": 1000}, "limit"),
        ("search_documents", {"query": "x", "filters": {"colour": ["red"]}}, "colour"),
        ("ask_helpdesk", {"question": "x" * 3000}, "question_too_long"),
        ("ask_helpdesk", {"question": "Vad?", "language": "svenska!"}, "bad_language"),
    ],
)
def test_errors_are_told_to_the_tool_s_caller(mcp_address, tool, arguments, says):
    result = call(mcp_address, tool, arguments)
    assert result.is_error
    assert says in result.content[0].text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example:80"}, 421),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "localhost:8000", "origin": "http://localhost:8000"}, 200),
        ({"authorization": "Bearer hdk_abcdefgh_wrong"}, 401),
        ({"authorization": "Bearer something else"}, 200),
        ({"content-type": "text/plain"}, 400),
    ],
)
def test_only_known_hosts_origins_and_keys(mcp_address, headers, status):
    reply = httpx.post(mcp_address, json=LIST_TOOLS, headers=HEADERS | headers, timeout=60)
    assert reply.status_code == status


def test_other_methods_are_refused(mcp_address):
    for method in ("GET", "DELETE", "PUT"):
        reply = httpx.request(method, mcp_address, headers=HEADERS)
        assert reply.status_code == 405
        assert reply.headers["allow"] == "POST"


def test_the_requests_are_limited(library_settings):
    limited = library_settings.model_copy(update={"rate_limit_burst": 2, "rate_limit_per_minute": 1})
    with serving(limited, library.helpdesk) as address:
        replies = [
            httpx.post(f"{address}/mcp", json=LIST_TOOLS, headers=HEADERS, timeout=60) for _ in range(3)
        ]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert int(replies[-1].headers["retry-after"]) > 0


def test_the_names_that_a_server_may_be_called_by(tmp_path):
    settings = library.settings_for(tmp_path, public_url="https://helpdesk.example", host="0.0.0.0")
    assert host_names(settings) == ("127.0.0.1", "localhost", "[::1]", "helpdesk.example")
    assert site(settings) == "https://helpdesk.example"
    assert "[fd00::1]" in host_names(library.settings_for(tmp_path, host="fd00::1"))


def test_without_a_lifespan_a_request_is_answered_too(library_settings):
    app = create_app(library_settings, opener=lambda given: library.helpdesk(given))
    site = InProcess(app)
    for _ in range(2):  # each in an event loop of its own
        reply = site.post("/mcp", json=LIST_TOOLS, headers=HEADERS | {"host": "localhost"})
        assert reply.status_code == 200
        assert len(reply.json()["result"]["tools"]) == 3
