"""What an asker does with an answer where no script does it: save it, judge it, ask an expert, come back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from api.chat_page import answer_html, chat_page, shown_answer
from api.conversations import Entry, entries_of
from api.dependencies import Limited, ServiceOf
from api.expert_forms import ask_expert
from api.forms import ExpertSent, FeedbackSent, ReplySent
from api.messages import messages
from api.pages import page, page_language
from api.problems import problem_of
from api.questions import clean
from api.service import Service
from helpdesk_bot import retention
from helpdesk_bot.answers import Answer
from helpdesk_bot.errors import AnswerUnknown, HelpdeskError
from helpdesk_bot.feedback import REASONS, Feedback, Reason, give
from helpdesk_bot.records import Records
from helpdesk_bot.reply.rendering import RENDERINGS, render
from helpdesk_bot.review.errors import TooMany

router = APIRouter(include_in_schema=False)

_ANSWER = TypeAdapter(Answer)


@router.post("/reply")
async def save_reply(service: ServiceOf, limited: Limited, form: ReplySent) -> Response:
    """Send a recorded answer as a helpdesk reply, to be saved."""
    document = await run_in_threadpool(_recorded, service, form.answer_id, form.conversation_id)
    helpdesk = service.helpdesk

    def work() -> bytes:
        filters = {name: tuple(values) for name, values in (document["trace"].get("filters") or {}).items()}
        return render(helpdesk.reply_from(_ANSWER.validate_python(document), filters), form.form)

    file = await service.workers.run(work)
    rendering = RENDERINGS[form.form]
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="reply{rendering.suffix}"',
        **limited,
    }
    charset = "; charset=utf-8" if rendering.is_text else ""
    return Response(file, 200, headers, media_type=f"{rendering.media_type}{charset}")


@router.post("/feedback")
def keep_feedback(request: Request, service: ServiceOf, limited: Limited, form: FeedbackSent) -> Response:
    """Keep what an asker says of an answer, and show the answer again."""
    reason: Reason | None = next((each for each in REASONS if each == form.reason), None)
    note = clean(form.note)[:1000] or None
    words = messages(page_language(request))
    try:
        taken = give(service.engine, Feedback(form.answer_id, form.helpful == "yes", reason, note))
    except TooMany as error:
        return _refused(request, service, form.answer_id, form.conversation_id, error)
    told = words["feedback_thanks" if taken.note_kept else "feedback_without_note"]
    response = _shown_again(request, service, form.answer_id, form.conversation_id, told=told)
    response.headers.update(limited)
    return response


@router.post("/expert")
def send_to_expert(request: Request, service: ServiceOf, limited: Limited, form: ExpertSent) -> Response:
    """Send a question to an expert, and show where the answer will be."""
    words = messages(page_language(request))
    if not form.consent:
        told = words["expert_consent_needed"]
        return _shown_again(request, service, form.answer_id, form.conversation_id, told=told, status=422)
    try:
        sent = ask_expert(service, form, page_language(request))
    except HelpdeskError as error:
        return _refused(request, service, form.answer_id, form.conversation_id, error)
    response = _conversation(request, service, sent["conversation_id"], told=words["expert_sent"])
    response.headers.update(limited)
    return response


@router.get("/conversations/{conversation_id}")
def conversation(request: Request, service: ServiceOf, limited: Limited, conversation_id: str) -> Response:
    """Show a conversation again, with what experts answered in it."""
    response = _conversation(request, service, conversation_id)
    response.headers.update(limited)
    return response


@router.get("/conversations/{conversation_id}/released/{key}")
def released(request: Request, service: ServiceOf, conversation_id: str, key: str) -> Response:
    """Return an expert's answer as the piece of a page that the page's script adds."""
    entries = _entries(service, conversation_id)
    found = next((each for each in entries if each.key == key), None)
    if found is None or found.released is None:
        raise AnswerUnknown("No expert has answered this here.")
    html = answer_html(request, found.released)
    return Response(
        html.encode("utf-8", "replace"),
        headers={"Cache-Control": "no-store"},
        media_type="text/html; charset=utf-8",
    )


def _recorded(service: Service, answer_id: str, conversation_id: str) -> dict[str, Any]:
    """Return a recorded answer to the one who knows its conversation.

    Raises:
        AnswerUnknown: no such answer, or not in that conversation.
    """
    document = Records(service.engine).get(answer_id)
    if document is None or document["conversation_id"] != conversation_id:
        raise AnswerUnknown("There is no such answer in this conversation.")
    return document


def _entries(service: Service, conversation_id: str) -> tuple[Entry, ...]:
    since = retention.visible_since(service.engine, service.settings)
    return entries_of(service.engine, conversation_id, since)


def _shown_again(
    request: Request,
    service: Service,
    answer_id: str,
    conversation_id: str,
    *,
    told: str,
    status: int = 200,
) -> Response:
    """Show the chat page with a line above, and with the answer where its conversation is known."""
    try:
        document = _recorded(service, answer_id, conversation_id)
    except AnswerUnknown:
        return chat_page(request, status, told=told)
    shown = shown_answer(service, document, page_language(request))
    return chat_page(request, status, answer=shown, told=told)


def _refused(
    request: Request, service: Service, answer_id: str, conversation_id: str, error: HelpdeskError
) -> Response:
    """Show the answer again, and say in the page's language why something was not taken."""
    problem, words = problem_of(error), messages(page_language(request))
    told = words.get(f"error_{problem.code}", words["send_failed"])
    return _shown_again(request, service, answer_id, conversation_id, told=told, status=problem.status)


def _conversation(
    request: Request, service: Service, conversation_id: str, told: str | None = None
) -> Response:
    entries = _entries(service, conversation_id)
    language = page_language(request)
    shown = [
        (
            entry,
            shown_answer(service, entry.given, language) if entry.given else None,
            shown_answer(service, entry.released, language) if entry.released else None,
        )
        for entry in entries
    ]
    return page(
        request,
        "conversation.html",
        entries=shown,
        told=told,
        ask_address=None,
        max_chars=service.settings.max_question_chars,
    )
