"""Pages of the places where people work: the frame that review, evals, admin and signing in share."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Request, Response

from api.messages import messages
from api.pages import page, page_language
from helpdesk_bot.accounts.values import Account

Place = Literal["review", "evals", "admin", "access"]

PLACES: tuple[tuple[Place, str, str], ...] = (
    ("review", "/review", "expert"),
    ("evals", "/evals", "evaluator"),
    ("admin", "/admin", "administrator"),
)
"""The places of the header: code, address, and the role that works there."""


def desk_page(
    request: Request,
    template: str,
    *,
    part: str,
    place: Place,
    account: Account | None,
    status: int = 200,
    **values: Any,
) -> Response:
    """Return a page that extends ``desk_base.html``.

    Args:
        request: the request that is answered.
        template: the page's template.
        part: the folder of its words under ``api/messages``.
        place: which place of the header is the present one.
        account: who is signed in; ``None`` shows no places and no way out.
        status: the HTTP status.
        **values: what the template needs; ``desk`` (the frame's words) and ``places`` are taken.
    """
    desk = messages(page_language(request, part), "desk")
    places = [
        (code, address, desk[f"place_{code}"])
        for code, address, role in PLACES
        if account is not None and {role, "administrator"} & set(account.roles)
    ]
    return page(
        request,
        template,
        status,
        part=part,
        desk=desk,
        places=places,
        place=place,
        account=account,
        **values,
    )
