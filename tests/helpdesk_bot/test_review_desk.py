"""The review desk: ways in, editing, two people at once, releasing, and a timeline that only grows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from corpus.storage import begin_write
from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings
from helpdesk_bot.answers import Question
from helpdesk_bot.delivery.schema import outbox
from helpdesk_bot.errors import AnswerUnknown
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.review import asker, policy, queue
from helpdesk_bot.review.desk import Person, Query, ReviewDesk
from helpdesk_bot.review.errors import (
    BadText,
    Conflict,
    ConsentNeeded,
    ConversationUnknown,
    ItemUnknown,
    NotAllowed,
    Unsupported,
)
from helpdesk_bot.review.policy import Policy, Rule
from helpdesk_bot.review.schema import review_drafts, review_events, review_items, review_texts, review_themes
from helpdesk_bot.schema import answers
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

ANNA = Person("a" * 32, "Anna Åström")
LAN = Person("b" * 32, "Lan Nguyễn", ("safety",))
SV = "Hur många kommuner införde digital identitet för sina invånare?"
EN = "How many libraries lent tablets to residents?"
VI = "Nhà trường nên dạy trẻ em điều gì?"
EVERY = Policy(every_answer=True)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    settings = library.settings_for(tmp_path_factory.mktemp("review"), min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    with library.helpdesk(settings) as helpdesk:
        yield helpdesk


@pytest.fixture
def helpdesk(opened: Helpdesk) -> Helpdesk:
    policy.write(opened.engine, EVERY, "test")
    with begin_write(opened.engine) as connection:
        for table in (
            review_items,
            review_texts,
            review_drafts,
            review_themes,
            bank_entries,
            bank_phrasings,
            outbox,
        ):
            connection.execute(delete(table))
    return opened


def asked(helpdesk: Helpdesk, question: str, **more: Any) -> tuple[Any, dict[str, Any]]:
    """Ask, and return the answer with its item at the desk."""
    answer = helpdesk.ask(Question(question, **more))
    with helpdesk.engine.connect() as connection:
        item_id = connection.execute(
            select(review_items.c.item_id).where(review_items.c.answer_id == answer.answer_id)
        ).scalar_one()
    return answer, helpdesk.review.get(ANNA, item_id)


def sentences_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"text": each["text"], "citations": each["citations"]} for each in item["text"]["sentences"]]


def whats(item: dict[str, Any]) -> list[str]:
    return [event["what"] for event in item["timeline"]]


class TestWaysIn:
    @pytest.mark.parametrize(("question", "language"), [(EN, "en"), (SV, "sv"), (VI, "vi")])
    def test_an_answer_enters_the_queue_as_it_is_recorded(
        self, helpdesk: Helpdesk, question: str, language: str
    ) -> None:
        answer, item = asked(helpdesk, question)
        assert (answer.review.status, item["state"]) == ("pending", "queued")
        assert item["reasons"] == list(answer.review.required_because)
        assert "every_answer" in item["reasons"]
        assert item["question_language"] == language
        assert [each["text"] for each in item["text"]["sentences"]] == [s.text for s in answer.sentences]
        assert item["answer"]["answer_id"] == answer.answer_id
        assert answer.conversation_id not in str(item)  # it is the asker's password
        assert item["themes"]
        assert item["due_at"] > item["created_at"]
        assert whats(item) == ["entered"]

    def test_without_a_reason_nothing_enters(self, helpdesk: Helpdesk) -> None:
        policy.write(helpdesk.engine, Policy(otherwise="none", low_confidence=0.0), "test")
        answer = helpdesk.ask(Question(EN))
        assert answer.review.status == "not_required"
        assert count(helpdesk, review_items) == 0

    @pytest.mark.parametrize("language", ["en", "sv", "vi", "de"])
    def test_before_holds_the_draft_back_and_keeps_it(self, helpdesk: Helpdesk, language: str) -> None:
        policy.write(helpdesk.engine, Policy(rules=(Rule("Digital Identity", None, "before"),)), "test")
        answer, item = asked(helpdesk, SV, language=language)
        assert (answer.outcome, answer.outcome_reason) == ("blocked_guardrail", "awaiting_expert")
        assert answer.text == catalogue(language).text("awaiting_expert")
        assert (answer.sentences, answer.citations, answer.short_answer) == ((), (), None)
        assert item["held"]
        assert item["risk"] == "high"
        assert "sensitive_theme" in item["reasons"]
        assert any("57" in each["text"] for each in item["text"]["sentences"])
        assert all(each["is_exact"] for each in item["evidence"])
        other, _ = asked_freely(helpdesk, EN)
        assert other.outcome == "answered"

    def test_a_held_draft_is_not_given_in_a_stream_either(self, helpdesk: Helpdesk) -> None:
        policy.write(helpdesk.engine, Policy(rules=(Rule(None, None, "before"),), every_answer=True), "test")
        events = list(helpdesk.stream(Question(SV)))
        assert {kind for kind, _ in events} <= {"status", "related", "done"}
        assert "57 kommuner" not in str(events)

    def test_a_question_with_personal_data_never_enters(self, helpdesk: Helpdesk) -> None:
        answer = helpdesk.ask(Question("Får jag låna en surfplatta? Skriv till anna@example.org"))
        assert answer.outcome == "blocked_personal_data"
        assert count(helpdesk, review_items) == 0
        with begin_write(helpdesk.engine) as connection, pytest.raises(BadText, match="personal data"):
            queue.ask_directly(connection, "Skriv till anna@example.org", "sv", "c" * 32, None, None)

    def test_what_nobody_may_keep_is_held_but_not_queued(self, helpdesk: Helpdesk, opened: Helpdesk) -> None:
        policy.write(helpdesk.engine, Policy(rules=(Rule(None, None, "before"),), every_answer=True), "test")
        settings = opened.settings.model_copy(update={"record_conversations": False})
        with library.helpdesk(settings) as other:
            answer = other.ask(Question(EN))
        assert answer.outcome_reason == "awaiting_expert"
        assert answer.review.status == "not_required"
        assert count(helpdesk, review_items) == 0

    def test_a_report_raises_the_risk_and_is_kept_without_personal_data(self, helpdesk: Helpdesk) -> None:
        answer, item = asked(helpdesk, SV)
        assert (
            queue.report(helpdesk.engine, answer.answer_id, "outdated", "ring anna@example.org")
            == item["item_id"]
        )
        again = helpdesk.review.get(ANNA, item["item_id"])
        assert "reported" in again["reasons"]
        assert again["risk"] == "high"
        assert again["due_at"] <= item["due_at"]
        assert "anna@example.org" not in str(again)
        assert queue.report(helpdesk.engine, "nothing", "outdated") is None

    def test_asking_an_expert_needs_consent_and_ones_own_conversation(self, helpdesk: Helpdesk) -> None:
        answer, item = asked(helpdesk, VI)
        with pytest.raises(ConsentNeeded):
            ask_expert(
                helpdesk, answer_id=answer.answer_id, conversation_id=answer.conversation_id, consent=False
            )
        with pytest.raises(AnswerUnknown):
            ask_expert(helpdesk, answer_id=answer.answer_id, conversation_id="somebody else")
        given = ask_expert(
            helpdesk,
            answer_id=answer.answer_id,
            conversation_id=answer.conversation_id,
            note="Còn cho lớp một?",
            email="lan@example.org",
        )
        assert given["item_id"] == item["item_id"]
        again = helpdesk.review.get(ANNA, item["item_id"])
        assert again["requests"][0]["note"] == "Còn cho lớp một?"
        assert again["requests"][0]["wants_mail"] is True
        assert "lan@example.org" not in str(again)

    def test_a_question_can_go_straight_to_an_expert(self, helpdesk: Helpdesk) -> None:
        given = ask_expert(helpdesk, question="Vilka bidrag finns för små hamnar?", language="sv")
        item = helpdesk.review.get(ANNA, given["item_id"])
        assert (item["text"]["sentences"], item["reasons"]) == ([], ["asked_for_expert"])
        seen = asker.conversation(helpdesk.engine, given["conversation_id"])
        assert seen["answers"][0]["review"]["status"] == "pending"
        with pytest.raises(ConversationUnknown):
            asker.conversation(helpdesk.engine, "nobody")

    def test_the_message_of_a_held_answer_is_in_every_language(self) -> None:
        texts = {catalogue(language).text("awaiting_expert") for language in languages()}
        assert len(texts) == len(languages())


class TestEditing:
    def test_a_saved_text_is_checked_sentence_by_sentence(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        cited = next(c["citation"]["citation_id"] for c in item["evidence"] if "57" in c["citation"]["quote"])
        kept: list[dict[str, Any]] = [
            {
                "text": "Sammanlagt 57 kommuner införde digital identitet för sina invånare.",
                "citations": [cited],
            },
            {
                "text": "Sammanlagt 75 kommuner införde digital identitet för sina invånare.",
                "citations": [cited],
            },
            {"text": "Allt är bra."},
        ]
        saved = helpdesk.review.save(ANNA, item["item_id"], item["version"], kept, [])
        first, second, third = saved["text"]["sentences"]
        assert first["verification"] == "supported"
        assert second["verification"] == "unsupported"
        assert {"code": "number_not_in_passage", "value": "75"}.items() <= second["reasons"][0].items()
        assert third["reasons"][0]["code"] == "no_citation"
        assert saved["state"] == "in_review"
        assert saved["assigned_to"] == {"account_id": ANNA.account_id, "name": ANNA.name}
        assert saved["draft"]["sentences"] == item["draft"]["sentences"]
        compared = helpdesk.review.diff(item["item_id"])
        assert compared["changed_words"] > 0

    def test_a_passage_found_by_a_search_becomes_a_citation(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, EN)
        found = helpdesk.review.search("Nhà trường nên dạy trẻ em", "vi", 3)[0]
        citation = found["citation"]
        text_of = helpdesk.catalog.text(citation["document"]["document_id"], citation["document"]["version"])
        assert text_of[citation["start_char"] : citation["end_char"]] == citation["quote"]
        assert (
            helpdesk.review.cite(found["passage_id"], citation["start_char"], citation["end_char"])
            == citation
        )
        given = {name: citation[name] for name in ("citation_id", "passage_id", "start_char", "end_char")}
        saved = helpdesk.review.save(
            ANNA,
            item["item_id"],
            item["version"],
            [{"text": citation["quote"], "citations": [citation["citation_id"]]}],
            [given | {"quote": "invented"}],
        )
        assert saved["text"]["sentences"][0]["verification"] == "supported"
        assert citation["citation_id"] in {each["citation_id"] for each in saved["text"]["citations"]}
        with pytest.raises(BadText):
            helpdesk.review.cite("no such passage")
        with pytest.raises(BadText):
            helpdesk.review.cite(found["passage_id"], 0, 10**9)

    def test_drafts_save_themselves_for_each_person(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        item_id = item["item_id"]
        for words in ("Ett", "Ett utkast"):
            helpdesk.review.autosave(ANNA, item_id, 1, [{"text": words}], [])
        helpdesk.review.autosave(LAN, item_id, 1, [{"text": "Bản nháp"}], [])
        assert helpdesk.review.get(ANNA, item_id)["my_draft"]["sentences"][0]["text"] == "Ett utkast"
        assert helpdesk.review.get(LAN, item_id)["my_draft"]["sentences"][0]["text"] == "Bản nháp"
        helpdesk.review.save(ANNA, item_id, 1, [{"text": "Ett utkast till"}], [])
        assert helpdesk.review.get(ANNA, item_id)["my_draft"] is None
        helpdesk.review.discard(LAN, item_id)
        assert helpdesk.review.get(LAN, item_id)["my_draft"] is None

    def test_a_conflict_says_yours_theirs_and_base_and_keeps_yours(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        item_id = item["item_id"]
        helpdesk.review.save(ANNA, item_id, 1, [{"text": "Annas text."}], [])
        with pytest.raises(Conflict) as caught:
            helpdesk.review.save(LAN, item_id, 1, [{"text": "Lans text."}], [])
        value = caught.value.value
        assert value["yours"]["sentences"][0]["text"] == "Lans text."
        assert value["theirs"]["sentences"][0]["text"] == "Annas text."
        assert value["base"]["sentences"] == item["text"]["sentences"]
        assert value["by"] == ANNA.name
        kept = helpdesk.review.get(LAN, item_id)["kept"]
        assert [each["draft_id"] for each in kept] == [value["draft_id"]]
        assert helpdesk.review.get(ANNA, item_id)["text"]["sentences"][0]["text"] == "Annas text."

    def test_an_assignment_or_a_note_costs_nobody_a_conflict(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        helpdesk.review.assign(LAN, item["item_id"], 1, LAN)
        helpdesk.review.note(LAN, item["item_id"], "Ai biết năm nào không?")
        saved = helpdesk.review.save(ANNA, item["item_id"], 1, [{"text": "Annas text."}], [])
        assert saved["assigned_to"]["name"] == LAN.name
        assert saved["notes"][0]["text"] == "Ai biết năm nào không?"

    def test_two_people_saving_a_hundred_times_lose_nothing(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        item_id, conflicts = item["item_id"], []

        def work(person: Person) -> None:
            version = 1
            for number in range(100):
                words: list[dict[str, Any]] = [{"text": f"{person.name} {number}"}]
                try:
                    version = helpdesk.review.save(person, item_id, version, words, [])["version"]
                except Conflict as conflict:
                    conflicts.append(conflict)
                    version = conflict.value["version"]

        threads = [threading.Thread(target=work, args=(person,)) for person in (ANNA, LAN)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with helpdesk.engine.connect() as connection:
            saved = connection.execute(
                select(review_texts.c.content).where(
                    review_texts.c.item_id == item_id, review_texts.c.version > 1
                )
            ).scalars()
            kept = connection.execute(
                select(review_drafts.c.content).where(review_drafts.c.kind == "conflict")
            ).scalars()
            written = [each["sentences"][0]["text"] for each in [*saved, *kept]]
        assert sorted(written) == sorted(f"{p.name} {n}" for p in (ANNA, LAN) for n in range(100))
        assert (
            len(conflicts) + len([w for w in whats(helpdesk.review.get(ANNA, item_id)) if w == "saved"])
            == 200
        )
        versions = [event["version"] for event in helpdesk.review.timeline(item_id)["events"]]
        assert versions == sorted(versions)


class TestMoving:
    def test_states_and_what_each_allows(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        item_id = item["item_id"]
        closed = helpdesk.review.close(ANNA, item_id, 1, "Inte vårt ämne.")
        assert (closed["state"], closed["allowed"]) == ("closed", ["reopen", "note"])
        with pytest.raises(NotAllowed):
            helpdesk.review.close(ANNA, item_id, closed["version"], "igen")
        with pytest.raises(Conflict):
            helpdesk.review.reopen(ANNA, item_id, 1, "för gammal version")
        opened = helpdesk.review.reopen(ANNA, item_id, closed["version"], "Det var det.")
        back = helpdesk.review.send_back(ANNA, item_id, opened["version"], "Vilken kommun menar du?")
        assert whats(back) == ["entered", "closed", "reopened", "returned"]
        with pytest.raises(BadText):
            helpdesk.review.reopen(ANNA, item_id, back["version"], " ")
        with pytest.raises(ItemUnknown):
            helpdesk.review.get(ANNA, "nothing")

    def test_the_asker_sees_a_returned_question_with_its_message(self, helpdesk: Helpdesk) -> None:
        answer, item = asked(helpdesk, SV)
        helpdesk.review.send_back(ANNA, item["item_id"], 1, "Vilken kommun menar du?")
        seen = asker.conversation(helpdesk.engine, answer.conversation_id)["answers"][0]["review"]
        assert (seen["status"], seen["message"]) == ("returned", "Vilken kommun menar du?")

    def test_an_old_question_is_shown_until_nothing_happens_to_it_any_more(self, helpdesk: Helpdesk) -> None:
        answer, item = asked(helpdesk, SV)
        since, later = item["created_at"], "2999-01-01T00:00:00Z"
        with begin_write(helpdesk.engine) as connection:
            old = update(answers).where(answers.c.answer_id == answer.answer_id)
            connection.execute(old.values(created_at="2020-01-01T00:00:00Z"))
        shown = asker.conversation(helpdesk.engine, answer.conversation_id, since)["answers"]
        assert [each["answer_id"] for each in shown] == [answer.answer_id]
        with pytest.raises(ConversationUnknown):
            asker.conversation(helpdesk.engine, answer.conversation_id, later)

    def test_own_themes_only_keeps_others_out(self, helpdesk: Helpdesk) -> None:
        policy.write(helpdesk.engine, Policy(every_answer=True, own_themes_only=True), "test")
        _, item = asked(helpdesk, SV)
        with pytest.raises(NotAllowed):
            helpdesk.review.get(LAN, item["item_id"])
        with pytest.raises(NotAllowed):
            helpdesk.review.save(LAN, item["item_id"], 1, [{"text": "x"}], [])
        for do in (
            lambda: helpdesk.review.note(LAN, item["item_id"], "ghi chú"),
            lambda: helpdesk.review.autosave(LAN, item["item_id"], 1, [{"text": "x"}], []),
            lambda: helpdesk.review.require_own(LAN, item["item_id"]),
        ):
            with pytest.raises(NotAllowed):
                do()
        assert helpdesk.review.list(LAN, Query(own="all"))["items"] == []
        assert helpdesk.review.get(ANNA, item["item_id"])["is_own"]


class TestReleasing:
    @pytest.mark.parametrize("then", ["reopen", "close", "send_back"])
    def test_what_is_taken_back_is_served_to_nobody_else(self, helpdesk: Helpdesk, then: str) -> None:
        answer, item = asked(helpdesk, SV)
        item_id = item["item_id"]
        helpdesk.review.release(ANNA, item_id, 1)
        if then != "reopen":  # somebody reports it, and an expert gives the asker right
            assert queue.report(helpdesk.engine, answer.answer_id, "incorrect") == item_id
            assert bank_status(helpdesk) == "active"  # what a stranger says takes nothing out of service
        version = helpdesk.review.get(ANNA, item_id)["version"]
        getattr(helpdesk.review, then)(ANNA, item_id, version, "Det stämmer inte.")
        assert bank_status(helpdesk) == "disabled"
        if then == "reopen":
            helpdesk.review.release(ANNA, item_id, helpdesk.review.get(ANNA, item_id)["version"])
            assert bank_status(helpdesk) == "active"

    def test_the_asker_gets_it_the_bank_has_it_and_the_mail_waits(self, helpdesk: Helpdesk) -> None:
        answer, item = asked(helpdesk, SV)
        ask_expert(
            helpdesk,
            answer_id=answer.answer_id,
            conversation_id=answer.conversation_id,
            email="lan@example.org",
            language="vi",
        )
        item = helpdesk.review.get(ANNA, item["item_id"])
        released = helpdesk.review.release(ANNA, item["item_id"], item["version"], {}, "")
        assert released["item"]["state"] == "released"
        assert released["answer"]["review"]["approved_by"] == ANNA.name
        assert "[1]" in released["answer"]["text"]
        seen = asker.conversation(helpdesk.engine, answer.conversation_id)["answers"][0]
        assert seen["review"]["status"] == "approved"
        assert seen["released"]["answer"]["answer_id"] == answer.answer_id
        with helpdesk.engine.connect() as connection:
            entry = connection.execute(select(bank_entries)).mappings().one()
            assert entry["entry_id"] == released["bank_entry_id"]
            assert entry["item_id"] == item["item_id"]
            messages = connection.execute(
                select(outbox.c.kind, outbox.c.payload).order_by(outbox.c.kind)
            ).all()
        assert [kind for kind, _ in messages] == ["email", "webhook"]
        assert messages[0].payload["to"] == "lan@example.org"
        assert answer.conversation_id not in str([payload for _, payload in messages])
        assert helpdesk.review.get(ANNA, item["item_id"])["requests"][0]["wants_mail"] is False

    def test_an_unsupported_sentence_stops_it_until_somebody_answers_for_it(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        kept = [*sentences_of(item), {"text": "Alla 290 kommuner är med.", "citations": []}]
        saved = helpdesk.review.save(ANNA, item["item_id"], 1, kept, [])
        with pytest.raises(Unsupported) as caught:
            helpdesk.review.release(ANNA, item["item_id"], saved["version"])
        place = dict(caught.value.extra)["sentences"][0]["sentence"]
        assert place == len(kept) - 1
        assert count(helpdesk, bank_entries) == 0
        released = helpdesk.review.release(
            ANNA, item["item_id"], saved["version"], {place: "Jag har läst beslutet."}
        )
        assert released["answer"]["sentences"][-1]["verification"] == "unsupported"
        taken = [e for e in released["item"]["timeline"] if e["what"] == "responsibility_taken"]
        assert taken[0]["detail"] == {"sentence": place, "reason": "Jag har läst beslutet."}
        assert taken[0]["who"] == ANNA.name

    def test_nothing_is_left_half_done_where_the_bank_refuses(
        self, helpdesk: Helpdesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, item = asked(helpdesk, SV)

        def refuse(*_args: object, **_more: object) -> str:
            raise RuntimeError("the disk is full")

        monkeypatch.setattr("helpdesk_bot.review.releasing.publish", refuse)
        with pytest.raises(RuntimeError, match="disk"):
            helpdesk.review.release(ANNA, item["item_id"], item["version"])
        again = helpdesk.review.get(ANNA, item["item_id"])
        assert (again["state"], whats(again)) == ("queued", ["entered"])
        assert count(helpdesk, outbox) == 0

    def test_a_reply_that_somebody_changed_meanwhile_is_not_released(self, helpdesk: Helpdesk) -> None:
        _, item = asked(helpdesk, SV)
        helpdesk.review.save(LAN, item["item_id"], 1, [{"text": "Något annat."}], [])
        with pytest.raises((Conflict, Unsupported)):
            helpdesk.review.release(ANNA, item["item_id"], item["version"], {0: "ok"})
        assert helpdesk.review.get(ANNA, item["item_id"])["state"] == "in_review"

    def test_an_empty_text_is_not_released(self, helpdesk: Helpdesk) -> None:
        given = ask_expert(helpdesk, question="Vilka bidrag finns för små hamnar?", language="sv")
        with pytest.raises(BadText, match="no text"):
            helpdesk.review.release(ANNA, given["item_id"], 1)

    def test_merged_questions_get_the_reply_and_become_phrasings(self, helpdesk: Helpdesk) -> None:
        _, target = asked(helpdesk, SV)
        later, item = asked(helpdesk, "Nhà trường dạy gì?")
        merged = helpdesk.review.merge(ANNA, item["item_id"], 1, target["item_id"])
        assert (merged["state"], merged["merged_into"]) == ("merged", target["item_id"])
        third_answer, third = asked(helpdesk, EN)
        with pytest.raises(BadText):
            helpdesk.review.merge(ANNA, target["item_id"], target["version"], target["item_id"])
        helpdesk.review.release(ANNA, target["item_id"], target["version"])
        helpdesk.review.merge(ANNA, third["item_id"], 1, item["item_id"])  # into one that is merged itself
        with helpdesk.engine.connect() as connection:
            phrasings = set(connection.execute(select(bank_phrasings.c.text)).scalars())
        assert {SV, "Nhà trường dạy gì?", EN} <= phrasings
        for answer in (later, third_answer):
            seen = asker.conversation(helpdesk.engine, answer.conversation_id)["answers"][0]
            assert seen["review"]["status"] == "approved"
            assert seen["released"]["answer"]["answer_id"] == answer.answer_id
        again = helpdesk.ask(Question(SV))
        assert (again.engine.name, again.review.status) == ("answer_bank", "approved")
        assert count(helpdesk, review_items) == 3  # what is approved needs nobody, whatever the policy

    def test_a_changed_source_brings_it_back(self, helpdesk: Helpdesk) -> None:
        answer, item = asked(helpdesk, SV)
        helpdesk.review.release(ANNA, item["item_id"], item["version"])
        with begin_write(helpdesk.engine) as connection:
            queue.reopen(connection, item["item_id"], detail={"document_id": "d1"})
        again = helpdesk.review.get(ANNA, item["item_id"])
        assert again["state"] == "queued"
        assert "source_changed" in again["reasons"]
        seen = asker.conversation(helpdesk.engine, answer.conversation_id)["answers"][0]
        assert (seen["review"]["status"], seen["released"]) == ("pending", None)


class TestTimeline:
    def test_the_database_refuses_to_change_or_delete_an_event(self, helpdesk: Helpdesk) -> None:
        asked(helpdesk, SV)
        before = count(helpdesk, review_events)
        for statement in (
            update(review_events).values(who="nobody"),
            delete(review_events),
            text("INSERT OR REPLACE INTO review_events SELECT * FROM review_events"),
        ):
            with (
                pytest.raises(DatabaseError, match="only added to"),
                begin_write(helpdesk.engine) as connection,
            ):
                connection.execute(statement)
        assert count(helpdesk, review_events) == before


class TestListing:
    def test_pages_follow_each_other_without_gap_or_repetition(self, helpdesk: Helpdesk) -> None:
        fill_queue(helpdesk, 230)
        for person, query in ((ANNA, {}), (LAN, {}), (LAN, {"own": "all"}), (LAN, {"theme": ("safety",)})):
            seen, cursor = [], None
            while True:
                page = helpdesk.review.list(person, Query(limit=40, cursor=cursor, **query))
                seen += page["items"]
                cursor = page["next"]
                if cursor is None:
                    break
            ids = [each["item_id"] for each in seen]
            assert len(ids) == len(set(ids)) == (23 if "theme" in query else 230)
            if person is LAN and not query:
                own = [each["is_own"] for each in seen]
                assert own == sorted(own, reverse=True)
                assert 0 < sum(own) < 230
            keys = [
                (not each["is_own"] if person is LAN and not query else 0, each["due_at"]) for each in seen
            ]
            assert keys == sorted(keys)

    def test_filters(self, helpdesk: Helpdesk) -> None:
        _, sv = asked(helpdesk, SV)
        _, vi = asked(helpdesk, VI)
        helpdesk.review.assign(ANNA, sv["item_id"], 1, ANNA)
        queue.report(helpdesk.engine, vi["answer_id"], "outdated")

        def ids(**query: Any) -> set[str]:
            return {each["item_id"] for each in helpdesk.review.list(ANNA, Query(**query))["items"]}

        both = {sv["item_id"], vi["item_id"]}
        assert ids() == both
        assert (
            ids(state="in_review") == ids(assigned="me") == ids(assigned=ANNA.account_id) == {sv["item_id"]}
        )
        assert ids(assigned="nobody") == ids(reason=("reported",)) == ids(risk=("high",)) == {vi["item_id"]}
        assert ids(language=("vi",)) == ids(theme=("Safety",)) == {vi["item_id"]}
        assert ids(text="KOMMUNER införde") == {sv["item_id"]}
        assert ids(text="100%") == ids(overdue=True) == ids(state="closed") == set()
        counted = helpdesk.review.list(ANNA, Query())
        assert (counted["counts"]["queued"], counted["counts"]["in_review"]) == (1, 1)
        assert counted["facets"]["people"] == [{"account_id": ANNA.account_id, "name": ANNA.name}]
        for bad in ({"state": "nowhere"}, {"limit": 0}, {"cursor": "!"}, {"cursor": "W10"}):
            with pytest.raises(BadText):
                helpdesk.review.list(ANNA, Query(**bad))

    def test_a_thousand_questions_are_listed_quickly(self, helpdesk: Helpdesk) -> None:
        fill_queue(helpdesk, 1000)
        times = []
        for query in (
            Query(),
            Query(text="kommuner 7"),
            Query(theme=("safety",)),
            Query(state="any", own="all"),
        ):
            for _ in range(5):
                started = time.perf_counter()
                helpdesk.review.list(LAN, query)
                times.append(time.perf_counter() - started)
        print(f"the list of 1,000 questions: slowest of {len(times)} {max(times) * 1000:.0f} ms")


def fill_queue(helpdesk: Helpdesk, number: int) -> None:
    """Put many questions into the queue at once, one in ten of the theme safety."""
    at = "2026-01-01T00:00:00.000Z"
    rows: list[dict[str, Any]] = [
        {
            "item_id": f"{place:032x}",
            "question": f"Hur många kommuner {place}?",
            "question_folded": f"hur många kommuner {place}?",
            "question_language": "sv",
            "answer_language": "sv",
            "reasons": ["unanswerable"],
            "risk": "normal",
            "themes": ["safety"] if place % 10 == 0 else ["identity"],
            "state": "queued",
            "is_open": 1,
            "held": 0,
            "version": 1,
            "text_version": 1,
            "created_at": at,
            "due_at": f"2026-01-{1 + place * 7 % 28:02d}T00:00:00.000Z",
            "updated_at": at,
        }
        for place in range(number)
    ]
    with begin_write(helpdesk.engine) as connection:
        connection.execute(insert(review_items), rows)
        connection.execute(
            insert(review_themes), [{"item_id": row["item_id"], "theme": row["themes"][0]} for row in rows]
        )


def asked_freely(helpdesk: Helpdesk, question: str) -> tuple[Any, None]:
    return helpdesk.ask(Question(question)), None


def ask_expert(helpdesk: Helpdesk, **given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "answer_id": None,
        "question": None,
        "conversation_id": None,
        "language": "sv",
        "note": None,
        "email": None,
        "consent": True,
    }
    return asker.ask_expert(helpdesk.engine, **values | given)


def bank_status(helpdesk: Helpdesk) -> str:
    with helpdesk.engine.connect() as connection:
        return str(connection.execute(select(bank_entries.c.status)).scalar_one())


def count(helpdesk: Helpdesk, table: Any) -> int:
    with helpdesk.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_the_desk_opens_without_a_model(data_dir: Path) -> None:
    settings = library.settings_for(data_dir)
    from helpdesk_bot.database import open_database

    engine = open_database(settings)
    desk = ReviewDesk(engine, None, None)
    assert desk.list(ANNA, Query())["items"] == []
    with pytest.raises(BadText):
        desk.search("words")
    engine.dispose()
