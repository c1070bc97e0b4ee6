"""What is decided about a question: who takes it, notes, return, merge, close, open again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.review_desk import colleague
from api.review_view.pages import (
    AtDesk,
    Expert,
    Fields,
    go,
    item_address,
    item_page,
    review_page,
    text_field,
    version_field,
    words_of,
)
from api.review_view.wording import moment, named
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.errors import AccountUnknown
from helpdesk_bot.review.desk import Query as DeskQuery
from helpdesk_bot.review.errors import BadText, Conflict, NotAllowed

router = APIRouter(include_in_schema=False, prefix="/review/{item_id}")


def _do(
    request: Request,
    account: Account,
    at_desk: AtDesk,
    item_id: str,
    act: Callable[[], Any],
    done: str,
    typed: Mapping[str, str],
) -> Response:
    """Do something to a question; when that fails, its page comes again with what was typed."""
    desk, person = at_desk
    try:
        act()
    except (Conflict, NotAllowed, BadText) as error:
        notice = "refused_text" if isinstance(error, BadText) else "changed_meanwhile"
        status = 422 if isinstance(error, BadText) else 409
        item = desk.get(person, item_id)
        return item_page(request, account, desk, item, status=status, notice=notice, typed=typed)
    return go(item_address(request, item_id, done=done))


@router.post("/assign")
def assign(request: Request, account: Expert, at_desk: AtDesk, item_id: str, fields: Fields) -> Response:
    """Take a question, give it to a colleague, or put it back; ``back`` leads to the queue again."""
    desk, person = at_desk
    wanted = text_field(fields, "to", 64)
    done = {"me": "claimed", "nobody": "put_back"}.get(wanted, "given")
    try:
        to = {"me": person, "nobody": None}[wanted] if done != "given" else colleague(desk.engine, wanted)
    except AccountUnknown:  # nobody was chosen, or their account was shut meanwhile
        item = desk.get(person, item_id)
        return item_page(request, account, desk, item, status=422, notice="give_unknown")
    back = text_field(fields, "back", 2000)
    response = _do(
        request,
        account,
        at_desk,
        item_id,
        lambda: desk.assign(person, item_id, version_field(fields), to),
        done,
        {},
    )
    is_queue = back == "/review" or back.startswith("/review?")
    if response.status_code == 303 and is_queue:
        return go(f"{back}{'&' if '?' in back else '?'}done={done}")
    return response


@router.post("/notes")
def note(request: Request, account: Expert, at_desk: AtDesk, item_id: str, fields: Fields) -> Response:
    """Leave a note for colleagues."""
    desk, person = at_desk
    text = text_field(fields, "text")
    return _do(
        request, account, at_desk, item_id, lambda: desk.note(person, item_id, text), "noted", {"note": text}
    )


@router.post("/return")
def send_back(request: Request, account: Expert, at_desk: AtDesk, item_id: str, fields: Fields) -> Response:
    """Return a question to the asker with a message."""
    desk, person = at_desk
    message = text_field(fields, "message")
    return _do(
        request,
        account,
        at_desk,
        item_id,
        lambda: desk.send_back(person, item_id, version_field(fields), message),
        "returned",
        {"message": message},
    )


@router.post("/close")
def close(request: Request, account: Expert, at_desk: AtDesk, item_id: str, fields: Fields) -> Response:
    """Close a question without a reply."""
    desk, person = at_desk
    reason = text_field(fields, "reason")
    return _do(
        request,
        account,
        at_desk,
        item_id,
        lambda: desk.close(person, item_id, version_field(fields), reason),
        "closed",
        {"close_reason": reason},
    )


@router.post("/reopen")
def reopen(request: Request, account: Expert, at_desk: AtDesk, item_id: str, fields: Fields) -> Response:
    """Put a question that was done with back into the queue."""
    desk, person = at_desk
    reason = text_field(fields, "reason")
    return _do(
        request,
        account,
        at_desk,
        item_id,
        lambda: desk.reopen(person, item_id, version_field(fields), reason),
        "reopened",
        {"reopen_reason": reason},
    )


@router.post("/discard")
def discard(request: Request, account: Expert, at_desk: AtDesk, item_id: str, fields: Fields) -> Response:
    """Throw away edits of mine that were kept."""
    desk, person = at_desk
    draft_id = text_field(fields, "draft_id", 64) or None
    return _do(
        request,
        account,
        at_desk,
        item_id,
        lambda: desk.discard(person, item_id, draft_id),
        "discarded",
        {},
    )


@router.get("/merge")
def merge_page(
    request: Request,
    account: Expert,
    at_desk: AtDesk,
    item_id: str,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show earlier questions that this one may be merged into."""
    desk, person = at_desk
    words, _ = words_of(request)
    item = desk.get(person, item_id)
    found = (
        desk.list(person, DeskQuery(state="any", text=q.strip(), own="all", limit=20))["items"]
        if q.strip()
        else item["merge_candidates"]
    )
    candidates = [
        {
            "item_id": one["item_id"],
            "question": one["question"],
            "state": named(words, "state", one["state"]),
            "released_at": moment(one["released_at"]),
        }
        for one in found
        if one["item_id"] != item_id
    ]
    return review_page(
        request,
        "review/merge.html",
        account,
        item=item,
        q=q,
        candidates=candidates,
        back=item_address(request, item_id),
        action=item_address(request, item_id, "/merge"),
        kept_language=request.query_params.get("lang", ""),
    )


@router.post("/merge")
def merge(request: Request, account: Expert, at_desk: AtDesk, item_id: str, fields: Fields) -> Response:
    """Merge a question into an earlier one."""
    desk, person = at_desk
    into = text_field(fields, "into", 64)
    return _do(
        request,
        account,
        at_desk,
        item_id,
        lambda: desk.merge(person, item_id, version_field(fields), into),
        "merged",
        {},
    )
