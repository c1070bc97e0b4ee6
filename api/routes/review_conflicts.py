"""Two texts of one reply that collide: side by side, with a choice for each difference, and nothing lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.review_view import combining
from api.review_view.pages import (
    AtDesk,
    Expert,
    Fields,
    address,
    go,
    item_address,
    kept_working,
    review_page,
    text_field,
    version_field,
)
from api.review_view.texts import Working
from api.review_view.wording import moment
from helpdesk_bot.review.desk import ReviewDesk

router = APIRouter(include_in_schema=False, prefix="/review/{item_id}")

_CHOICE = re.compile(r"choice\.(\d{1,4})")


def _collision(
    desk: ReviewDesk, item: Mapping[str, Any], draft_id: str
) -> tuple[Mapping[str, Any], Working, Working, tuple[combining.Part, ...]] | None:
    """Return my kept text, both texts for the editor, and their runs of sentences; ``None`` without one."""
    kept = [*item["kept"], *([item["my_draft"]] if item["my_draft"] else [])]
    mine = next((one for one in kept if not draft_id or one["draft_id"] == draft_id), None)
    if mine is None:
        return None
    yours, theirs = kept_working(desk, item, mine), kept_working(desk, item, item["text"])
    base = mine["base"]["sentences"]
    return mine, yours, theirs, combining.parts(yours.sentences, theirs.sentences, base)


@router.get("/conflict")
def conflict_page(
    request: Request,
    account: Expert,
    at_desk: AtDesk,
    item_id: str,
    draft_id: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show my text beside the newer one, run by run, with a choice for each difference."""
    desk, person = at_desk
    item = desk.get(person, item_id)
    found = _collision(desk, item, draft_id)
    if found is None:
        return go(item_address(request, item_id))
    mine, yours, theirs, parts = found
    citations = {one["citation_id"]: one for one in (*theirs.citations, *yours.citations)}
    return review_page(
        request,
        "review/conflict.html",
        account,
        item=item,
        draft_id=mine["draft_id"],
        saved_at=moment(mine["saved_at"]),
        their_name=item["text"]["by"] or "",
        their_at=moment(item["text"]["at"]),
        parts=list(enumerate(parts)),
        n_different=sum(not part.same for part in parts),
        numbers={key: number for number, key in enumerate(citations, 1)},
        citations=list(citations.values()),
        back=item_address(request, item_id),
        action=item_address(request, item_id, "/conflict"),
        queue=address(request, "/review"),
    )


@router.post("/conflict")
def resolve(request: Request, at_desk: AtDesk, item_id: str, fields: Fields) -> Response:
    """Put the two texts together as chosen: my draft on the newer version, to look at and save."""
    desk, person = at_desk
    item = desk.get(person, item_id)
    draft_id = text_field(fields, "draft_id", 64)
    found = _collision(desk, item, draft_id)
    if found is None:
        return go(item_address(request, item_id))
    mine, yours, theirs, parts = found
    if text_field(fields, "do") == "theirs":
        desk.discard(person, item_id, mine["draft_id"])
        return go(item_address(request, item_id, done="discarded"))
    if version_field(fields) != item["version"]:  # a third version came meanwhile: choose again
        return go(item_address(request, item_id, "/conflict", draft_id=mine["draft_id"]))
    choices = {
        int(match[1]): text_field(fields, name) for name in fields if (match := _CHOICE.fullmatch(name))
    }
    together = combining.combine(parts, choices, yours, theirs)
    desk.autosave(person, item_id, item["version"], together.bare_sentences(), together.references())
    if item["my_draft"] is None or mine["draft_id"] != item["my_draft"]["draft_id"]:
        desk.discard(person, item_id, mine["draft_id"])
    return go(item_address(request, item_id, done="combined"))
