"""The chat page put together: its words, filters, suggestions, and an answer where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from api.answer_view import AnswerView, view
from api.dependencies import service_of
from api.forms import FILTER_FIELDS
from api.messages import SHARED, messages
from api.offered import facets, suggestions
from api.pages import NATIVE_NAMES, language_query, page, page_language, render
from api.service import Service
from api.standing import Words, value_label
from helpdesk_bot.lapsed import lapsed
from helpdesk_bot.phrases import languages

SCRIPT_WORDS = (
    "searching",
    "answer_ready",
    "network_error",
    "empty_question",
    "loading_text",
    "text_failed",
    "you_asked",
    "source_n",
    "new_started",
    "send_failed",
    "one_moment",
    "feedback_thanks",
    "feedback_without_note",
    "expert_sent",
    "expert_link",
    "expert_consent_needed",
    "expert_answered",
    "expert_message",
    "copied",
    "privacy_forgotten",
    "error_other",
    "error_429",
    "error_500",
    "error_503",
    "error_switched_off",
    "error_question_too_long",
    "error_review_too_many",
    "error_review_personal_data",
    "error_review_bad_text",
    "error_account_refused",
)

MOST_VALUES = 200
"""Values that one filter offers; a longer list is no help to anybody."""


@dataclass(frozen=True, slots=True)
class FilterView:
    """One filter of the form: its name, its field's name, and its values with their labels."""

    name: str
    field: str
    options: tuple[tuple[str, str], ...]


def chat_page(
    request: Request,
    status: int = 200,
    *,
    template: str = "chat.html",
    part: str = SHARED,
    ask_address: str | None = None,
    **values: Any,
) -> Response:
    """Return the chat page, or another template made of its blocks (the widget's panel).

    Args:
        request: the request.
        status: the response's status.
        template: the page.
        part: the folder of its words.
        ask_address: where its form is sent; default: this page.
        values: what differs from an empty page: ``question``, ``chosen``,
            ``chosen_filters``, ``answer``, ``refusal``, and ``told``, a line above all.
    """
    service = service_of(request)
    language = page_language(request, part)
    words = messages(language, part)
    most = service.settings.max_question_chars
    offered: dict[str, Any] = {"filters": (), "suggestions": ()}
    if service.ready:
        offered["filters"] = _filters(service, words, language)
        if values.get("answer") is None:
            offered["suggestions"] = suggestions(service.engine, language)
    shown = {
        "question": "",
        "chosen": "auto",
        "chosen_filters": {},
        "answer": None,
        "refusal": None,
        "told": None,
    } | values
    return page(
        request,
        template,
        status,
        part=part,
        ask_address=ask_address,
        answer_languages=[(code, NATIVE_NAMES.get(code, code)) for code in languages()],
        max_chars=most,
        recorded=service.settings.record_conversations,
        script_words={key: words[key].replace("{max}", str(most)) for key in SCRIPT_WORDS},
        **offered,
        **shown,
    )


def shown_answer(service: Service, given: Mapping[str, Any], language: str) -> AnswerView:
    """Return an answer's JSON as the pages of this house show it."""
    return view(
        given,
        messages(language),
        language,
        recorded=service.settings.record_conversations,
        lapsed=lapsed(service.engine, given["citations"]),
    )


def answer_html(request: Request, given: Mapping[str, Any]) -> str:
    """Return an answer as the piece of a page that the page's script puts in its place."""
    service, language = service_of(request), page_language(request)
    return render(
        "_answer.html",
        language,
        answer=shown_answer(service, given, language),
        ask_address=None,
        lang_query=language_query(request, language),
        max_chars=service.settings.max_question_chars,
    )


def _filters(service: Service, words: Words, language: str) -> tuple[FilterView, ...]:
    """Return the filters that leave a choice."""
    found = facets(service.engine)
    made = []
    for name, field in FILTER_FIELDS.items():
        values = [each.value for each in getattr(found, name)[:MOST_VALUES]]
        options = [(value, value_label(name, value, words, language)) for value in values]
        if name != "year":
            options.sort(key=lambda option: option[1].casefold())
        if len(options) > 1:
            made.append(FilterView(name, field, tuple(options)))
    return tuple(made)
