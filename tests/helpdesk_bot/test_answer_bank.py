"""The answer bank: found in any language, kept apart from near misses, and never served out of date."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from corpus.schema import document_versions
from corpus.storage import begin_write
from helpdesk_bot.answer_bank import add_phrasings, entries, publish
from helpdesk_bot.answer_bank.agreement import differ, named, without_names
from helpdesk_bot.answer_bank.phrasings import load_phrasings
from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings, bank_sources
from helpdesk_bot.answer_bank.staleness import sweep
from helpdesk_bot.answers import Answer, Question, answer_to_json
from helpdesk_bot.errors import EntryUnknown
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.phrases import languages
from helpdesk_bot.review import queue
from index import store
from index.chunks import FloatArray
from index.embedding import BUNDLED, open_embedder
from index.writing import DocumentWriter, withdraw
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

SV = "Hur många kommuner införde digital identitet för sina invånare?"
EN = "How many libraries lent tablets to residents?"
VI = "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?"
AT = "2026-03-02T10:00:00Z"


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the library, to be copied."""
    folder = tmp_path_factory.mktemp("stocked")
    library.fill(library.settings_for(folder), FakeEmbedder())
    return folder


@pytest.fixture
def desk(tmp_path: Path, stocked: Path) -> Iterator[Helpdesk]:
    settings = library.settings_for(tmp_path, min_confidence=0.0)
    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
    with library.helpdesk(settings) as opened:
        yield opened


@pytest.fixture
def reopened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, Any]]]:
    """What the desk was told, in order."""
    told: list[tuple[str, str, dict[str, Any]]] = []
    monkeypatch.setattr(
        queue, "reopen", lambda _connection, item, reason, detail: told.append((item, reason, detail))
    )
    return told


def bank(desk: Helpdesk, question: str, item_id: str = "item-1", **more: Any) -> tuple[str, dict[str, Any]]:
    """Ask, and approve what was answered."""
    answer = answer_to_json(desk.ask(Question(question, **more)))
    with begin_write(desk.engine) as connection:
        entry_id = publish(
            connection, item_id=item_id, answer=answer, approved_by="Anna Åström", approved_at=AT
        )
    return entry_id, answer


def from_bank(answer: Answer) -> bool:
    return answer.engine.name == "answer_bank"


@pytest.mark.parametrize(("question", "language"), [(SV, "sv"), (EN, "en"), (VI, "vi")])
def test_an_approved_answer_is_served_as_it_was_approved(
    desk: Helpdesk, question: str, language: str
) -> None:
    entry_id, approved = bank(desk, question)
    served = desk.ask(Question(question))
    document = answer_to_json(served)
    assert from_bank(served)
    assert document["review"] == {
        "status": "approved",
        "required_because": [],
        "approved_at": AT,
        "approved_by": "Anna Åström",
    }
    for name in ("sentences", "citations", "short_answer", "outcome"):
        assert document[name] == approved[name]
    assert document["text"].endswith(approved["text"])
    assert document["answer_language"] == language
    assert document["trace"]["bank"]["entry_id"] == entry_id
    for citation in served.citations:
        text = desk.catalog.text(citation.document.document_id, citation.document.version)
        assert text[citation.start_char : citation.end_char] == citation.quote


def test_the_asker_of_another_language_is_told_which_language_was_approved(desk: Helpdesk) -> None:
    bank(desk, SV)
    swedish = desk.ask(Question(SV)).text
    vietnamese = desk.ask(Question(SV, language="vi"))
    assert from_bank(vietnamese)
    assert vietnamese.answer_language == "vi"
    assert vietnamese.trace["bank"]["language"] == "sv"
    first = vietnamese.text.splitlines()[0]
    assert "2 tháng 3, 2026" in first
    assert "Tiếng Thụy Điển".casefold() in first.casefold()
    assert vietnamese.text.splitlines()[2:] == swedish.splitlines()[2:]
    assert "2 mars 2026" in swedish


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_frames_an_approved_answer(desk: Helpdesk, language: str) -> None:
    bank(desk, EN)
    served = desk.ask(Question(EN, language=language))
    assert from_bank(served)
    assert "2026" in served.text.splitlines()[0]
    assert "{" not in served.text.splitlines()[0]


def test_order_and_politeness_do_not_matter_and_further_wordings_can_be_added(desk: Helpdesk) -> None:
    bank(desk, EN)
    assert from_bank(desk.ask(Question("How many libraries lent the tablets to residents?")))
    other = "What was the number of libraries with tablets on loan?"
    assert not from_bank(desk.ask(Question(other)))
    with begin_write(desk.engine) as connection:
        assert add_phrasings(connection, "item-1", [(other, "en"), (f"  {other.upper()} ", "en")]) == 1
        assert add_phrasings(connection, "no such item", [(other, "en")]) == 0
    assert from_bank(desk.ask(Question(other)))


def test_filters_stay_with_the_answer(desk: Helpdesk) -> None:
    bank(desk, EN, filters={"kind": ("report",)})
    assert not from_bank(desk.ask(Question(EN)))
    assert not from_bank(desk.ask(Question(EN, filters={"kind": ("report",), "year": ("2024",)})))
    assert from_bank(desk.ask(Question(EN, filters={"kind": ("REPORT",)})))


def test_the_follow_up_is_banked_and_found_as_it_stands_alone(desk: Helpdesk) -> None:
    first = desk.ask(Question("Hur många kommuner i Sverige införde digital identitet?"))
    follow_up = desk.ask(Question("Och i Finland?", conversation_id=first.conversation_id))
    with begin_write(desk.engine) as connection:
        publish(
            connection,
            item_id="i",
            answer=answer_to_json(follow_up),
            approved_by="Lan",
            approved_at=AT,
        )
    stored = load_phrasings(desk.engine, desk.retriever.embed_query, "test")
    assert [phrasing.text for phrasing in stored.phrasings] == [follow_up.trace["searched_for"]]
    assert not from_bank(desk.ask(Question("Och i Finland?")))


NEAR_MISSES = [
    ("numbers", "Vad gällde 2023?", "sv", "Vad gällde 2024?", "sv"),
    ("numbers", "What applied in 2023?", "en", "Điều gì áp dụng năm 2024?", "vi"),
    ("places", "Vilka regler gäller i Litauen?", "sv", "Which rules apply in Latvia?", "en"),
    ("places", "Quy định nào áp dụng ở Phần Lan?", "vi", "Which rules apply in Sweden?", "en"),
    ("names", "Who leads the project MOSAICO?", "en", "Vem leder projektet AI4Citizens?", "sv"),
    (
        "names",
        "What does the register of Amsterdam hold?",
        "en",
        "Vad innehåller registret i Helsinki?",
        "sv",
    ),
    ("kind", "How many cities take part?", "en", "Khi nào các thành phố tham gia?", "vi"),
    ("about", "Who runs the lab?", "en", "Vad driver labbet?", "sv"),
    ("about", "Vem finansierar labbet?", "sv", "Phòng thí nghiệm được tài trợ ở đâu?", "vi"),
    ("about", "Ai vận hành phòng thí nghiệm?", "vi", "Why is the lab run?", "en"),
    ("about", "Wer leitet das Labor?", "de", "من أين يدار المختبر؟", "ar"),
    ("words", "When did the scheme start?", "en", "When did the scheme end?", "en"),
    ("words", "Är det tillåtet före valet?", "sv", "Är det tillåtet efter valet?", "sv"),
    ("parts", "What does it cost and when does it end?", "en", "Hur mycket kostar det?", "sv"),
]


@pytest.mark.parametrize(("why", "one", "one_language", "two", "two_language"), NEAR_MISSES)
def test_near_misses_are_kept_apart(
    why: str, one: str, one_language: str, two: str, two_language: str
) -> None:
    first, second = named(one, one_language), named(two, two_language)
    assert differ(first, second) is not None
    assert differ(first, second) == differ(second, first)
    if why != "parts":
        assert differ(first, second) == why


@pytest.mark.parametrize(
    ("one", "one_language", "two", "two_language"),
    [
        ("What did the 5,000 euro vouchers of 2023 pay for?", "en", "Vad gick 5 000 euro 2023 till?", "sv"),
        ("Which rules apply in Lithuania?", "en", "Quy định nào áp dụng ở Litva?", "vi"),
        ("Vem leder projektet MOSAICO?", "sv", "Ai lãnh đạo dự án MOSAICO?", "vi"),
        ("Vem leder projektet MOSAICO?", "sv", "ai lãnh đạo dự án mosaico?", "vi"),
        ("WHO LEADS THE PROJECT?", "en", "Vem leder projektet?", "sv"),
        ("Qui dirige le projet ?", "fr", "من يقود المشروع؟", "ar"),
        ("Var finns labbet?", "sv", "Gdzie jest laboratorium?", "pl"),
        ("Tại sao chọn AI?", "vi", "Why was AI chosen?", "en"),
    ],
)
def test_the_same_in_two_languages_agrees(one: str, one_language: str, two: str, two_language: str) -> None:
    assert differ(named(one, one_language), named(two, two_language)) is None


def test_what_a_question_asks_is_compared_without_its_names() -> None:
    left = without_names("When did the project MOSAICO begin in Finland?", "en")
    assert left == "When did the project begin in"
    assert without_names("MOSAICO?", "en") == "MOSAICO?"


def test_a_new_version_sends_the_answer_back_to_the_desk(
    desk: Helpdesk, reopened: list[tuple[str, str, dict[str, Any]]]
) -> None:
    entry_id, approved = bank(desk, SV)
    source = "projects/identitet.sv.md"
    changed = library.TEXTS[source].replace("57 kommuner", "61 kommuner")
    writer = DocumentWriter(desk.engine, FakeEmbedder(), desk.settings.passage_tokens)
    list(writer.commit([library.incoming(desk.settings.data_dir, source, changed)]))
    served = desk.ask(Question(SV))
    assert not from_bank(served)
    assert entries.entry(desk.engine, entry_id)["status"] == "stale"
    document_id = next(
        c["document"]["document_id"] for c in approved["citations"] if c["document"]["source"] == source
    )
    assert [(item, reason, detail["documents"][document_id]) for item, reason, detail in reopened] == [
        ("item-1", "source_changed", "changed")
    ]
    desk.ask(Question(SV))
    assert sweep(desk.engine) == 0
    assert len(reopened) == 1, "the desk is told once"
    with begin_write(desk.engine) as connection:
        again = publish(
            connection,
            item_id="item-1",
            answer=answer_to_json(served),
            approved_by="Lan",
            approved_at="2026-04-01T00:00:00Z",
        )
    assert again == entry_id
    renewed = desk.ask(Question(SV))
    assert from_bank(renewed)
    assert renewed.review.approved_by == "Lan"


def test_a_withdrawn_document_is_noticed_by_the_sweep(
    desk: Helpdesk, reopened: list[tuple[str, str, dict[str, Any]]]
) -> None:
    entry_id, approved = bank(desk, VI)
    assert sweep(desk.engine) == 0
    withdraw(desk.engine, approved["citations"][0]["document"]["document_id"])
    assert sweep(desk.engine) == 1
    assert entries.entry(desk.engine, entry_id)["reason"] == "source_changed"
    assert "withdrawn" in reopened[0][2]["documents"].values()
    assert not from_bank(desk.ask(Question(VI)))


def test_a_superseded_document_is_no_longer_served_from(
    desk: Helpdesk, reopened: list[tuple[str, str, dict[str, Any]]]
) -> None:
    _, approved = bank(desk, EN)
    source = approved["citations"][0]["document"]["source"]
    newer = (
        f"---\ntitle: Newer\nlanguage: en\nsupersedes: /{source}\n---\n# Newer\n\nSomething else entirely.\n"
    )
    newer = newer.replace(f"/{source}", source.rpartition("/")[2])
    name = f"{source.rpartition('/')[0]}/newer.en.md"
    writer = DocumentWriter(desk.engine, FakeEmbedder(), desk.settings.passage_tokens)
    list(writer.commit([library.incoming(desk.settings.data_dir, name, newer)]))
    assert not from_bank(desk.ask(Question(EN)))
    assert "not_in_force" in reopened[0][2]["documents"].values()


def test_what_was_superseded_when_it_was_approved_does_not_come_back_for_ever(
    desk: Helpdesk, reopened: list[tuple[str, str, dict[str, Any]]]
) -> None:
    question = "What does an extract from the land register cost?"
    entry_id, approved = bank(desk, question)
    with begin_write(desk.engine) as connection:
        connection.execute(update(bank_sources).values(was_behind=1))
    assert sweep(desk.engine) == 0
    assert from_bank(desk.ask(Question(question)))
    with begin_write(desk.engine) as connection:
        connection.execute(update(bank_sources).values(was_behind=0))
    cited = {citation["document"]["source"] for citation in approved["citations"]}
    expected = "rules/fees-2021.en.md" in cited
    assert bool(sweep(desk.engine)) is expected
    assert (entries.entry(desk.engine, entry_id)["status"] == "stale") is expected


def test_a_quote_that_its_document_does_not_hold_is_never_served(
    desk: Helpdesk, reopened: list[tuple[str, str, dict[str, Any]]]
) -> None:
    bank(desk, SV)
    with begin_write(desk.engine) as connection:
        connection.execute(update(document_versions).values(text="x" + document_versions.c.text))
    assert not from_bank(desk.ask(Question(SV)))
    assert set(reopened[0][2]["documents"].values()) == {"misquoted"}


def test_disabled_removed_and_switched_off_answers_are_not_served(desk: Helpdesk) -> None:
    entry_id, _ = bank(desk, SV)
    with begin_write(desk.engine) as connection:
        entries.disable(connection, entry_id)
    assert not from_bank(desk.ask(Question(SV)))
    with begin_write(desk.engine) as connection:
        entries.enable(connection, entry_id)
    assert from_bank(desk.ask(Question(SV)))
    off = library.settings_for(desk.settings.data_dir, min_confidence=0.0, switched_off=("answer_bank",))
    with library.helpdesk(off) as without:
        assert not from_bank(without.ask(Question(SV)))
    assert entries.purge(desk.engine, "item-1")
    assert not from_bank(desk.ask(Question(SV)))
    with pytest.raises(EntryUnknown):
        entries.entry(desk.engine, entry_id)


def test_an_empty_bank_embeds_nothing_and_changes_nothing(
    desk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_text: str) -> FloatArray:
        raise AssertionError("an empty bank needs no vector")

    assert desk._parts.bank is not None
    monkeypatch.setattr(desk._parts.bank, "_embed", never)
    answer = desk.ask(Question(SV))
    assert not from_bank(answer)
    assert "bank" not in answer.trace
    assert set(answer_to_json(answer)["review"]) == {"status", "required_because"}


def test_vectors_are_made_once_for_a_model_and_again_for_another(desk: Helpdesk) -> None:
    bank(desk, SV)
    made: list[str] = []

    def embed(text: str) -> FloatArray:
        made.append(text)
        return desk.retriever.embed_query(text)

    first = load_phrasings(desk.engine, embed, "model one")
    n_first = len(made)
    assert n_first > 0
    again = load_phrasings(desk.engine, embed, "model one")
    assert len(made) == n_first
    assert (first.vectors == again.vectors).all()
    load_phrasings(desk.engine, embed, "model two")
    assert len(made) == 2 * n_first
    with desk.engine.connect() as connection:
        assert set(connection.scalars(select(bank_phrasings.c.embedder))) == {"model two"}


def test_the_bank_does_not_hold_the_conversation(desk: Helpdesk) -> None:
    _, approved = bank(desk, SV)
    with desk.engine.connect() as connection:
        stored = json.dumps([dict(row) for row in connection.execute(select(bank_entries)).mappings()])
    assert approved["conversation_id"] not in stored


def test_an_answer_without_citations_is_not_banked(desk: Helpdesk) -> None:
    answer = answer_to_json(desk.ask(Question(SV))) | {"citations": []}
    with begin_write(desk.engine) as connection, pytest.raises(ValueError, match="without citations"):
        publish(connection, item_id="i", answer=answer, approved_by="Anna", approved_at=AT)


def test_two_servers_see_each_others_changes(desk: Helpdesk) -> None:
    with library.helpdesk(desk.settings) as other:
        bank(desk, SV)
        assert from_bank(other.ask(Question(SV)))
        with begin_write(other.engine) as connection:
            connection.execute(delete(bank_phrasings))
            entries.disable(connection, entries.entries(other.engine)[0][0]["entry_id"])
        assert not from_bank(desk.ask(Question(SV)))
    with desk.engine.connect() as connection:
        assert store.revision(connection) > 0


def test_the_real_model_knows_a_question_again_in_another_language(tmp_path: Path) -> None:
    settings = library.settings_for(tmp_path, min_confidence=0.0)
    model = open_embedder(BUNDLED, settings.model_cache)
    library.fill(settings, model)
    with library.helpdesk(settings, model) as desk:
        bank(desk, "Vad bör skolor lära barn om falsk information på nätet?")
        english = desk.ask(Question("What should schools teach children about false information online?"))
        vietnamese = desk.ask(Question("Nhà trường nên dạy trẻ em điều gì về thông tin sai lệch trên mạng?"))
        assert [from_bank(answer) for answer in (english, vietnamese)] == [True, True]
        assert vietnamese.answer_language == "vi"
        for other in (
            "Vad bör skolor lära barn om säkra appar på nätet?",
            "When should schools teach children about false information online?",
            "Nhà trường nên dạy trẻ em điều gì về thông tin sai lệch trên mạng ở Phần Lan?",
        ):
            assert not from_bank(desk.ask(Question(other))), other
