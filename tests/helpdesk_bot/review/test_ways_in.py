"""How a question reaches the review desk: by policy, by a report, by its asker; and what is held back."""

from __future__ import annotations

import pytest

from corpus.storage import begin_write
from helpdesk_bot.answers import Question
from helpdesk_bot.errors import AnswerUnknown
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.review import asker, policy, queue
from helpdesk_bot.review.errors import BadText, ConsentNeeded, ConversationUnknown
from helpdesk_bot.review.policy import Policy, Rule
from helpdesk_bot.review.schema import review_items
from tests.helpdesk_bot import library
from tests.helpdesk_bot.review.questions import (
    ANNA,
    EN,
    SV,
    VI,
    ask_expert,
    asked,
    asked_freely,
    count,
    whats,
)


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
