"""The helpdesk in LangChain chains: the retriever before a prompt and a model, and the helpdesk as a step."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from langchain_core.callbacks import BaseCallbackHandler, CallbackManager
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from corpus.catalog import Catalog
from corpus.errors import MisusedError
from corpus.storage import open_engine
from helpdesk_bot.answer_sources import InThisProcess, OverHttp
from helpdesk_bot.answers import Question
from helpdesk_bot.errors import RemoteFailure
from helpdesk_bot.langchain_parts import HelpdeskRetriever, HelpdeskRunnable
from tests.helpdesk_bot import library

CASES = (
    ("How many libraries lent tablets to residents?", "en", "reports/tablets.en.md", "318"),
    (
        "Hur många kommuner införde digital identitet för sina invånare?",
        "sv",
        "projects/identitet.sv.md",
        "57",
    ),
    (
        "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?",
        "vi",
        "news/cong-dich-vu.vi.md",
        "84000",
    ),
)


@pytest.fixture(scope="module", params=["in this process", "over HTTP"])
def source(request, library_settings):
    if request.param == "over HTTP":
        yield OverHttp(request.getfixturevalue("library_address"))
        return
    with library.helpdesk(library_settings) as opened:
        yield InThisProcess(opened)


@pytest.mark.parametrize(("question", "language", "wanted", "words"), CASES)
def test_a_chain_of_retriever_prompt_and_model(source, question, language, wanted, words):
    seen = []

    def watched(prompt):
        seen.append(prompt.to_string())
        return prompt

    def numbered(documents):
        return "\n".join(f"[{n}] {document.page_content}" for n, document in enumerate(documents, 1))

    retriever = HelpdeskRetriever(source=source, k=3)
    chain = (
        {"passages": retriever | numbered, "question": RunnablePassthrough()}
        | ChatPromptTemplate.from_template("Answer from these only:\n{passages}\n\n{question}")
        | RunnableLambda(watched)
        | FakeListChatModel(responses=[f"{words} [1]"])
        | StrOutputParser()
    )
    assert chain.invoke(question) == f"{words} [1]"
    assert words in seen[0]
    assert asyncio.run(chain.ainvoke(question)) == f"{words} [1]"
    assert seen[0] == seen[1]
    assert wanted in [document.metadata["source"] for document in retriever.invoke(question)]


def test_the_documents_carry_what_a_citation_needs(source, library_settings):
    question, language, wanted, _ = CASES[1]
    first = HelpdeskRetriever(source=source, k=2).invoke(question)[0]
    about = first.metadata
    assert about["source"] == wanted
    assert about["title"] == "Digital identitet i kommunerna"
    assert (about["kind"], about["publisher"]) == ("project", "Myndigheten för identitet")
    assert about["language"] == about["document_language"] == language
    assert first.id == about["passage_id"]
    engine = open_engine(library_settings.database)
    text = Catalog(engine).text(about["document_id"], about["version"])
    engine.dispose()
    assert text[about["start_char"] : about["end_char"]] == first.page_content
    assert about["rank"] == 1


def test_filters_and_batches_of_the_retriever(source):
    retriever = HelpdeskRetriever(source=source, filters={"language": ["vi", "sv"]})
    for found in retriever.batch([case[0] for case in CASES]):
        assert found
        assert {document.metadata["document_language"] for document in found} <= {"vi", "sv"}
    with pytest.raises(ValueError, match="k"):
        HelpdeskRetriever(source=source, k=0)


@pytest.mark.parametrize(("question", "language", "wanted", "words"), CASES)
def test_the_helpdesk_as_a_step(source, question, language, wanted, words):
    desk = HelpdeskRunnable(source)
    message = desk.invoke(question)
    answer = message.response_metadata["helpdesk"]
    assert isinstance(message, AIMessage)
    assert (message.content, message.id) == (answer["text"], answer["answer_id"])
    assert answer["answer_language"] == language
    assert words in message.content
    assert wanted in [citation["document"]["source"] for citation in answer["citations"]]
    pieces = list(desk.stream(question))
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += piece
    assert len(pieces) > 2
    assert whole.content == message.content
    assert whole.response_metadata["helpdesk"]["citations"] == answer["citations"]
    chain = ChatPromptTemplate.from_messages([("human", "{question}")]) | desk | StrOutputParser()
    assert chain.invoke({"question": question}) == message.content
    assert "".join(chain.stream({"question": question})) == message.content


def test_batch_and_async_keep_the_order(source):
    desk = HelpdeskRunnable(source)
    questions = [case[0] for case in CASES]
    languages = [case[1] for case in CASES]

    async def streamed(question):
        return "".join([str(piece.content) async for piece in desk.astream(question)])

    async def all_of_them():
        return await desk.abatch(questions), [await streamed(question) for question in questions]

    plain = desk.batch(questions)
    by_async, texts = asyncio.run(all_of_them())
    assert [m.response_metadata["helpdesk"]["answer_language"] for m in plain] == languages
    assert [m.content for m in by_async] == [m.content for m in plain] == texts


def test_messages_are_history_and_question(source):
    question, _, _, _ = CASES[0]
    first = HelpdeskRunnable(source).invoke(question)
    talk = [
        SystemMessage("Speak like a pirate."),
        HumanMessage(question),
        first,
        HumanMessage("And how long is each loan?"),
    ]
    second = HelpdeskRunnable(source).invoke(talk)
    quotes = [citation["quote"] for citation in second.response_metadata["helpdesk"]["citations"]]
    assert any("three weeks" in quote for quote in quotes)


class Noted:
    """A source that keeps what it is asked."""

    def __init__(self):
        self.asked = []

    def ask(self, question):
        self.asked.append(question)
        return {"text": "Svar.", "answer_id": "a", "citations": []}


def test_the_fields_of_a_question():
    noted = Noted()
    desk = HelpdeskRunnable(noted, language="sv", filters={"kind": ["report"]}, depth="deep")
    desk.invoke("Vad  gäller\u0007?")
    desk.invoke({"question": "Vad?", "language": "vi", "filters": {"year": "2024"}, "depth": None})
    assert noted.asked == [
        Question("Vad gäller?", "sv", {"kind": ("report",)}, depth="deep"),
        Question("Vad?", "vi", {"year": ("2024",)}, depth="deep"),
    ]


@pytest.mark.parametrize(
    "asked",
    ["  ", {}, {"question": "Vad?", "colour": "red"}, [], [SystemMessage("Hej")], [AIMessage("Hej")]],
)
def test_what_is_no_question_is_refused(asked):
    noted = Noted()
    with pytest.raises(MisusedError):
        HelpdeskRunnable(noted).invoke(asked)
    assert not noted.asked


def test_a_server_s_refusal_is_told(library_address):
    refusing = HelpdeskRetriever.from_server(library_address, filters={"year": ["soon"]})
    with pytest.raises(RemoteFailure, match="bad_filter"):
        refusing.invoke("Vad?")
    with pytest.raises(RemoteFailure, match="cannot be reached"):
        HelpdeskRunnable.from_server("http://127.0.0.1:9").invoke("Vad?")
    with pytest.raises(RemoteFailure, match="method_not_allowed"):
        HelpdeskRunnable.from_server(f"{library_address}/static").invoke("Vad?")


class Starts(BaseCallbackHandler):
    def __init__(self):
        self.names = []

    def on_chain_start(self, serialized, inputs, **kwargs):
        self.names.append(kwargs.get("name"))

    def on_retriever_start(self, serialized, query, **kwargs):
        self.names.append(kwargs.get("name"))


def test_nothing_is_traced_but_callbacks_run(monkeypatch, library_settings):
    from langchain_core.tracers.langchain import LangChainTracer
    from langsmith.utils import get_env_var

    made = []

    def fail(*_args, **_kwargs):
        made.append("a tracer")
        raise RuntimeError

    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
    monkeypatch.setattr(LangChainTracer, "__init__", fail)
    get_env_var.cache_clear()
    seen = Starts()
    with library.helpdesk(library_settings) as opened:
        source = InThisProcess(opened)
        HelpdeskRunnable(source).invoke(CASES[0][0], {"callbacks": [seen]})
        HelpdeskRetriever(source=source).invoke(CASES[0][0], {"callbacks": [seen]})
    assert seen.names == ["HelpdeskRunnable", "HelpdeskRetriever"]
    assert made == []
    CallbackManager.configure()
    assert made == ["a tracer"]  # what was kept off above works otherwise
    monkeypatch.undo()
    get_env_var.cache_clear()


def test_who_builds_no_chain_does_not_load_the_library():
    program = (
        "import sys, api.app, api.commands.asking, helpdesk_bot.helpdesk, helpdesk_bot.answer_sources\n"
        "print([name for name in ('langchain_core', 'langsmith', 'mcp') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
