"""How much one asker can send to the experts: enough to be heard, and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from api.messages import messages
from corpus.storage import begin_write
from helpdesk_bot.answers import Question
from helpdesk_bot.review import queue
from helpdesk_bot.review.desk import Person, Query, ReviewDesk
from helpdesk_bot.review.errors import BadText, TooMany
from helpdesk_bot.schema import feedback
from tests.api.conftest import InProcess
from tests.api.house import EN_QUESTION, SV_QUESTION, VI_QUESTION, FakeHelpdesk

ANNA = Person("a" * 32, "Anna Åström")
JSON = {"Content-Type": "application/json"}


def post(site: InProcess, path: str, **body: Any) -> Any:
    return site.post(path, headers=JSON, content=json.dumps(body))


@pytest.mark.parametrize(
    ("question", "note"),
    [
        (EN_QUESTION, "The number is old."),
        (SV_QUESTION, "Siffran är gammal."),
        (VI_QUESTION, "Con số đã cũ."),
    ],
)
def test_an_answer_is_reported_a_few_times_and_then_says_so(
    site: InProcess, helpdesk: FakeHelpdesk, question: str, note: str
) -> None:
    answer = helpdesk.ask(Question(question))
    review = ReviewDesk(helpdesk.engine, None, None)
    said = {"answer_id": answer.answer_id, "helpful": False, "reason": "outdated"}
    for number in range(queue.MOST_OF_ANSWER):
        assert post(site, "/api/v1/feedback", **said, note=f"{note} {number}").status_code == 201
    item_id = queue_of(review)[0]
    before, kept = review.get(ANNA, item_id), feedback_in(helpdesk)
    for _ in range(3):
        refused = post(site, "/api/v1/feedback", **said | {"reason": "incorrect"}, note=note)
        assert (refused.status_code, refused.json()["code"]) == (422, "review_too_many")
        assert str(queue.MOST_OF_ANSWER) in refused.json()["detail"]
    after = review.get(ANNA, item_id)
    assert after["version"] == before["version"]  # nobody who works on it is disturbed
    assert after["timeline"] == before["timeline"]
    assert feedback_in(helpdesk) == kept  # what is refused is not half kept
    form = said | {"helpful": "no", "conversation_id": answer.conversation_id}
    page = site.post("/feedback?lang=vi", data=form)
    assert page.status_code == 422
    assert messages("vi")["error_review_too_many"] in page.text
    assert question in page.text  # with the answer that it is about
    assert feedback_in(helpdesk) == kept
    notes = [each["note"] for each in after["requests"]]
    assert notes == [f"{note} {number}" for number in range(queue.MOST_OF_ANSWER)]
    # Another answer of the same conversation, and asking an expert about this one, are as open as before.
    second = helpdesk.ask(Question(question, conversation_id=answer.conversation_id))
    assert post(site, "/api/v1/feedback", **said | {"answer_id": second.answer_id}).status_code == 201
    asked = {"answer_id": answer.answer_id, "conversation_id": answer.conversation_id, "consent": True}
    for number in range(queue.MOST_OF_ANSWER + 1):
        sent = post(site, "/api/v1/review/requests", **asked, note=note, language="sv")
        assert sent.status_code == (201 if number < queue.MOST_OF_ANSWER else 422), sent.text


def test_a_conversation_sends_so_many_and_another_one_still_can(helpdesk: FakeHelpdesk) -> None:
    for number in range(queue.MOST_OF_CONVERSATION):
        ask(helpdesk, f"Vilka bidrag finns för {number} hamnar?", "one")
    answer = helpdesk.ask(Question(SV_QUESTION, conversation_id="one"))
    with pytest.raises(TooMany, match="new conversation"):
        ask(helpdesk, "Và cho các cảng nhỏ?", "one")
    with pytest.raises(TooMany, match="new conversation"):
        queue.report(helpdesk.engine, answer.answer_id, "outdated")
    listed = ReviewDesk(helpdesk.engine, None, None)
    assert len(queue_of(listed)) == queue.MOST_OF_CONVERSATION  # what was refused left nothing behind
    ask(helpdesk, "Và cho các cảng nhỏ?", "two")


@pytest.mark.parametrize(
    ("reason", "note"),
    [("outdated", "ồ" * (queue.MAX_NOTE_CHARS + 1)), ("x" * 33, None), ("Con số cũ!", None), ("", None)],
)
def test_a_report_that_is_too_long_or_no_report_is_refused(
    helpdesk: FakeHelpdesk, reason: str, note: str | None
) -> None:
    answer = helpdesk.ask(Question(VI_QUESTION))
    with pytest.raises(BadText):
        queue.report(helpdesk.engine, answer.answer_id, reason, note)
    assert queue_of(ReviewDesk(helpdesk.engine, None, None)) == []
    longest = "ồ" * queue.MAX_NOTE_CHARS
    assert queue.report(helpdesk.engine, answer.answer_id, "outdated", longest)


def feedback_in(helpdesk: FakeHelpdesk) -> list[tuple[Any, ...]]:
    with helpdesk.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(feedback))]


def ask(helpdesk: FakeHelpdesk, question: str, conversation_id: str) -> str:
    with begin_write(helpdesk.engine) as connection:
        return queue.ask_directly(connection, question, "sv", conversation_id, None, None)


def queue_of(review: ReviewDesk) -> list[str]:
    return [each["item_id"] for each in review.list(ANNA, Query(own="all", limit=200))["items"]]
