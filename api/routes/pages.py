"""The pages for people: the chat page, and a document's text with a passage highlighted."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answer_view import language_tag, original_address, web_address
from api.chat_page import answer_html, chat_page, shown_answer
from api.dependencies import Limited, ServiceOf, service_of
from api.forms import AskSent
from api.lapses import said_of
from api.messages import messages
from api.pages import page, page_language
from api.problems import problem_of
from api.questions import QuestionRefused
from api.reading import MAX_OFFSET, MAX_VERSION, highlighted, record_of
from api.routes.asking import answer
from api.streaming import stream_answer
from corpus.succession import succession
from helpdesk_bot.lapsed import lapse_of
from helpdesk_bot.phrases import language_name
from helpdesk_bot.reply.wording import spoken_date

router = APIRouter(include_in_schema=False)


@router.get("/")
def chat(request: Request) -> Response:
    """Show the chat page."""
    return chat_page(request)


@router.post("/")
async def ask(request: Request, service: ServiceOf, limited: Limited, form: AskSent) -> Response:
    """Answer a question: as events for the page's script, as a whole page where scripts are off."""
    streamed = "text/event-stream" in request.headers.get("accept", "")
    kept: dict[str, Any] = {"chosen": form.language, "chosen_filters": form.filters}
    try:
        asked = form.to_body().to_question(service.settings)
    except QuestionRefused as refusal:
        if streamed:
            raise
        return await run_in_threadpool(_refused, request, refusal, form.question, **kept)
    response: Response
    if streamed:
        response = stream_answer(service, asked, partial(answer_html, request))
    else:
        given = await answer(service, asked)
        shown = shown_answer(service, given, page_language(request))
        response = await run_in_threadpool(chat_page, request, answer=shown, **kept)
    response.headers.update(limited)
    return response


def _refused(request: Request, refusal: QuestionRefused, question: str, **kept: Any) -> Response:
    """Show the question again, with what is wrong with it."""
    words = messages(page_language(request))
    text = words.get(f"error_{refusal.code}", words["error_other"])
    text = text.replace("{max}", str(service_of(request).settings.max_question_chars))
    return chat_page(request, problem_of(refusal).status, question=question, refusal=text, **kept)


@router.get("/accessibility")
def accessibility(request: Request) -> Response:
    """Show the accessibility statement, in fewer languages than the chat page."""
    return page(request, "accessibility.html", part="accessibility")


@router.get("/documents/{document_id}")
def text_page(
    request: Request,
    service: ServiceOf,
    document_id: str,
    version: Annotated[int | None, Query(ge=1, le=MAX_VERSION)] = None,
    start: Annotated[int | None, Query(ge=0, le=MAX_OFFSET)] = None,
    end: Annotated[int | None, Query(ge=0, le=MAX_OFFSET)] = None,
) -> Response:
    """Show the text of a document version, with a span highlighted."""
    language = page_language(request)
    words = messages(language)
    record = record_of(service.helpdesk, document_id, version)
    metadata = record.metadata
    document = service.helpdesk.catalog.document(document_id, record.version)
    page_number, segments = highlighted(document, start, end)
    with service.engine.connect() as connection:
        lapse = lapse_of(connection, document_id, succession(connection))
    about = [
        words.get(f"kind_{metadata.kind}", ""),
        metadata.publisher,
        spoken_date(metadata.date, language),
        language_name(metadata.language, language) if metadata.language != "und" else "",
        words["version_n"].format(version=record.version),
    ]
    return page(
        request,
        "document.html",
        record=record,
        lapsed=said_of(lapse, words),
        successor=lapse.successor if lapse else None,
        title=metadata.title,
        document_language=language_tag(metadata.language),
        about=" · ".join(part for part in about if part),
        segments=segments,
        has_quote=any(segment.quoted for segment in segments),
        original=original_address(document_id, record.version, page_number),
        original_label=words["open_page"].format(page=page_number) if page_number else words["open_original"],
        official=web_address(metadata.url),
    )
