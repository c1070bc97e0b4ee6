"""The small parts: questions, limits, workers, markup, words, passages."""

from __future__ import annotations

import asyncio
import json
import string
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import limits, messages, questions
from api.copying import copies
from api.errors import BadRange, Overloaded, Stopping
from api.markup import Foreign, blocks
from api.reading import highlighted
from api.workers import Workers
from corpus.documents import Block, Document, Metadata, Section

# Questions


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_a_cleaned_text_can_be_stored_and_stays_clean(text: str) -> None:
    cleaned = questions.clean(text)
    cleaned.encode("utf-8")
    assert questions.clean(cleaned) == cleaned
    assert not set(cleaned) & {"\x00", "\r", "\U000e0041"}


@pytest.mark.parametrize(
    ("given_code", "code"), [("sv-SE", "sv"), ("VI", "vi"), ("auto", None), ("", None), (None, None)]
)
def test_language_codes(given_code: str | None, code: str | None) -> None:
    assert questions.read_language(given_code) == code


# Limits


def test_a_bucket_empties_refills_and_is_one_clients_own() -> None:
    now = [0.0]
    buckets = limits.TokenBuckets(burst=3, per_minute=60, clock=lambda: now[0])
    assert [buckets.take("a").allowed for _ in range(4)] == [True, True, True, False]
    assert buckets.take("a").retry_after_s == 1
    assert buckets.take("b").allowed
    now[0] += 1.0
    assert [buckets.take("a").allowed for _ in range(2)] == [True, False]
    now[0] += 1000
    assert [buckets.take("a").allowed for _ in range(4)] == [True, True, True, False]


def test_many_clients_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CLIENTS", 10)
    buckets = limits.TokenBuckets(burst=1, per_minute=1)
    for number in range(100):
        buckets.take(str(number))
    assert len(buckets._buckets) == 10


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_who_counts_as_one_client(host: str | None, key: str) -> None:
    assert limits.client_key(host) == key


# Workers


def test_threads_end_with_the_task_that_they_are_at() -> None:
    before = set(threading.enumerate())
    release, running = threading.Event(), threading.Event()
    begun: list[str] = []
    workers = Workers(2, max_waiting=2)
    threads = set(threading.enumerate()) - before

    def wait() -> None:
        running.set()
        release.wait(120)
        begun.append("xong")

    for _ in range(2):
        running.clear()
        workers.submit(wait)
        assert running.wait(120)
    workers.submit(lambda: begun.append("inte påbörjad"))
    workers.close()
    release.set()
    for thread in threads:
        thread.join(120)
    assert len(threads) == 2
    assert not any(thread.is_alive() for thread in threads)
    assert begun == ["xong"] * 2


def test_work_is_done_aside_and_too_much_of_it_refused() -> None:
    release, running = threading.Event(), threading.Event()
    workers = Workers(1, max_waiting=1)

    def wait() -> str:
        running.set()
        release.wait(60)
        return "xong"

    async def scenario() -> list[object]:
        first = asyncio.ensure_future(workers.run(wait))
        await asyncio.to_thread(running.wait, 60)
        second = asyncio.ensure_future(workers.run(lambda: "två"))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await workers.run(lambda: "three")
        release.set()
        return [await first, await second]

    assert asyncio.run(scenario()) == ["xong", "två"]


def test_who_waits_when_the_server_ends_is_told() -> None:
    release, running = threading.Event(), threading.Event()
    workers = Workers(1, max_waiting=1)

    def wait() -> str:
        running.set()
        release.wait(60)
        return "xong"

    async def scenario() -> str:
        first = asyncio.ensure_future(workers.run(wait))
        await asyncio.to_thread(running.wait, 60)
        second = asyncio.ensure_future(workers.run(lambda: "två"))
        await asyncio.sleep(0)
        workers.close()
        with pytest.raises(Stopping):
            await asyncio.wait_for(second, 60)
        with pytest.raises(Stopping):
            await asyncio.wait_for(workers.run(lambda: "ba"), 60)
        release.set()
        return await first

    assert asyncio.run(scenario()) == "xong"


def test_what_the_work_raises_is_raised() -> None:
    def fail() -> None:
        raise LookupError("saknas")

    with pytest.raises(LookupError, match="saknas"):
        asyncio.run(Workers(1, 1).run(fail))


# Markup


def test_text_becomes_paragraphs_lists_and_citations() -> None:
    text = "Dokumenten säger följande.\n\n- “Một câu.” [1]\n- **Två** saker [2] [9]\n\n> quoted\n> further"
    lead, items, quote = blocks(text, frozenset({1, 2}), [Foreign("Một câu.", "vi")])
    assert lead.items[0][0].text == "Dokumenten säger följande."
    assert items.kind == "list"
    assert [(piece.text, piece.language, piece.number) for piece in items.items[0]] == [
        ("“", None, None),
        ("Một câu.", "vi", None),
        ("”\u00a0", None, None),
        ("1", None, 1),
    ]
    assert [piece.kind for piece in items.items[1]] == ["strong", "text", "citation", "text"]
    assert items.items[1][-1].text == " [9]"
    assert (quote.kind, quote.items[0][0].text) == ("quote", "quoted further")


@given(st.text(alphabet=string.ascii_letters + " \n[]12*->åế", max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_word_of_an_answer_is_lost(text: str) -> None:
    shown = "".join(
        piece.text
        for block in blocks(text, frozenset({1}), [Foreign("a", "sv")])
        for item in block.items
        for piece in item
    )
    assert [c for c in shown if c.isalpha()] == [c for c in text if c.isalpha()]


# Copies


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "“Một câu.”"),
        ("sv", "”Một câu.”"),
        ("de", "„Một câu.“"),
        ("ar", "«\u2068Một câu.\u2069»"),
        ("ja", "“Một câu.”"),
    ],
)
def test_a_copy_quotes_its_sources_as_the_reader_writes_quotes(language: str, line: str) -> None:
    document = {"title": "Cổng", "kind": "report", "publisher": "", "date": "2025", "url": None}
    citation = {
        "citation_id": "c1", "number": 1, "quote": "Một\ncâu.", "language": "vi", "page": None,
        "document": document,
    }  # fmt: skip
    answer = {"question": "Hỏi?", "text": "…", "citations": [citation]}
    words = messages.messages(language)
    plain = copies(answer, words, language, "label", None).plain
    assert f"\n    {line}\n" in plain


# The pages' words


@pytest.mark.parametrize("part", messages.parts())
def test_the_catalogues_have_the_same_keys_and_placeholders(part: str) -> None:
    placeholders = {}
    for language in messages.languages(part):
        words = messages.messages(language, part)
        placeholders[language] = {
            key: sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)
            for key, text in words.items()
        }
        assert all(text.strip() for text in words.values())
    assert set(placeholders) >= {"en", "sv", "vi"}
    assert all(found == placeholders["en"] for found in placeholders.values())


@pytest.mark.parametrize(
    ("wanted", "header", "language"),
    [
        ("vi", "sv", "vi"),
        (None, "sv-SE,sv;q=0.9,en;q=0.5", "sv"),
        (None, "et,vi;q=0.3,en;q=0.2", "vi"),
        (None, "en;q=0.1,sv;q=0.8", "sv"),
        (None, "sv;q=0,en;q=0.5", "en"),
        (None, "zz;q=a, ;;;", "en"),
        ("xx", "", "en"),
    ],
)
def test_the_page_language(wanted: str | None, header: str, language: str) -> None:
    assert messages.negotiate(wanted, header) == language


# Passages


def make(text: str) -> Document:
    cut = len(text) // 2
    sections = (
        Section(0, cut, 1, ("A",), "en", (Block(0, min(3, cut), "heading"),)),
        Section(cut, len(text), 2, ("B",), "sv", ()),
    )
    return Document(text, sections, Metadata("T", language="en"), "text/plain")


@given(st.text(min_size=2, max_size=60), st.data())
@settings(max_examples=200, deadline=None)
def test_segments_give_the_text_back_and_the_quote_exactly(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    page, segments = highlighted(make(text), start, end)
    assert "".join(segment.text for segment in segments) == text
    assert "".join(segment.text for segment in segments if segment.quoted) == text[start:end]
    assert [segment.first for segment in segments].count(True) == 1
    assert page == (1 if start < len(text) // 2 else 2)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 3), (0, 99), (None, 3), (3, None)])
def test_a_span_outside_the_text_is_refused(start: int | None, end: int | None) -> None:
    with pytest.raises(BadRange):
        highlighted(make("Xin chào"), start, end)


def test_the_test_packages_are_pinned_without_addresses() -> None:
    root = Path(__file__).parents[2]
    wanted = json.loads((root / "package.json").read_text())["devDependencies"]
    locked = json.loads((root / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert "resolved" not in locked[f"node_modules/{name}"]
