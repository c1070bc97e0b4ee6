"""One question at the desk in the database: adding it, reading it, changing it under its version number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from helpdesk_bot.review import timeline
from helpdesk_bot.review.errors import ItemUnknown
from helpdesk_bot.review.policy import read_in, risk_of
from helpdesk_bot.review.schema import review_items, review_texts, review_themes
from helpdesk_bot.review.values import (
    OPEN,
    RISKS,
    Content,
    Person,
    Reason,
    Risk,
    State,
    content_from,
    folded,
    moment,
    new_id,
)


def add(
    connection: Connection,
    *,
    answer: Mapping[str, Any],
    content: Content,
    reasons: Sequence[Reason],
    risk: Risk,
    themes: Sequence[str],
    due_hours: float,
    held: bool = False,
    who: Person = timeline.HELPDESK,
) -> str:
    """Put a question into the queue, in the caller's transaction.

    Args:
        connection: of a write transaction.
        answer: ``question`` and its language at least; an answer's JSON where there is one.
        content: the text to begin with, version 1.
        reasons: why a person is wanted.
        risk: how urgent it is.
        themes: casefolded; whose experts see it first.
        due_hours: from now.
        held: the asker has no answer until an expert releases it.
        who: who put it here.

    Returns:
        the item's id.
    """
    item_id, at = new_id(), moment()
    connection.execute(
        insert(review_items).values(
            item_id=item_id,
            answer_id=answer.get("answer_id"),
            conversation_id=answer.get("conversation_id"),
            question=answer["question"],
            question_folded=folded(answer["question"]),
            question_language=answer["question_language"],
            answer_language=content.language,
            outcome=answer.get("outcome"),
            outcome_reason=answer.get("outcome_reason"),
            confidence=answer.get("confidence"),
            reasons=list(reasons),
            risk=risk,
            themes=list(themes),
            state="queued",
            is_open=1,
            held=int(held),
            version=1,
            text_version=1,
            created_at=at,
            due_at=moment(due_hours),
            updated_at=at,
        )
    )
    if themes:
        rows = [{"item_id": item_id, "theme": theme} for theme in dict.fromkeys(themes)]
        connection.execute(insert(review_themes), rows)
    connection.execute(
        insert(review_texts).values(item_id=item_id, version=1, at=at, content=content.to_json())
    )
    timeline.record(connection, item_id, who, "entered", 1, {"reasons": list(reasons), "held": held})
    return item_id


def row_of(connection: Connection, item_id: str, *, lock: bool = False) -> RowMapping:
    """Return an item's row; ``lock``: nobody else changes it before the transaction ends.

    Raises:
        ItemUnknown: there is none.
    """
    query = select(review_items).where(review_items.c.item_id == item_id)
    if lock:  # a write transaction on SQLite has the whole database already
        query = query.with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise ItemUnknown(f"There is no question {item_id} at the desk.")
    return row


def of_answer(connection: Connection, answer_id: str) -> RowMapping | None:
    """Return the item of an answer, if it has one."""
    query = select(review_items).where(review_items.c.answer_id == answer_id).limit(1)
    return connection.execute(query).mappings().one_or_none()


def merged_into(connection: Connection, item_id: str) -> list[RowMapping]:
    """Return id, question and its language of the questions that get the reply of this one."""
    columns = review_items.c
    query = select(columns.item_id, columns.question, columns.question_language)
    found = connection.execute(query.where(columns.merged_into == item_id, columns.state == "merged"))
    return list(found.mappings())


def change(connection: Connection, row: RowMapping, **values: Any) -> int:
    """Change an item that the caller's transaction has read; return its new version."""
    version = int(row["version"]) + 1
    state = values.get("state", row["state"])
    connection.execute(
        update(review_items)
        .where(review_items.c.item_id == row["item_id"])
        .values(version=version, is_open=int(state in OPEN), updated_at=moment(), **values)
    )
    return version


def wants_person(
    connection: Connection,
    row: RowMapping,
    reason: Reason,
    who: Person,
    what: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note one more reason for an item, and bring it back into the queue if it is done.

    The due time only ever comes closer.
    """
    reasons: list[Reason] = list(dict.fromkeys([*row["reasons"], reason]))
    risk = risk_of(reasons)
    policy = read_in(connection)
    due = moment(policy.due_hours[risk])
    is_open = row["state"] in OPEN
    state: State = row["state"] if is_open else "queued"
    version = change(
        connection,
        row,
        reasons=reasons,
        risk=min(risk, row["risk"], key=RISKS.index),
        state=state,
        due_at=min(due, row["due_at"]) if is_open else due,
        merged_into=None,
    )
    timeline.record(connection, row["item_id"], who, what, version, detail)


def text_at(connection: Connection, item_id: str, version: int | None = None) -> RowMapping:
    """Return the newest text of an item, or the one that was in force at a version of the item.

    Raises:
        ItemUnknown: there is none.
    """
    query = select(review_texts).where(review_texts.c.item_id == item_id)
    if version is not None:
        query = query.where(review_texts.c.version <= version)
    query = query.order_by(review_texts.c.version.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise ItemUnknown(f"The question {item_id} has no text of version {version}.")
    return row


def text_json(row: RowMapping) -> dict[str, Any]:
    """Return a stored text as the interface gives it: who wrote it, when, and what."""
    return {"version": row["version"], "by": row["by"], "at": row["at"], **dict(row["content"])}


def content_at(connection: Connection, item_id: str, version: int | None = None) -> Content:
    """Return the newest text of an item, or that of a version, as a value."""
    return content_from(text_at(connection, item_id, version)["content"])
