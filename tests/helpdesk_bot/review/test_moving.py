"""A question's way through the desk, in a timeline that only grows."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from corpus.storage import begin_write
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.review import asker, policy
from helpdesk_bot.review.desk import Query
from helpdesk_bot.review.errors import BadText, Conflict, ConversationUnknown, ItemUnknown, NotAllowed
from helpdesk_bot.review.policy import Policy
from helpdesk_bot.review.schema import review_events
from helpdesk_bot.schema import answers
from tests.helpdesk_bot.review.questions import ANNA, LAN, SV, asked, count, whats


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
