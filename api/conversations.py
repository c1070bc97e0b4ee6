"""A conversation as its asker sees it again: what was answered, and what an expert has said since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from helpdesk_bot.records import Records
from helpdesk_bot.review import asker


@dataclass(frozen=True, slots=True)
class Entry:
    """One question: the answer that was given, the expert's, and what the expert asks back, each if any.

    ``key`` is the answer's id, or the review item's where an expert was asked straight away.
    """

    key: str
    question: str
    given: Mapping[str, Any] | None
    released: Mapping[str, Any] | None
    message: str | None


def entries_of(engine: Engine, conversation_id: str, since: str = "") -> tuple[Entry, ...]:
    """Return the questions of a conversation, the first one first; see `asker.conversation`.

    Raises:
        ConversationUnknown: nothing is kept under this id, or shown any more.
    """
    found = asker.conversation(engine, conversation_id, since)
    given = {each["answer_id"]: each for each in Records(engine).of_conversation(conversation_id)}
    return tuple(_entry(each, given.get(each["answer_id"])) for each in found["answers"])


def _entry(found: Mapping[str, Any], given: Mapping[str, Any] | None) -> Entry:
    released = found["released"]
    approved = None
    if released:
        review = {"status": "approved", "approved_at": released["at"], "approved_by": released["by"]}
        approved = {**released["answer"], "review": {**released["answer"]["review"], **review}}
    key = found["answer_id"] or found["item_id"] or ""
    return Entry(key, found["question"], given, approved, found["review"].get("message"))
