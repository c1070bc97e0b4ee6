"""A question for an expert, from the form of a page."""

from __future__ import annotations

from typing import Any

from api.forms import ExpertForm
from api.questions import clean
from api.service import Service
from helpdesk_bot.accounts.directory import clean_email
from helpdesk_bot.records import Records
from helpdesk_bot.review import asker


def ask_expert(service: Service, form: ExpertForm, language: str) -> dict[str, Any]:
    """Put a question before an expert: about its answer where the question is still the same.

    Args:
        service: what holds the database.
        form: what the asker wrote; an answer counts only with its conversation.
        language: of the page.

    Raises:
        AnswerUnknown: there is no such answer in the conversation.
        BadText: a text holds personal data, is empty or too long.
        ConsentNeeded: the box was not ticked.
        AccountRefused: the address is none.
    """
    question = " ".join(clean(form.question).split())
    known = Records(service.engine).get(form.answer_id) if form.answer_id else None
    about_answer = bool(form.answer_id) and (not question or known is None or question == known["question"])
    return asker.ask_expert(
        service.engine,
        answer_id=form.answer_id if about_answer else None,
        question=None if about_answer else question,
        conversation_id=form.conversation_id or None,
        language=language,
        note=clean(form.note).strip() or None,
        email=clean_email(form.email) if form.email.strip() else None,
        consent=bool(form.consent),
    )
