"""What somebody who asked sees of the review desk: by the conversation's id, which only they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select

from corpus.storage import begin_write
from helpdesk_bot.errors import AnswerUnknown
from helpdesk_bot.review import items, queue
from helpdesk_bot.review.errors import BadText, ConsentNeeded, ConversationUnknown
from helpdesk_bot.review.releasing import newest_release
from helpdesk_bot.review.schema import review_items
from helpdesk_bot.review.values import new_id
from helpdesk_bot.schema import answers

MOST_ANSWERS = 100

_STATUS: Mapping[str, str] = {
    "queued": "pending",
    "in_review": "pending",
    "released": "approved",
    "returned": "returned",
    "merged": "pending",
    "closed": "closed",
}


def ask_expert(
    engine: Engine,
    *,
    answer_id: str | None,
    question: str | None,
    conversation_id: str | None,
    language: str,
    note: str | None,
    email: str | None,
    consent: bool,
) -> dict[str, Any]:
    """Ask an expert about an answer, or a question straight away.

    Args:
        engine: the database.
        answer_id: of an answer of this conversation.
        question: in place of an answer.
        conversation_id: of the asker; a new one is made where none is given.
        language: of the asker, two letters.
        note: what they add.
        email: where they want to be told; kept until the message is written.
        consent: that the question, and the address if given, go to an expert.

    Raises:
        ConsentNeeded: without it nothing is stored.
        AnswerUnknown: no such answer in this conversation.
        BadText: neither answer nor question, or a text that is too long.
        HoldsPersonalData: what was written does.
        TooMany: this answer or conversation has sent enough to the experts.
    """
    if not consent:
        raise ConsentNeeded("An expert can only be asked with the consent that the form explains.")
    if bool(answer_id) == bool(question):
        raise BadText("Name either the answer that the expert should look at, or a question.")
    with begin_write(engine) as connection:
        if answer_id:
            owner = connection.execute(
                select(answers.c.conversation_id).where(answers.c.answer_id == answer_id)
            ).scalar_one_or_none()
            if owner is None or owner != conversation_id:
                raise AnswerUnknown("This conversation has no such answer.")
            item_id = queue.ask_about(connection, answer_id, note, email, language)
            conversation = str(owner)
        else:
            conversation = conversation_id or new_id()
            item_id = queue.ask_directly(connection, question or "", language, conversation, note, email)
    return {"item_id": item_id, "status": "queued", "conversation_id": conversation}


def conversation(engine: Engine, conversation_id: str, since: str = "") -> dict[str, Any]:
    """Return the questions of a conversation, what became of each at the desk, and what was released.

    Args:
        engine: the database.
        conversation_id: which.
        since: a question is shown if something happened to it after this moment (UTC, ISO 8601); see
            `helpdesk_bot.retention.visible_since`.

    Raises:
        ConversationUnknown: there is none with this id, or it is shown no longer.
    """
    with engine.connect() as connection:
        rows = connection.execute(
            select(answers.c.answer_id, answers.c.question, answers.c.document, answers.c.created_at)
            .where(answers.c.conversation_id == conversation_id)
            .order_by(answers.c.position.desc())
            .limit(MOST_ANSWERS)
        ).mappings()
        all_given = list(reversed(list(rows)))
        columns = review_items.c
        asked = list(
            connection.execute(
                select(review_items)
                .where(columns.conversation_id == conversation_id, columns.updated_at >= since)
                .order_by(columns.created_at, columns.item_id)
                .limit(MOST_ANSWERS)
            ).mappings()
        )
        by_answer = {row["answer_id"]: row for row in asked if row["answer_id"]}
        given = [row for row in all_given if row["created_at"] >= since or row["answer_id"] in by_answer]
        if not given and not asked:
            raise ConversationUnknown("There is no such conversation, or it is not kept any more.")
        found = [
            _entry(
                connection,
                row["answer_id"],
                row["question"],
                row["document"],
                by_answer.get(row["answer_id"]),
            )
            for row in given
        ]
        found += [
            _entry(connection, None, row["question"], None, row) for row in asked if not row["answer_id"]
        ]
    return {"conversation_id": conversation_id, "answers": found}


def _entry(
    connection: Connection,
    answer_id: str | None,
    question: str,
    document: Mapping[str, Any] | None,
    item: RowMapping | None,
) -> dict[str, Any]:
    review = dict(document["review"]) if document else {"status": "not_required", "required_because": []}
    released = None
    if item is not None:
        target = item
        if item["state"] == "merged" and item["merged_into"]:
            target = items.row_of(connection, item["merged_into"])
        review = {"status": _STATUS[target["state"]], "required_because": list(item["reasons"])}
        if target["state"] == "returned" and target["message"]:
            review["message"] = target["message"]
        newest = newest_release(connection, target["item_id"]) if target["state"] == "released" else None
        if newest is not None:
            answer = {**newest["answer"], "conversation_id": item["conversation_id"] or ""}
            if target is not item:  # another asker's question and its trace are not shown
                own_id = answer_id or item["item_id"]
                trace = {"index_version": "", "retrieved": [], "rejected": [], "timings_ms": {}}
                answer |= {"answer_id": own_id, "question": question, "trace": trace}
            released = {"at": newest["at"], "by": newest["by"], "answer": answer}
    return {
        "answer_id": answer_id,
        "item_id": item["item_id"] if item is not None else None,
        "question": question,
        "review": review,
        "released": released,
    }
