"""The pages for people: the chat page, and a document's text with a passage highlighted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from api.answer_view import language_tag, original_address, view, web_address
from api.dependencies import Limited, ServiceOf
from api.messages import messages
from api.pages import NATIVE_NAMES, page, page_language, render
from api.problems import problem_of
from api.questions import QuestionRefused
from api.reading import MAX_OFFSET, MAX_VERSION, highlighted, record_of
from api.routes.asking import answer
from api.schemas import AskBody
from api.streaming import stream_answer
from helpdesk_bot.phrases import language_name, languages

router = APIRouter(include_in_schema=False)

SCRIPT_WORDS = (
    "searching",
    "answer_ready",
    "network_error",
    "empty_question",
    "loading_text",
    "text_failed",
    "you_asked",
    "source_n",
    "error_other",
    "error_429",
    "error_500",
    "error_503",
    "error_question_too_long",
)


def _chat(request: Request, status: int = 200, **values: Any) -> Response:
    settings = request.app.state.service.settings
    words = messages(page_language(request))
    shown = {"question": "", "chosen": "auto", "answer": None, "refusal": None} | values
    return page(
        request,
        "chat.html",
        status,
        answer_languages=[(code, NATIVE_NAMES.get(code, code)) for code in languages()],
        max_chars=settings.max_question_chars,
        script_words={
            key: words[key].replace("{max}", str(settings.max_question_chars)) for key in SCRIPT_WORDS
        },
        **shown,
    )


@router.get("/")
async def chat(request: Request) -> Response:
    """Show the chat page."""
    return _chat(request)


@router.post("/")
async def ask(
    request: Request,
    service: ServiceOf,
    limited: Limited,
    question: Annotated[str, Form(max_length=40_000)] = "",
    language: Annotated[str, Form(max_length=20)] = "auto",
    conversation_id: Annotated[str | None, Form(max_length=32)] = None,
) -> Response:
    """Answer a question: as events for the page's script, as a whole page where scripts are off."""
    chosen = page_language(request)
    body = AskBody(question=question, language=language, conversation_id=conversation_id or None)
    streamed = "text/event-stream" in request.headers.get("accept", "")
    try:
        asked = body.to_question(service.settings)
    except QuestionRefused as refusal:
        if streamed:
            raise
        text = messages(chosen).get(f"error_{refusal.code}", messages(chosen)["error_other"])
        text = text.replace("{max}", str(service.settings.max_question_chars))
        status = problem_of(refusal).status
        return _chat(request, status, question=question, chosen=language, refusal=text)

    def as_html(given: Mapping[str, Any]) -> str:
        return render("_answer.html", chosen, answer=view(given, messages(chosen), chosen))

    response: Response
    if streamed:
        response = stream_answer(service, asked, as_html)
    else:
        given = await answer(service, asked)
        shown = view(given, messages(chosen), chosen)
        response = _chat(request, chosen=language, answer=shown)
    response.headers.update(limited)
    return response


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
    about = [
        words.get(f"kind_{metadata.kind}", ""),
        metadata.publisher,
        metadata.date,
        language_name(metadata.language, language) if metadata.language != "und" else "",
        words["version_n"].format(version=record.version),
    ]
    return page(
        request,
        "document.html",
        record=record,
        title=metadata.title,
        document_language=language_tag(metadata.language),
        about=" · ".join(part for part in about if part),
        segments=segments,
        has_quote=any(segment.quoted for segment in segments),
        original=original_address(document_id, record.version, page_number),
        original_label=words["open_page"].format(page=page_number) if page_number else words["open_original"],
        official=web_address(metadata.url),
    )
