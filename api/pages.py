"""Server-rendered pages: their language, their templates, and the page of an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.messages import SHARED, languages, messages, negotiate
from api.problems import Problem
from helpdesk_bot.phrases import language_name
from helpdesk_bot.reply.wording import spoken_date

NATIVE_NAMES = {
    "ar": "العربية",
    "bg": "Български",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "fi": "Suomi",
    "fr": "Français",
    "hu": "Magyar",
    "it": "Italiano",
    "lt": "Lietuvių",
    "nb": "Norsk bokmål",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "sk": "Slovenčina",
    "sv": "Svenska",
    "uk": "Українська",
    "vi": "Tiếng Việt",
}
"""What speakers call their language: in a selector nobody should have to know another one."""


RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def direction(language: str | None) -> Literal["ltr", "rtl"]:
    """Return which way a language is written, for a ``dir`` attribute."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"decimal": decimal, "spoken": spoken, "spoken_date": spoken_date}
    return environment


def decimal(value: float, language: str) -> str:
    """Return a number as a language writes it."""
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=language))


def spoken(code: str, language: str) -> str:
    """Return the name of a language in another one; a dash where it is not known."""
    return "–" if code in ("", "und") else language_name(code, language)


def page_language(request: Request, part: str = SHARED) -> str:
    """Return the language that a page of this part of the site is shown in."""
    return negotiate(request.query_params.get("lang"), request.headers.get("accept-language", ""), part)


def language_query(request: Request, language: str) -> str:
    """Return what keeps the language in a link: ``?lang=xx`` where the address asked for it, else nothing."""
    return f"?lang={language}" if request.query_params.get("lang") == language else ""


def render(template: str, language: str, part: str = SHARED, **values: Any) -> str:
    """Return a template filled with values and the words of a language."""
    return (
        _environment()
        .get_template(template)
        .render(
            words=messages(language, part),
            page_language=language,
            page_direction=direction(language),
            native_names=NATIVE_NAMES,
            **values,
        )
    )


def page(
    request: Request, template: str, status: int = 200, *, part: str = SHARED, **values: Any
) -> Response:
    """Return a whole page in the reader's language; ``part`` names the folder of its words."""
    language = page_language(request, part)
    others = [
        (code, NATIVE_NAMES.get(code, code), str(request.url.include_query_params(lang=code).query))
        for code in languages(part)
    ]
    html = render(
        template,
        language,
        part,
        switches=others,
        # A path of two slashes would be read as another site's address.
        path=f"/{request.url.path.lstrip('/')}" if request.method == "GET" else "/",
        switched_off=request.app.state.service.is_switched_off,
        lang_query=language_query(request, language),
        **values,
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return Response(html.encode("utf-8", "replace"), status, headers, media_type="text/html; charset=utf-8")


def wants_page(request: Request) -> bool:
    """Return whether a person is looking: a browser, and no address for programs."""
    for_programs = request.url.path.startswith(("/api/", "/v1/", "/health/", "/metrics", "/openapi"))
    return not for_programs and "text/html" in request.headers.get("accept", "")


def error_page(request: Request, problem: Problem) -> Response:
    """Return the page that tells a reader what went wrong and how to go on."""
    words = messages(page_language(request))
    text = words.get(f"error_{problem.code}") or words.get(f"error_{problem.status}") or words["error_other"]
    settings = request.app.state.service.settings
    response = page(
        request,
        "error.html",
        problem.status,
        text=text.replace("{max}", str(settings.max_question_chars)),
        code=problem.code,
    )
    response.headers.update(dict(problem.headers))
    return response
