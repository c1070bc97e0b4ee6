"""Releasing a reply: who gets it, what stops it, and what brings it back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from corpus.storage import begin_write
from helpdesk_bot.answer_bank.schema import bank_entries, bank_phrasings
from helpdesk_bot.answers import Question
from helpdesk_bot.delivery.schema import outbox
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.review import asker, queue
from helpdesk_bot.review.errors import BadText, Conflict, Unsupported
from helpdesk_bot.review.schema import review_items
from tests.helpdesk_bot.review.questions import (
    ANNA,
    EN,
    LAN,
    SV,
    ask_expert,
    asked,
    bank_status,
    count,
    sentences_of,
    whats,
)


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
        if then == "reopen":  # as the desk says before it is done: nobody is shown the reply any more
            [seen] = asker.conversation(helpdesk.engine, answer.conversation_id)["answers"]
            assert (seen["released"], seen["review"]["status"]) == (None, "pending")
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
