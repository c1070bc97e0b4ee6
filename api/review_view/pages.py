"""What the routes of the review desk's pages share: who is working, where to go next, the question's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.access import needs
from api.dependencies import ServiceOf
from api.desk_pages import desk_page
from api.messages import messages
from api.pages import page_language
from api.review_desk import colleagues, desk_of, person_of
from api.review_view import evidence, item_view
from api.review_view.texts import Working, working_of
from api.review_view.wording import Words
from helpdesk_bot.accounts.values import Account
from helpdesk_bot.review.desk import Person, ReviewDesk
from helpdesk_bot.review.errors import BadText

PART = "review"

SCRIPT_WORDS = (
    "checking",
    "check_failed",
    "autosave_dirty",
    "autosave_saving",
    "autosave_saved",
    "autosave_failed",
    "autosave_signed_out",
    "sign_in_again",
    "send_failed",
    "newer_saved",
    "remove_citation",
    "show_citation",
    "sentence_n",
    "citations_of_n",
    "sentence_removed",
    "sentence_added",
    "sentence_split",
    "sentences_joined",
    "sentence_moved",
    "citation_added",
    "citation_removed",
    "undo",
    "searching_documents",
    "search_failed",
    "n_passages",
    "no_passages",
    "dialog_failed",
    "close_dialog",
    "verdict_now",
    "no_citation_yet",
    "save_failed",
    "done_saved",
)
SCRIPT_PREFIXES = ("verdict_", "finding_")
"""Of the words that the scripts need."""

Item = Mapping[str, Any]
Expert = Annotated[Account, Depends(needs("expert"))]


async def read_fields(request: Request) -> FormData:
    """Return the posted form."""
    return await request.form(max_fields=3000)


Fields = Annotated[FormData, Depends(read_fields)]


def at_desk(service: ServiceOf, account: Expert) -> tuple[ReviewDesk, Person]:
    """Return the desk and who works at it."""
    return desk_of(service), person_of(account)


AtDesk = Annotated[tuple[ReviewDesk, Person], Depends(at_desk)]


def words_of(request: Request) -> tuple[Words, str]:
    """Return the words of the page and their language."""
    language = page_language(request, PART)
    return messages(language, PART), language


def text_field(fields: FormData, name: str, most: int = 4000) -> str:
    """Return a text of the form, at most that many characters; empty where there is none."""
    value = fields.get(name)
    return value.strip()[:most] if isinstance(value, str) else ""


def version_field(fields: FormData) -> int:
    """Return the version that the form was made for; 0, which never fits, where it is none."""
    value = text_field(fields, "version", 12)
    return int(value) if value.isdecimal() else 0


def address(request: Request, path: str, **query: str) -> str:
    """Return an address of these pages that keeps the language that was chosen."""
    chosen = request.query_params.get("lang")
    kept = {"lang": chosen} if chosen == page_language(request, PART) else {}
    values = {key: value for key, value in (query | kept).items() if value}
    return f"{path}?{urlencode(values)}" if values else path


def item_address(request: Request, item_id: str, rest: str = "", **query: str) -> str:
    """Return the address of a question's page, or of one below it."""
    return address(request, f"/review/{quote(item_id, safe='')}{rest}", **query)


def go(where: str) -> Response:
    """Send the browser to the page that shows what was done."""
    return RedirectResponse(where, 303)


def review_page(
    request: Request, template: str, account: Account, status: int = 200, **values: Any
) -> Response:
    """Return a page of the review desk."""
    return desk_page(request, template, part=PART, place="review", account=account, status=status, **values)


def kept_working(desk: ReviewDesk, item: Item, text: Mapping[str, Any]) -> Working:
    """Return a kept text of this question for the editor."""
    return working_of(
        text, [one["citation"] for one in item["evidence"]] + item["text"]["citations"], desk.cite
    )


def own_draft(item: Item) -> Mapping[str, Any] | None:
    """Return my edits that were not saved, unless a text of mine that was set aside is newer."""
    draft = item["my_draft"]
    is_older = draft and any(one["saved_at"] >= draft["saved_at"] for one in item["kept"])
    return None if is_older else draft


def item_page(
    request: Request,
    account: Account,
    desk: ReviewDesk,
    item: Item,
    *,
    working: Working | None = None,
    version: int | None = None,
    status: int = 200,
    notice: str | None = None,
    typed: Mapping[str, str] | None = None,
    n_blank: int = 0,
    search: Mapping[str, Any] | None = None,
) -> Response:
    """Return the page of one question.

    Args:
        request: the request that is answered.
        account: who is signed in.
        desk: the desk.
        item: the question, as the desk gives it.
        working: the text in the editor where it is not the one last kept.
        version: of the question when the text in the editor was begun; default: the present one.
        status: the HTTP status.
        notice: the key of words to show above everything, e.g. ``changed_meanwhile``.
        typed: what was typed into the smaller forms and must not be lost.
        n_blank: empty rows to add.
        search: ``text`` and ``passages`` of a search in the documents.
    """
    words, language = words_of(request)
    draft = own_draft(item)
    restored = working is None and draft is not None
    if working is None:
        working = kept_working(desk, item, draft or item["text"])
    begun_at = item["version"] if version is None else version
    is_open = "save" in item["allowed"]
    if is_open and item_view.is_changed(working, item["text"]):
        checked = desk.verify(item["item_id"], working.bare_sentences(), working.references())["sentences"]
    else:
        restored, checked = False, item["text"]["sentences"]
    cards = evidence.cards(working.citations, _around(desk, item, working), words, language)
    facts = item_view.facts(item, words, language, account.account_id)
    return review_page(
        request,
        "review/item.html",
        account,
        status,
        item=facts,
        allowed=item["allowed"],
        begun_at=begun_at,
        may_edit=is_open,
        rows=item_view.sentence_rows(working, checked, {one["id"]: one["number"] for one in cards}, words),
        n_blank=n_blank,
        cards=cards,
        colleagues=colleagues(desk.engine, item, account.account_id) if "assign" in item["allowed"] else (),
        wants_mail=any(one["wants_mail"] for one in item["requests"]),
        restored=draft["saved_at"][11:16] if restored and draft else None,
        notice=words.get(notice or ""),
        done=words.get(f"done_{request.query_params.get('done', '')}"),
        typed=dict(typed or {}),
        search=_search(search, words, language),
        action=item_address(request, item["item_id"]),
        queue=address(request, "/review"),
        data={
            "item_id": item["item_id"],
            "version": begun_at,
            "language": item["answer_language"],
            "page_language": language,
            "words": {key: text for key, text in words.items() if _is_for_scripts(key)},
            "dirty": restored or notice in ("unsaved", "refused"),
        },
    )


def _is_for_scripts(key: str) -> bool:
    return key in SCRIPT_WORDS or key.startswith(SCRIPT_PREFIXES)


def cite_passage(desk: ReviewDesk, given: str) -> dict[str, Any]:
    """Return the citation of a passage that a page names: ``passage start end``.

    Raises:
        BadText: no passage is named so.
    """
    passage_id, _, span = given.partition(" ")
    start, _, end = span.partition(" ")
    if not (start.isdecimal() and end.isdecimal()):
        raise BadText("A passage is named by its id, start and end.")
    return dict(desk.cite(passage_id, int(start), int(end)))


def _around(desk: ReviewDesk, item: Item, working: Working) -> Sequence[Mapping[str, Any]]:
    known = {one["citation"]["citation_id"] for one in item["evidence"]}
    new = [one for one in working.citations if one["citation_id"] not in known]
    return [*item["evidence"], *(desk.evidence(new) if new else ())]


def _search(search: Mapping[str, Any] | None, words: Words, language: str) -> dict[str, Any]:
    if search is None:
        return {"text": "", "results": None}
    return {
        "text": search["text"],
        "results": evidence.results(search["passages"], words, language),
    }
