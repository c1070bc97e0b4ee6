"""``/api/v1/review``: the queue, one question, its text and what is done with it. For experts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from api.access import needs
from api.dependencies import ServiceOf
from api.replies import json_reply
from api.review_cases import keep_case
from api.review_desk import colleague, desk_of, person_of
from api.review_schemas import (
    MAX_VERSION,
    AssignBody,
    AutosaveBody,
    CiteBody,
    Item,
    Listing,
    MergeBody,
    NoteBody,
    Page,
    PolicyBody,
    ReasonBody,
    ReleaseBody,
    ReturnBody,
    SaveBody,
    Search,
    TextBody,
)
from corpus.storage import begin_write
from helpdesk_bot import audit
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.review import policy as policies
from helpdesk_bot.review.desk import Person, ReviewDesk
from helpdesk_bot.review.desk import Query as DeskQuery

router = APIRouter(prefix="/api/v1/review", tags=["review"])

Expert = Annotated[Account, Depends(needs("expert"))]
Administrator = Annotated[Account, Depends(needs("administrator"))]
ItemId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Version = Annotated[int, Query(ge=1, le=MAX_VERSION)]


def at_desk(service: ServiceOf, account: Expert) -> tuple[ReviewDesk, Person]:
    """Return the desk, and who works at it."""
    return desk_of(service), person_of(account)


AtDesk = Annotated[tuple[ReviewDesk, Person], Depends(at_desk)]


@router.get("/items", response_model=Page, summary="List the queue")
def list_items(at: AtDesk, listing: Annotated[Listing, Query()]) -> Response:
    """List questions by due time, those of your own themes first; ``next`` is the cursor of the next page."""
    desk, person = at
    wanted = DeskQuery(
        state=listing.state,
        theme=tuple(listing.theme),
        reason=tuple(listing.reason),
        risk=tuple(listing.risk),
        language=tuple(listing.language),
        assigned=listing.assigned,
        text=listing.q,
        overdue=listing.overdue,
        own=listing.own,
        limit=listing.limit,
        cursor=listing.cursor,
    )
    return json_reply(desk.list(person, wanted))


@router.get("/items/{item_id}", response_model=Item, summary="One question")
def get_item(at: AtDesk, item_id: ItemId) -> Response:
    """Return a question with its texts, evidence, notes, timeline, and what can be done now."""
    desk, person = at
    return json_reply(desk.get(person, item_id))


@router.post(
    "/items/{item_id}/assign", response_model=Item, summary="Take a question, or give it to somebody"
)
def assign(at: AtDesk, service: ServiceOf, item_id: ItemId, body: AssignBody) -> Response:
    """Assign a question to yourself (``me``), to a colleague, or to nobody."""
    desk, person = at
    to = person if body.to == "me" else None
    if body.to is not None and to is None:
        to = colleague(service.engine, body.to)
    return json_reply(desk.assign(person, item_id, body.version, to))


@router.put("/items/{item_id}/text", response_model=Item, summary="Save the text")
def save(at: AtDesk, item_id: ItemId, body: SaveBody) -> Response:
    """Save a text, every sentence checked.

    Where somebody else saved since ``version``, the reply is 409 with
    ``yours``, ``theirs`` and ``base``; yours is kept as a draft of yours.
    """
    desk, person = at
    return json_reply(desk.save(person, item_id, body.version, *body.parts()))


@router.put("/items/{item_id}/draft", response_model=Item, summary="Keep what is being written")
def autosave(at: AtDesk, item_id: ItemId, body: AutosaveBody) -> Response:
    """Keep your unfinished text; each person has one for a question. Never a conflict."""
    desk, person = at
    return json_reply(desk.autosave(person, item_id, body.base_version, *body.parts()))


@router.delete("/items/{item_id}/draft", status_code=204, summary="Throw your draft away")
def discard(
    at: AtDesk, item_id: ItemId, draft_id: Annotated[str | None, Query(pattern=r"^[a-f0-9]{32}$")] = None
) -> Response:
    """Throw away your unfinished text, or one that lost a conflict."""
    desk, person = at
    desk.discard(person, item_id, draft_id)
    return Response(status_code=204)


@router.post("/items/{item_id}/verify", response_model=Item, summary="Check a text")
def verify(at: AtDesk, item_id: ItemId, body: TextBody) -> Response:
    """Check a text against the passages that it cites; nothing is stored."""
    desk, person = at
    desk.require_own(person, item_id)
    return json_reply(desk.verify(item_id, *body.parts()))


@router.get("/passages", response_model=Item, summary="Search the passages")
def search(at: AtDesk, wanted: Annotated[Search, Query()]) -> Response:
    """Search the documents; each passage comes with the citation that it would make."""
    desk, _ = at
    filters = {name: getattr(wanted, name) for name in ("source", "theme", "kind") if getattr(wanted, name)}
    return json_reply({"passages": desk.search(wanted.q, wanted.language, wanted.limit, filters)})


@router.post("/citations", response_model=Item, summary="Make a citation")
def cite(at: AtDesk, body: CiteBody) -> Response:
    """Return the citation of a span, widened to whole sentences; it is kept once a text with it is saved."""
    desk, _ = at
    return json_reply(desk.cite(body.passage_id, body.start_char, body.end_char))


@router.post("/items/{item_id}/notes", status_code=201, response_model=Item, summary="Leave a note")
def note(at: AtDesk, item_id: ItemId, body: NoteBody) -> Response:
    """Leave a note to colleagues; askers never see it."""
    desk, person = at
    return json_reply(desk.note(person, item_id, body.text), status=201)


@router.post("/items/{item_id}/return", response_model=Item, summary="Give a question back")
def send_back(at: AtDesk, item_id: ItemId, body: ReturnBody) -> Response:
    """Give a question back to who asked it, with a message instead of an answer.

    The asker's page shows it; whoever left an address gets it by mail, and the address is deleted.
    """
    desk, person = at
    return json_reply(desk.send_back(person, item_id, body.version, body.message))


@router.post("/items/{item_id}/merge", response_model=Item, summary="Merge with another question")
def merge(at: AtDesk, item_id: ItemId, body: MergeBody) -> Response:
    """Let a question get another one's reply, now if that is released."""
    desk, person = at
    return json_reply(desk.merge(person, item_id, body.version, body.into))


@router.post("/items/{item_id}/close", response_model=Item, summary="Close a question")
def close(at: AtDesk, item_id: ItemId, body: ReasonBody) -> Response:
    """Close a question without a reply."""
    desk, person = at
    return json_reply(desk.close(person, item_id, body.version, body.reason))


@router.post("/items/{item_id}/reopen", response_model=Item, summary="Open a question again")
def reopen(at: AtDesk, item_id: ItemId, body: ReasonBody) -> Response:
    """Bring a question that was done back into the queue."""
    desk, person = at
    return json_reply(desk.reopen(person, item_id, body.version, body.reason))


@router.post("/items/{item_id}/release", response_model=Item, summary="Release the reply")
def release(at: AtDesk, service: ServiceOf, item_id: ItemId, body: ReleaseBody) -> Response:
    """Check everything again and release the saved text under your name.

    A sentence that its passages do not support stops the release (422, with
    the list) unless ``responsibility`` gives a reason for it, which is kept.
    A quoted document that was replaced or withdrawn, or is not in force, stops
    it too (409, with the list in ``sources``) unless ``changes_seen`` names the
    change. What quotes a replaced or withdrawn document goes to its askers, not
    into the answer bank.
    """
    desk, person = at
    taken = {each.sentence: each.reason for each in body.responsibility}
    released = desk.release(person, item_id, body.version, taken, body.reason, body.changes_seen)
    keep_case(service, released, body.reason)
    return json_reply(released)


@router.get("/items/{item_id}/diff", response_model=Item, summary="Compare two versions of the text")
def diff(
    at: AtDesk,
    item_id: ItemId,
    first: Annotated[Version, Query(alias="from")] = 1,
    last: Annotated[Version | None, Query(alias="to")] = None,
) -> Response:
    """Return what changed, word by word; by default from what the machine wrote to the newest text."""
    desk, person = at
    desk.require_own(person, item_id)
    return json_reply(desk.diff(item_id, first, last))


@router.get("/items/{item_id}/timeline", response_model=Item, summary="What happened to a question")
def timeline(at: AtDesk, item_id: ItemId) -> Response:
    """Return every event, the first one first; the database refuses to change or delete one."""
    desk, person = at
    desk.require_own(person, item_id)
    return json_reply(desk.timeline(item_id))


@router.get("/policy", response_model=PolicyBody, summary="The release policy")
def get_policy(service: ServiceOf, _account: Expert) -> Response:
    """Return the policy in force."""
    return json_reply(policies.to_json(policies.read(service.engine)))


@router.put("/policy", response_model=PolicyBody, summary="Change the release policy")
def put_policy(service: ServiceOf, account: Administrator, body: PolicyBody) -> Response:
    """Put a policy in force; earlier ones are kept."""
    wanted: dict[str, Any] = body.model_dump()
    policies.write(service.engine, policies.from_json(wanted), account.account_id)
    with begin_write(service.engine) as connection:
        audit.record(connection, who=account.account_id, what="policy.changed", subject="release policy")
    return json_reply(policies.to_json(policies.read(service.engine)))
