"""The widget: its loader, the panel that the loader opens in a frame, and the panel's tokens."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from api.assets import Asset, asset_reply, make_asset
from api.chat_page import chat_page
from api.dependencies import Limited, ServiceOf
from api.messages import languages, messages
from api.middleware import SECURITY_HEADERS
from api.pages import direction, page_language
from api.replies import json_reply
from api.routes.pages import ask
from api.widget_tokens import KEY_NAME, LIFETIME_S, allowed, allowed_origin, issue, needs_panel
from helpdesk_bot import __version__
from helpdesk_bot.signing_keys import signing_key

router = APIRouter()

PART = "widget"
LOADER_WORDS = ("launcher", "title", "close", "loading", "failed", "retry", "open_page")
NOBODY = "'none'"
LOADER_MAX_AGE_S = 300
"""Seconds that a browser keeps the loader without asking: a mended one is everywhere within minutes."""


class TokenReply(BaseModel):
    """A token for one website."""

    token: str = Field(description="Sent by the panel as `Authorization: Widget TOKEN`; opaque.")
    origin: str = Field(description="The website that it is bound to; the panel sends it as `Widget-Origin`.")
    expires_at: str = Field(description="UTC, ISO 8601.")
    expires_in_s: int = Field(description="Seconds from now.")


@cache
def _loader() -> Asset:
    """Return the loader with its words."""
    source = (Path(__file__).parents[1] / "templates" / "widget.js").read_text("utf-8")
    words = {
        language: {key: messages(language, PART)[f"widget_{key}"] for key in LOADER_WORDS}
        | {"dir": direction(language)}
        for language in languages(PART)
    }
    filled = source.replace('"__WORDS__"', json.dumps(words, ensure_ascii=False, separators=(",", ":")))
    return make_asset(filled.encode(), "text/javascript; charset=utf-8", f"{__version__}-")


@router.get("/widget.js", include_in_schema=False)
async def loader(request: Request) -> Response:
    """Send the script that a website embeds."""
    headers = {
        "Cache-Control": f"public, max-age={LOADER_MAX_AGE_S}",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",  # so that a website may pin it with `integrity`
        "Content-Language": "mul",
    }
    return asset_reply(_loader(), request.headers, headers)


@router.get("/widget", include_in_schema=False)
def panel(
    request: Request,
    service: ServiceOf,
    origin: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Show the panel, in a frame of the declared website alone; declared none, as a small chat page."""
    framing = (allowed_origin(service, origin),) if origin else allowed(service)
    query = urlencode({"lang": page_language(request, PART), "origin": framing[0]}) if origin else ""
    response = chat_page(
        request,
        template="panel.html",
        part=PART,
        ask_address=f"/widget?{query}" if origin else None,
        embedding_origin=framing[0] if origin else "",
    )
    ancestors = f"frame-ancestors {' '.join(framing or (NOBODY,))}"
    policy = SECURITY_HEADERS["Content-Security-Policy"].replace(f"frame-ancestors {NOBODY}", ancestors)
    response.headers["Content-Security-Policy"] = policy
    # A host page that isolates itself (COEP) frames only what says this.
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


router.add_api_route(
    "/widget", ask, methods=["POST"], dependencies=[Depends(needs_panel)], include_in_schema=False
)


@router.post(
    "/api/v1/widget/token",
    tags=["widget"],
    response_model=TokenReply,
    summary="Get a token for the widget",
    description="For the widget's loader. The browser says in `Origin` which website asks; where an "
    "administrator allowed it, the reply may be read there (CORS) and holds a token for 15 minutes. "
    "Needs no account and no body.",
    responses={403: {"description": "The website may not embed the widget (`origin_not_allowed`)."}},
)
def token(request: Request, service: ServiceOf, limited: Limited) -> Response:
    """Give a token for the website that asks."""
    origin = allowed_origin(service, request.headers.get("origin", ""))
    made, said = issue(signing_key(service.engine, KEY_NAME), origin)
    expires_at = datetime.fromtimestamp(said.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = TokenReply(token=made, origin=origin, expires_at=expires_at, expires_in_s=LIFETIME_S)
    headers = {
        **limited,
        "Access-Control-Allow-Origin": origin,
        "Vary": "Origin",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return json_reply(body.model_dump(), headers)
