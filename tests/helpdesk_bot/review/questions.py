"""People of the review desk, and questions that reach it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, select

from corpus.storage import begin_write
from helpdesk_bot.answer_bank.schema import bank_entries
from helpdesk_bot.answers import Question
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.review import asker
from helpdesk_bot.review.desk import Person
from helpdesk_bot.review.policy import Policy
from helpdesk_bot.review.schema import review_items, review_themes

ANNA = Person("a" * 32, "Anna Åström")
LAN = Person("b" * 32, "Lan Nguyễn", ("safety",))
SV = "Hur många kommuner införde digital identitet för sina invånare?"
EN = "How many libraries lent tablets to residents?"
VI = "Nhà trường nên dạy trẻ em điều gì?"
EVERY = Policy(every_answer=True)


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
