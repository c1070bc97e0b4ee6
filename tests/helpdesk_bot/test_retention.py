"""Erasing is complete: canary texts are looked for in every byte of the data directory."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from corpus.schema import metadata
from corpus.storage import begin_write
from evals.reported_cases import Expectation, write_reported_case
from helpdesk_bot import audit, retention
from helpdesk_bot.answer_bank.publishing import add_phrasings, publish
from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings
from helpdesk_bot.answers import Answer, Citation, CitedDocument, EngineInfo, Review, Sentence, answer_to_json
from helpdesk_bot.database import open_database
from helpdesk_bot.delivery import outbox
from helpdesk_bot.delivery.schema import outbox as outbox_table
from helpdesk_bot.errors import OperationRefused
from helpdesk_bot.feedback import Feedback, give
from helpdesk_bot.operations import erasing
from helpdesk_bot.records import Records
from helpdesk_bot.review import queue
from helpdesk_bot.review.schema import review_items
from helpdesk_bot.schema import answers, conversations
from helpdesk_bot.settings import Settings
from tests.helpdesk_bot import library

CANARIES = {
    "en": "Which zqcanaryen grants are open to small firms?",
    "sv": "Vilka zqcanarysv-bidrag är öppna för småföretag i Åmål?",
    "vi": "Khoản hỗ trợ zqcanaryvi nào đang mở cho doanh nghiệp nhỏ?",
}


def answer(question: str, language: str, number: int, conversation: str) -> Answer:
    document = CitedDocument("doc1", "Title", "report", None, None, "en", None, "a.en.md", 1)
    cited = Citation("cit_1", 1, "p1", document, None, (), 0, 5, "A fact", "en")
    return Answer(
        answer_id=str(number) * 32,
        conversation_id=conversation,
        created_at="2026-01-31T09:30:00Z",
        question=question,
        question_language=language,
        answer_language=language,
        outcome="answered",
        outcome_reason=None,
        confidence=0.9,
        engine=EngineInfo("extractive"),
        text=f"About {question} [1]",
        sentences=(Sentence("A fact", ("cit_1",), "supported", 0.9),),
        citations=(cited,),
        short_answer=None,
        related=(),
        review=Review(),
        trace={"searched_for": f"{question} stand-alone", "notes": []},
    )


def leave_traces(engine: Engine, settings: Settings, language: str, number: int) -> str:
    """Write a canary to everything that a conversation can reach; return the conversation's id."""
    canary, conversation = CANARIES[language], f"conversation{number}"
    given = answer(canary, language, number, conversation)
    Records(engine).add(given)
    taken = give(engine, Feedback(given.answer_id, False, "incorrect", f"note {canary}"))
    assert taken.item_id
    with begin_write(engine) as connection:
        queue.ask_about(connection, given.answer_id, f"please {canary}", f"{language}@example.org", language)
        queue.ask_directly(connection, f"{canary} direct", language, conversation, f"direct {canary}", None)
        final = answer_to_json(given)
        publish(connection, item_id=taken.item_id, answer=final, approved_by="Åsa", approved_at="2026-02-01")
        payload = {"to": f"{language}@example.org", "question": canary, "answer": final, "key": f"k{number}"}
        outbox.enqueue(connection, "email", payload)
    write_reported_case(
        settings.data_dir, final, Expectation(answerable=False), [str(settings.data_dir / "suites")]
    )
    run = settings.data_dir / "evals" / "runs" / f"run-{number}"
    run.mkdir(parents=True)
    lines = [{"id": "c1", "question": canary}, {"id": "c2", "question": "Something else entirely?"}]
    (run / "outputs.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    (run / "report.html").write_text(f"<p>{canary}</p>", "utf-8")
    return conversation


def holding(data_dir: Path, mark: str) -> list[str]:
    """Return the files of the data directory, write-ahead log included, that hold a text's bytes."""
    files = [path for path in sorted(data_dir.rglob("*")) if path.is_file()]
    assert any(path.name == "helpdesk.db" for path in files)
    return [str(path) for path in files if mark.encode() in path.read_bytes()]


def test_every_table_is_erased_from_or_known_to_hold_nothing() -> None:
    assert not erasing.ERASED_FROM & erasing.HOLDS_NOTHING
    assert set(metadata.tables) == erasing.ERASED_FROM | erasing.HOLDS_NOTHING


def test_no_byte_of_an_erased_conversation_is_left_and_the_others_stay(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    engine = open_database(settings)
    ids = {language: leave_traces(engine, settings, language, n) for n, language in enumerate(CANARIES, 1)}
    for language in CANARIES:
        assert len(holding(data_dir, f"zqcanary{language}")) >= 4  # the test can see what it looks for
    # The engine above stays open, as that of a server beside which the command runs.
    erased = retention.erase(settings, ids["sv"])
    assert erased.bytes_gone
    assert erased.n_conversations == 1
    expected = {"answers", "conversations", "feedback", "review_items", "review_texts", "review_requests"}
    assert set(erased.rows) >= expected | {"bank_entries", "bank_phrasings", "outbox"}
    assert holding(data_dir, "zqcanarysv") == []
    assert holding(data_dir, "sv@example.org") == []
    for language in ("en", "vi"):
        assert len(holding(data_dir, f"zqcanary{language}")) >= 4
        assert Records(engine).earlier(ids[language])
    assert "Something else entirely?" in (data_dir / "evals/runs/run-2/outputs.jsonl").read_text()
    log = json.dumps([entry.to_json() for entry in audit.latest(engine)], ensure_ascii=False)
    assert "conversation.erased" in log
    assert ids["sv"] not in log
    # Again, and of nobody: no error, nothing more.
    assert retention.erase(settings, ids["sv"]).rows == {}
    engine.dispose()


def run_of(data_dir: Path, name: str, lines: list[dict[str, object]], told: str, said: str) -> Path:
    run = data_dir / "evals" / "runs" / name
    run.mkdir(parents=True)
    (run / "outputs.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    text = json.dumps({"document_id": "doc1", "version": 1, "text": f"{said}\n\nYes."}, ensure_ascii=False)
    (run / "texts.jsonl").write_text(f"{text}\n", "utf-8")
    (run / "report.html").write_text(f"<p>{told}</p>", "utf-8")
    return run


def quoting(question: str, quote: str, heading: str, text: str) -> dict[str, object]:
    citation = {"quote": quote, "heading_path": [heading], "document": {"title": "Title"}}
    sentence = {"text": " ".join(quote.split())}
    found = {"question": question, "text": text, "sentences": [sentence], "citations": [citation]}
    return {"id": "c", "answer": found}


@pytest.mark.parametrize("language", CANARIES)
def test_a_question_that_stands_in_a_document_takes_nothing_of_the_document_along(
    data_dir: Path, language: str
) -> None:
    """A list of questions and answers asks in the words that people ask in."""
    settings = library.settings_for(data_dir)
    engine = open_database(settings)
    asked = CANARIES[language]
    quote = f"Ask us: {asked.replace(' ', chr(10), 1)} Write to the office."
    by_quote = quoting("Which office?", quote, "Title", f"See below.\n\n- {' '.join(quote.split())} [1]")
    by_heading = quoting("Which page?", "Write to the office.", asked, "- Write to the office. [1]")
    told = quoting("Which desk?", quote, "Title", f"About {asked}: nothing.")
    of_others = run_of(data_dir, "others", [by_quote, by_heading], asked, asked)
    both = run_of(data_dir, "both", [by_quote, {"id": "c1", "question": asked}, told], asked, asked)
    of_nobody = run_of(data_dir, "stale", [{"id": "c1", "question": "Which office?"}], asked, "Office")
    before = {path: path.read_bytes() for path in of_others.iterdir()}
    given = answer(asked, language, 1, "conversation1")
    cited = dataclasses.replace(given.citations[0], quote=quote)
    said = Sentence(" ".join(quote.split()), ("cit_1",), "supported", 0.9)
    given = dataclasses.replace(given, citations=(cited,), sentences=(said,))
    Records(engine).add(given)
    taken = give(engine, Feedback(given.answer_id, False, "incorrect", None))
    assert taken.item_id
    with begin_write(engine) as connection:
        final = answer_to_json(given)
        publish(connection, item_id=taken.item_id, answer=final, approved_by="Åsa", approved_at="2026-02-01")
        add_phrasings(connection, taken.item_id, [("Vem svarar?", "sv")])
    assert retention.erase(settings, "conversation1").n_lines == 3
    assert {path: path.read_bytes() for path in of_others.iterdir()} == before
    assert [json.loads(line) for line in (both / "outputs.jsonl").read_text().splitlines()] == [by_quote]
    assert (both / "texts.jsonl").read_bytes() == before[of_others / "texts.jsonl"]
    assert not (both / "report.html").exists()
    assert not (of_nobody / "report.html").exists()  # made of lines that are gone
    with engine.connect() as connection:
        kept = connection.execute(select(bank_entries)).mappings().one()["answer"]
    assert kept["question"] == "Vem svarar?"
    assert kept["text"] == "About … [1]"
    assert kept["sentences"][0]["text"] == said.text
    assert kept["citations"][0]["quote"] == quote
    engine.dispose()


def test_an_entry_that_others_asked_for_stays_under_their_wording(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    engine = open_database(settings)
    conversation = leave_traces(engine, settings, "vi", 1)
    with begin_write(engine) as connection:
        item_id = connection.execute(select(bank_entries.c.item_id)).scalar_one()
        add_phrasings(connection, item_id, [("Hỗ trợ nào cho công ty nhỏ ở tỉnh?", "vi")])
    retention.erase(settings, conversation)
    assert holding(data_dir, "zqcanaryvi") == []
    with engine.connect() as connection:
        entry = connection.execute(select(bank_entries)).mappings().one()
        phrasings = connection.execute(select(bank_phrasings.c.text)).scalars().all()
    assert phrasings == ["Hỗ trợ nào cho công ty nhỏ ở tỉnh?"]
    assert entry["question"] == entry["answer"]["question"] == phrasings[0]
    engine.dispose()


def test_retention_erases_by_the_last_answer_and_by_the_limit_in_force(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    engine = open_database(settings)
    records = Records(engine)
    records.add(answer("An old question?", "en", 1, "old"))
    records.add(answer("Một câu hỏi cũ?", "vi", 2, "mixed"))
    new = dataclasses.replace(answer("En ny fråga?", "sv", 3, "mixed"), created_at="2999-01-01T00:00:00Z")
    records.add(new)
    with begin_write(engine) as connection:
        queue.ask_directly(connection, "Asked long ago?", "en", "direct", None, None)
        connection.execute(
            update(review_items).values(created_at="2020-01-01", updated_at="2020-01-01T00:00:00Z")
        )
    retention.set_limits(engine, retention.Limits(1, 3650), "acc1")
    kept = retention.run_retention(settings)
    assert (
        kept.rows == {"review_items": 1, "review_texts": 1, "review_requests": 1} or kept.n_conversations <= 1
    )
    assert count(engine, conversations) == 2
    retention.set_limits(engine, retention.Limits(1, 1), "acc1")
    retention.run_retention(settings)
    assert count(engine, conversations) == 1
    assert count(engine, answers) == 2
    assert count(engine, review_items) == 0
    engine.dispose()


def count(engine: Engine, table: object) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]  # a table


@pytest.mark.parametrize(("visible", "kept"), [(0, 5), (6, 5), (1, 3651)])
def test_limits_that_cannot_be_are_refused(data_dir: Path, visible: int, kept: int) -> None:
    settings = library.settings_for(data_dir)
    engine = open_database(settings)
    with pytest.raises(OperationRefused):
        retention.set_limits(engine, retention.Limits(visible, kept), "acc1")
    assert retention.limits(engine, settings) == retention.Limits(90, 365)
    engine.dispose()


def test_common_words_of_an_asker_take_nothing_of_others_along(data_dir: Path) -> None:
    """What somebody writes may be a name that every file uses, or the very words of somebody else."""
    settings = library.settings_for(data_dir)
    engine = open_database(settings)
    leave_traces(engine, settings, "vi", 1)
    own_suite = data_dir / "suites" / "mine"
    own_suite.mkdir(parents=True)
    by_hand = json.dumps({"id": "m1", "question": CANARIES["vi"], "answerable": True}) + "\n"
    (own_suite / "cases.jsonl").write_text(by_hand)
    config = data_dir / "evals" / "runs" / "run-1" / "config.json"
    config.write_text(json.dumps({"suite": "reported", "system": "helpdesk", "id": "c1"}))
    before = {path: path.read_bytes() for path in (data_dir / "evals").rglob("*") if path.is_file()}
    with begin_write(engine) as connection:
        n_messages = count(engine, outbox_table)
        for n, note in enumerate(["id", "question", "reported", "answer", "vi", "language", "to"]):
            queue.ask_directly(connection, f"Q{n} ok?", "en", "vi", note, None)  # whose id is a word, too
    erased = retention.erase(settings, "vi")
    assert erased.rows["review_items"] == 7
    assert {path: path.read_bytes() for path in before} == before
    assert config.exists()
    assert count(engine, outbox_table) == n_messages
    # The same question, asked by somebody else as well, and served from the bank.
    Records(engine).add(answer(CANARIES["vi"], "vi", 7, "same-words"))
    retention.erase(settings, "same-words")
    with engine.connect() as connection:
        entry = connection.execute(select(bank_entries)).mappings().one()
        assert CANARIES["vi"] in connection.execute(select(bank_phrasings.c.text)).scalars().all()
    assert entry["question"] == entry["answer"]["question"] == CANARIES["vi"]
    assert (own_suite / "cases.jsonl").read_text() == by_hand
    engine.dispose()


@pytest.mark.parametrize(("target", "left"), [("in_review", "queued"), ("released", "closed")])
def test_a_question_merged_into_an_erased_one_is_not_lost(data_dir: Path, target: str, left: str) -> None:
    settings = library.settings_for(data_dir)
    engine = open_database(settings)
    with begin_write(engine) as connection:
        one = queue.ask_directly(connection, "Vilka bidrag finns i Åmål?", "sv", "c-one", None, None)
        two = queue.ask_directly(connection, "Finns det bidrag i Åmål?", "sv", "c-two", None, None)
        table = review_items
        connection.execute(update(table).where(table.c.item_id == one).values(state=target))
        merged = {"state": "merged", "merged_into": one, "is_open": 0}
        connection.execute(update(table).where(table.c.item_id == two).values(**merged))
    retention.erase(settings, "c-one")
    with engine.connect() as connection:
        row = connection.execute(select(review_items)).mappings().one()
    assert (row["item_id"], row["state"], row["merged_into"]) == (two, left, None)
    assert row["is_open"] == (left == "queued")
    engine.dispose()
