"""What the administrator's pages have in common: who may see them, the frame, and coming back from a form."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.access import needs
from api.desk_pages import desk_page
from api.messages import messages
from api.pages import page_language
from api.problems import problem_of
from api.refusals import refusal_of
from corpus.errors import CorpusError
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.errors import HelpdeskError
from index.errors import IndexRoomError

Administrator = Annotated[Account, Depends(needs("administrator"))]
Evaluator = Annotated[Account, Depends(needs("evaluator"))]

REFUSALS = (HelpdeskError, CorpusError, IndexRoomError)
"""Errors that a form is told about in its own page."""

SECTIONS = (
    "overview",
    "documents",
    "usage",
    "accounts",
    "keys",
    "origins",
    "policy",
    "retention",
    "audit",
)
"""Pages of ``/admin``, in the order of the second line of the header."""


def admin_page(
    request: Request,
    account: Account,
    section: str,
    template: str,
    *,
    refusal: Exception | None = None,
    **values: Any,
) -> Response:
    """Return a page of ``/admin``; with ``refusal``, the one that says why a form was not followed."""
    status = 200 if refusal is None else problem_of(refusal).status
    return desk_page(
        request,
        f"admin/{template}",
        part="admin",
        place="admin",
        account=account,
        status=status,
        section=section,
        sections=SECTIONS,
        done=request.query_params.get("done", "") if refusal is None else "",
        refusal=refusal_of(refusal, messages(page_language(request, "admin"), "admin")),
        **values,
    )


def back(request: Request, address: str, done: str = "", **query: str) -> Response:
    """Send the reader to a page after a form was followed; ``done`` names what was done."""
    wanted = {"done": done, "lang": request.query_params.get("lang", ""), **query}
    given = urlencode({name: value for name, value in wanted.items() if value})
    return RedirectResponse(f"{address}?{given}" if given else address, 303, {"Cache-Control": "no-store"})
