"""Ways into the queue: by the policy, by who asked, by a report, and back again when a source changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from corpus.schema import document_versions
from corpus.storage import begin_write
from helpdesk_bot import guardrails
from helpdesk_bot.review import items, timeline
from helpdesk_bot.review.errors import BadText, HoldsPersonalData, TooMany
from helpdesk_bot.review.policy import Wanted, read_in, risk_of
from helpdesk_bot.review.schema import review_items, review_requests
from helpdesk_bot.review.values import Content, Reason, clean, content_of_answer, folded, moment, new_id
from helpdesk_bot.schema import answers

MAX_NOTE_CHARS = 2000
MOST_OF_ANSWER = 5
"""How often one answer can be reported, and how often an expert can be asked about it."""
MOST_OF_CONVERSATION = 50
"""Reports and requests of one conversation, all its questions together."""
_REASON = re.compile(r"[a-z_]{1,32}")


def enter(connection: Connection, answer: Mapping[str, Any], wanted: Wanted, content: Content) -> str:
    """Put an answer into the queue by the policy, in the transaction that records it.

    Args:
        connection: of a write transaction.
        answer: as it is given, as JSON.
        wanted: what the policy says.
        content: what the machine wrote, also where it is held back.

    Returns:
        the item's id.
    """
    return items.add(
        connection,
        answer=answer,
        content=content,
        reasons=wanted.reasons,
        risk=wanted.risk,
        themes=wanted.themes,
        due_hours=wanted.due_hours,
        held=wanted.held,
    )


def ask_about(
    connection: Connection, answer_id: str, note: str | None, email: str | None, language: str | None
) -> str | None:
    """Ask an expert about a recorded answer; return the item's id, ``None`` where no such answer is kept.

    Raises:
        BadText: the note is too long.
        HoldsPersonalData: the note does.
        TooMany: see `MOST_OF_ANSWER` and `MOST_OF_CONVERSATION`.
    """
    return _of_asker(connection, answer_id, "asked_for_expert", note, email, language)


def ask_directly(
    connection: Connection,
    question: str,
    language: str,
    conversation_id: str,
    note: str | None,
    email: str | None,
) -> str:
    """Ask an expert a question that the helpdesk has not answered; return the item's id.

    Raises:
        BadText: question or note are empty or too long.
        HoldsPersonalData: question or note do.
        TooMany: see `MOST_OF_CONVERSATION`.
    """
    text = _checked(question)
    if not guardrails.has_words(text):
        raise BadText("No words could be read in the question.")
    _require_room_in(connection, conversation_id)
    item_id = items.add(
        connection,
        answer={"question": text, "question_language": language, "conversation_id": conversation_id},
        content=Content(language),
        reasons=("asked_for_expert",),
        risk="normal",
        themes=(),
        due_hours=read_in(connection).due_hours["normal"],
        who=timeline.ASKER,
    )
    _keep_words(connection, item_id, "asked", conversation_id, note, email, language)
    return item_id


def report(engine: Engine, answer_id: str, reason: str, note: str | None = None) -> str | None:
    """Bring a reported answer before an expert, in a transaction of its own: see `report_in`."""
    with begin_write(engine) as connection:
        return report_in(connection, answer_id, reason, note)


def report_in(connection: Connection, answer_id: str, reason: str, note: str | None = None) -> str | None:
    """Bring an answer that somebody reported before an expert.

    Args:
        connection: of a write transaction; what is refused leaves nothing behind when it is rolled back.
        answer_id: which answer.
        reason: a reason code of the feedback.
        note: what the asker wrote; one with personal data is left out.

    Returns:
        the item's id; ``None`` where the answer is not kept.

    Raises:
        BadText: the reason is no code, or the note is too long.
        TooMany: see `MOST_OF_ANSWER` and `MOST_OF_CONVERSATION`.
    """
    if not _REASON.fullmatch(reason):
        raise BadText("A reason is a code of small letters, at most 32.")
    return _of_asker(connection, answer_id, "reported", _harmless(note), None, None, {"reason": reason})


def reopen(
    connection: Connection,
    item_id: str,
    reason: Reason = "source_changed",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Bring a question back into the queue, in the caller's transaction: a document it cites changed.

    Raises:
        ItemUnknown: there is none with this id.
    """
    row = items.row_of(connection, item_id, lock=True)
    items.wants_person(connection, row, reason, timeline.HELPDESK, reason, detail)


def _of_asker(
    connection: Connection,
    answer_id: str,
    reason: Reason,
    note: str | None,
    email: str | None,
    language: str | None,
    detail: Mapping[str, Any] | None = None,
) -> str | None:
    what = "reported" if reason == "reported" else "asked_for_expert"
    kind = "reported" if reason == "reported" else "asked"
    row = items.of_answer(connection, answer_id)
    if row is not None:
        _require_room_for(connection, row["item_id"], kind)
        _require_room_in(connection, row["conversation_id"])
        items.wants_person(connection, row, reason, timeline.ASKER, what, detail)
        item_id, conversation_id = str(row["item_id"]), row["conversation_id"]
    else:
        stored = connection.execute(select(answers.c.document).where(answers.c.answer_id == answer_id))
        answer = stored.scalar_one_or_none()
        if answer is None:
            return None
        risk = risk_of([reason])
        conversation_id = answer["conversation_id"]
        _require_room_in(connection, conversation_id)
        item_id = items.add(
            connection,
            answer=answer,
            content=content_of_answer(answer),
            reasons=(reason,),
            risk=risk,
            themes=themes_of(connection, answer),
            due_hours=read_in(connection).due_hours[risk],
            who=timeline.ASKER,
        )
        if reason == "reported":
            timeline.record(connection, item_id, timeline.ASKER, what, 1, detail)
    _keep_words(connection, item_id, kind, conversation_id, note, email, language)
    return item_id


def themes_of(connection: Connection, answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the themes, casefolded, of the documents that an answer cites or names, as often as they do."""
    cited = [citation["document"]["document_id"] for citation in answer["citations"]]
    named = [resource["document_id"] for resource in answer["related"]]
    wanted = list(dict.fromkeys(cited or named))
    rows = connection.execute(
        select(document_versions.c.document_id, document_versions.c.themes)
        .where(document_versions.c.document_id.in_(wanted))
        .order_by(document_versions.c.version)
    )
    by_document = {row[0]: row[1] for row in rows}
    return tuple(dict.fromkeys(folded(theme) for each in wanted for theme in by_document.get(each, ())))


def _require_room_for(connection: Connection, item_id: str, kind: str) -> None:
    """Let a report or request pass if its answer has not had enough of them.

    Raises:
        TooMany: it has.
    """
    columns = review_requests.c
    query = select(func.count()).where(columns.item_id == item_id, columns.kind == kind)
    if connection.execute(query).scalar_one() < MOST_OF_ANSWER:
        return
    if kind == "reported":
        raise TooMany(f"This answer was reported {MOST_OF_ANSWER} times: an expert has what you wrote.")
    raise TooMany(f"An expert was asked about this {MOST_OF_ANSWER} times, and has what you wrote.")


def _require_room_in(connection: Connection, conversation_id: str | None) -> None:
    """Let a report or request pass if its conversation has not had enough of them.

    Raises:
        TooMany: it has.
    """
    if not conversation_id:
        return
    of_item = review_items.c.item_id == review_requests.c.item_id
    query = (
        select(func.count())
        .select_from(review_requests.join(review_items, of_item))
        .where(review_items.c.conversation_id == conversation_id)
    )
    if connection.execute(query).scalar_one() >= MOST_OF_CONVERSATION:
        raise TooMany(
            f"This conversation has sent {MOST_OF_CONVERSATION} reports and requests to the experts. "
            "Begin a new conversation to send more."
        )


def _keep_words(
    connection: Connection,
    item_id: str,
    kind: str,
    conversation_id: str | None,
    note: str | None,
    email: str | None,
    language: str | None,
) -> None:
    connection.execute(
        insert(review_requests).values(
            request_id=new_id(),
            item_id=item_id,
            at=moment(),
            kind=kind,
            conversation_id=conversation_id,
            note=_checked(note) if note else None,
            email=email,
            language=language,
        )
    )


def _checked(text: str) -> str:
    kept = guardrails.clean(text)
    if len(kept) > MAX_NOTE_CHARS:
        raise BadText(f"This may have at most {MAX_NOTE_CHARS} characters.")
    if guardrails.personal_data(kept):
        raise HoldsPersonalData("This seems to hold personal data. It was not stored; please leave it out.")
    return kept


def _harmless(note: str | None) -> str | None:
    kept = clean(note) if note else ""
    if len(kept) > MAX_NOTE_CHARS:
        raise BadText(f"This may have at most {MAX_NOTE_CHARS} characters.")
    return None if not kept or guardrails.personal_data(kept) else kept
