"""``/review``: the queue, one question with its editor, and what was changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Query, Request, Response

from api.pages import render
from api.review_view import evidence
from api.review_view.pages import (
    PART,
    AtDesk,
    Expert,
    Fields,
    address,
    cite_passage,
    go,
    item_address,
    item_page,
    own_draft,
    review_page,
    text_field,
    version_field,
    words_of,
)
from api.review_view.queue_view import OWN, REASONS, STATES, Filters, choices, rows
from api.review_view.texts import Working, read_form, with_citation
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.review import desk as desks
from helpdesk_bot.review.desk import ReviewDesk
from helpdesk_bot.review.diff import word_diff
from helpdesk_bot.review.errors import BadText, Conflict

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 50
MOST_PASSAGES = 8
Text = Annotated[str, Query(max_length=200)]


def _one_of(value: str, allowed: tuple[str, ...], otherwise: str) -> str:
    return value if value in allowed else otherwise


@router.get("/review")
def queue(
    request: Request,
    account: Expert,
    at_desk: AtDesk,
    q: Text = "",
    state: Text = "open",
    theme: Text = "",
    reason: Text = "",
    language: Text = "",
    assigned: Text = "",
    own: Text = "first",
    overdue: bool = False,
    cursor: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Show the questions that need a person."""
    desk, person = at_desk
    words, page_language = words_of(request)
    filters = Filters(
        q=q.strip(),
        state=_one_of(state, STATES, "open"),
        theme=theme,
        reason=_one_of(reason, REASONS, ""),
        language=language,
        assigned=assigned,
        own=_one_of(own, OWN, "first"),
        overdue=overdue,
    )
    listed = desk.list(person, _query(filters, cursor, account.account_id))
    kept = {"lang": request.query_params.get("lang", "")}
    return review_page(
        request,
        "review/queue.html",
        account,
        rows=rows(listed["items"], words, page_language, account.account_id),
        counts=listed["counts"],
        filters=filters,
        choices=choices(listed, filters, words, page_language, account.themes),
        next_page=f"/review?{filters.query(cursor=listed['next'], **kept)}" if listed["next"] else None,
        first_page=address(request, "/review"),
        is_first=not cursor,
        here=f"/review?{filters.query(cursor=cursor, **kept)}",
        done=words.get(f"done_{request.query_params.get('done', '')}"),
        kept_language=kept["lang"],
    )


def _query(filters: Filters, cursor: str, account_id: str) -> desks.Query:
    def some(value: str) -> tuple[str, ...]:
        return (value,) if value else ()

    return desks.Query(
        state=filters.state,
        theme=some(filters.theme),
        reason=some(filters.reason),
        language=some(filters.language),
        assigned=account_id if filters.assigned == "me" else filters.assigned or None,
        text=filters.q,
        overdue=filters.overdue,
        own=cast('Literal["first", "only", "all"]', filters.own),
        limit=PAGE_SIZE,
        cursor=cursor or None,
    )


@router.get("/review/{item_id}")
def show(request: Request, account: Expert, at_desk: AtDesk, item_id: str) -> Response:
    """Show one question; edits of mine that grew from an older text are put beside the newer one first."""
    desk, person = at_desk
    item = desk.get(person, item_id)
    draft = own_draft(item)
    if draft and draft["base_version"] < item["text"]["version"] and "save" in item["allowed"]:
        return go(item_address(request, item_id, "/conflict"))
    return item_page(request, account, desk, item)


@router.post("/review/{item_id}")
def edit(request: Request, account: Expert, at_desk: AtDesk, item_id: str, fields: Fields) -> Response:
    """Do what a button of the plain form asks for; what is typed goes along and is never lost."""
    desk, person = at_desk
    item = desk.get(person, item_id)
    known = item["text"]["citations"] + [one["citation"] for one in item["evidence"]]
    pairs = [(name, value) for name, value in fields.multi_items() if isinstance(value, str)]
    working = read_form(pairs, known, desk.cite)
    do = text_field(fields, "do", 300) or "save"
    version = version_field(fields)
    try:
        if do in ("save", "release"):
            return _save(request, at_desk, item_id, working, version, then=do)
        return _change(request, account, desk, item, working, do, fields)
    except BadText:
        return item_page(
            request, account, desk, item, working=working, version=version, status=422, notice="refused"
        )


def _save(
    request: Request, at_desk: AtDesk, item_id: str, working: Working, version: int, then: str
) -> Response:
    desk, person = at_desk
    try:
        desk.save(person, item_id, version, working.bare_sentences(), working.references())
    except Conflict as conflict:
        draft_id = str(conflict.value.get("draft_id") or "")
        return go(item_address(request, item_id, "/conflict", draft_id=draft_id))
    if then == "release":
        return go(item_address(request, item_id, "/release"))
    return go(item_address(request, item_id, done="saved"))


def _change(
    request: Request,
    account: Account,
    desk: ReviewDesk,
    item: dict[str, Any],
    working: Working,
    do: str,
    fields: Fields,
) -> Response:
    """Add a row or a citation, or search: the page comes again with everything that was typed."""
    about = text_field(fields, "q", 500)
    row = text_field(fields, "row", 8)
    what, _, rest = do.partition(":")
    n_blank = 1 if what == "add_row" else 0
    if what in ("cite", "quote"):
        citation = cite_passage(desk, rest)
        if what == "quote":
            text = " ".join(citation["quote"].split())
            added = Working([*working.sentences, {"text": text, "citations": []}], working.citations)
            working = with_citation(added, citation, len(added.sentences) - 1)
        else:
            working = with_citation(working, citation, int(row) if row.isdecimal() else None)
    search = None
    if about:
        search = {"text": about, "passages": desk.search(about, most=MOST_PASSAGES)}
    return item_page(
        request,
        account,
        desk,
        item,
        working=working,
        version=version_field(fields),
        notice="unsaved",
        n_blank=n_blank,
        search=search,
    )


def _fragment(request: Request, template: str, **values: Any) -> Response:
    """Return a piece of a page for the editor's script."""
    _, language = words_of(request)
    html = render(template, language, PART, **values)
    headers = {"Cache-Control": "no-store", "Content-Language": language}
    return Response(html, headers=headers, media_type="text/html; charset=utf-8")


@router.get("/review/{item_id}/passages")
def passages(
    request: Request, at_desk: AtDesk, item_id: str, q: Annotated[str, Query(max_length=500)]
) -> Response:
    """Search the documents: the results, as a piece of the question's page."""
    words, language = words_of(request)
    found = at_desk[0].search(q, most=MOST_PASSAGES)
    return _fragment(
        request, "review/passages.html", found=evidence.results(found, words, language), item_id=item_id
    )


@router.get("/review/{item_id}/evidence")
def evidence_card(
    request: Request,
    at_desk: AtDesk,
    item_id: str,
    passage: Annotated[str, Query(max_length=300)],
    number: Annotated[int, Query(ge=1, le=1000)],
) -> Response:
    """Make a passage a citation: its card, as a piece of the question's page."""
    words, language = words_of(request)
    citation = cite_passage(at_desk[0], passage)
    around = at_desk[0].evidence([citation])
    card = evidence.card(citation, around[0], number, words, language)
    return _fragment(request, "review/evidence.html", card=card, item_id=item_id)


@router.get("/review/{item_id}/compare")
def compare(
    request: Request,
    account: Expert,
    at_desk: AtDesk,
    item_id: str,
    first: Annotated[int, Query(alias="from", ge=1, le=100_000)] = 1,
    last: Annotated[int | None, Query(alias="to", ge=1, le=100_000)] = None,
) -> Response:
    """Show what was changed, word by word: since the draft, or between two versions; with my edits in it."""
    desk, person = at_desk
    item = desk.get(person, item_id)
    words, _ = words_of(request)
    versions = _versions(item)
    newest = versions[-1]
    unsaved = own_draft(item) if last is None else None
    if unsaved:
        begun = "\n".join(one["text"] for one in item["draft"]["sentences"])
        now = "\n".join(one["text"] for one in unsaved["sentences"])
        changed = word_diff(begun, now).to_json()
    else:
        changed = desk.diff(item_id, min(first, newest), min(last or newest, newest))
    n_inserted = sum(len(one["text"].split()) for one in changed["words"] if one["op"] == "insert")
    n_deleted = sum(len(one["text"].split()) for one in changed["words"] if one["op"] == "delete")
    return review_page(
        request,
        "review/compare.html",
        account,
        changed=changed,
        summary=words["compare_summary"].format(inserted=n_inserted, deleted=n_deleted),
        is_same=not (n_inserted or n_deleted),
        with_unsaved=bool(unsaved),
        versions=versions,
        chosen=(min(first, newest), min(last or newest, newest)),
        lang=item["answer_language"],
        back=item_address(request, item_id),
        action=item_address(request, item_id, "/compare"),
        kept_language=request.query_params.get("lang", ""),
    )


def _versions(item: Mapping[str, Any]) -> list[int]:
    """Return the versions at which a text was saved; 1 is the machine's draft."""
    saved = {one["version"] for one in item["timeline"] if one["what"] == "saved"}
    return sorted({1, item["text"]["version"], *saved})
