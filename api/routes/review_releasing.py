"""Releasing a reply: what the asker will get, what its sources do not show, and which of them changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from api.dependencies import ServiceOf
from api.review_cases import keep_case
from api.review_view.evidence import source_change
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
from api.review_view.wording import finding
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.review.errors import BadText, Conflict, NotAllowed, SourcesChanged, Unsupported
from helpdesk_bot.review.releasing import needs_reason
from helpdesk_bot.review.standing import SourceChange, changes_now
from helpdesk_bot.review.values import MAX_CITATIONS

router = APIRouter(include_in_schema=False, prefix="/review/{item_id}")

_WHY = re.compile(r"why\.(\d{1,4})")
_NOTICES: Mapping[type[Exception], str] = {
    Conflict: "changed_before_release",
    SourcesChanged: "sources_changed",
    Unsupported: "reasons_needed",
}


def _release_page(
    request: Request,
    account: Account,
    item: Mapping[str, Any],
    *,
    status: int = 200,
    notice: str | None = None,
    open_sentences: list[Mapping[str, Any]] | None = None,
    typed: Mapping[int, str] | None = None,
    reason: str = "",
    changes: Sequence[SourceChange] = (),
) -> Response:
    words, _ = words_of(request)
    sentences = item["text"]["sentences"]
    numbers = {one["citation_id"]: number for number, one in enumerate(item["text"]["citations"], 1)}
    listed = (
        open_sentences
        if open_sentences is not None
        else [
            {"sentence": index, "text": one["text"], "reasons": one["reasons"]}
            for index, one in enumerate(sentences)
            if one["verification"] == "unsupported" and needs_reason(each["code"] for each in one["reasons"])
        ]
    )
    return review_page(
        request,
        "review/release.html",
        account,
        status,
        item=item,
        sentences=[
            {"text": one["text"], "numbers": [numbers[c] for c in one["citations"] if c in numbers]}
            for one in sentences
        ],
        unsupported=[
            {
                "index": one["sentence"],
                "text": one["text"],
                "findings": [finding(words, reason) for reason in one["reasons"]],
                "why": (typed or {}).get(one["sentence"], ""),
            }
            for one in listed
        ],
        changes=[source_change(words, one) for one in changes],
        is_edited=item["text"]["version"] > 1,
        wants_mail=any(one.get("wants_mail") for one in item["requests"]),
        notice=words.get(notice or ""),
        reason=reason,
        back=item_address(request, item["item_id"]),
        action=item_address(request, item["item_id"], "/release"),
    )


@router.get("/release")
def release_page(request: Request, account: Expert, at_desk: AtDesk, item_id: str) -> Response:
    """Show what is about to be released: each sentence without support, each document that changed."""
    desk, person = at_desk
    item = desk.get(person, item_id)
    if "release" not in item["allowed"]:
        return item_page(request, account, desk, item, status=409, notice="not_allowed")
    return _release_page(request, account, item, changes=changes_now(desk.engine, item_id))


@router.post("/release")
def release(
    request: Request, service: ServiceOf, account: Expert, at_desk: AtDesk, item_id: str, fields: Fields
) -> Response:
    """Release the reply under my name."""
    desk, person = at_desk
    typed = {
        int(match[1]): text_field(fields, name)
        for name in fields
        if (match := _WHY.fullmatch(name)) and text_field(fields, name)
    }
    reason = text_field(fields, "reason")
    seen = [value for value in fields.getlist("seen") if isinstance(value, str)][:MAX_CITATIONS]
    try:
        released = desk.release(person, item_id, version_field(fields), typed, reason, seen)
    except (Conflict, SourcesChanged, Unsupported) as error:
        return _release_page(
            request,
            account,
            desk.get(person, item_id),
            status=422 if isinstance(error, Unsupported) else 409,
            notice=_NOTICES[type(error)],
            open_sentences=dict(error.extra)["sentences"] if isinstance(error, Unsupported) else None,
            typed=typed,
            reason=reason,
            changes=changes_now(desk.engine, item_id),
        )
    except BadText:  # no sentence at all, or a quote that its document does not hold any more
        item = desk.get(person, item_id)
        return item_page(request, account, desk, item, status=422, notice="not_releasable")
    except NotAllowed:
        item = desk.get(person, item_id)
        return item_page(request, account, desk, item, status=409, notice="not_allowed")
    keep_case(service, released, reason)
    return go(item_address(request, item_id, done="released"))
