"""A quoted document that changed before the release: the desk says so, and asks for a word of consent."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest

from api.messages import messages
from corpus.storage import begin_write
from helpdesk_bot.answer_bank import entries
from helpdesk_bot.answer_bank.staleness import sweep
from helpdesk_bot.answers import Question
from helpdesk_bot.review import asker, queue
from helpdesk_bot.review.desk import Person, ReviewDesk
from helpdesk_bot.review.errors import SourcesChanged
from helpdesk_bot.review.standing import changes_now
from tests.api import people
from tests.api.conftest import InProcess
from tests.api.house import EN_QUESTION, SV_QUESTION, VI_QUESTION, FakeHelpdesk

ANNA = Person("a" * 32, "Anna Åström")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the document that is quoted, words of the quote, and whether a new version keeps them."""

    language: str
    question: str
    source: str
    words: str
    keeps: bool

    @property
    def change(self) -> tuple[str, str]:
        """What is written in place of what: the quote's words, or letters beside it."""
        return ("Note 7:", "Hint 7:") if self.keeps else (self.words, self.words[::-1])


ASKED = [
    Asked("en", EN_QUESTION, "inclusion.en.txt", "Every library", True),
    Asked("sv", SV_QUESTION, "brief.sv.pdf", "492 tjänstemän", False),
    Asked("vi", VI_QUESTION, "cong.vi.html", "nhiều ngôn ngữ", False),
]
in_every_language = pytest.mark.parametrize("asked", ASKED, ids=[each.language for each in ASKED])


class Desk:
    """The desk of a small helpdesk, whose answers are reported at once."""

    def __init__(self, helpdesk: FakeHelpdesk) -> None:
        self.helpdesk = helpdesk
        self.engine = helpdesk.engine
        self.review = ReviewDesk(helpdesk.engine, None, None)

    def reported(self, question: str) -> tuple[Any, str]:
        answer = self.helpdesk.ask(Question(question))
        item_id = queue.report(self.engine, answer.answer_id, "outdated")
        assert item_id is not None
        return answer, item_id

    def version(self, item_id: str) -> int:
        return int(self.review.get(ANNA, item_id)["version"])

    def change(self, source: str, words: str, instead: str, **described: Any) -> None:
        """Put a new version in force, with other words at one place, or described otherwise."""
        catalog = self.helpdesk.catalog
        document = catalog.document(self.helpdesk.ids[source])
        assert words in document.text
        assert len(words) == len(instead)
        changed = replace(
            document,
            text=document.text.replace(words, instead),
            metadata=replace(document.metadata, **described),
        )
        fingerprint = f"{instead}{sorted(described)}".encode().hex().ljust(64, "0")[:64]
        with begin_write(self.engine) as connection:
            catalog.store_version(connection, "/documents", source, fingerprint, changed, fingerprint)

    def release(self, item_id: str, *seen: str) -> dict[str, Any]:
        return self.review.release(ANNA, item_id, self.version(item_id), {}, "", seen)


@pytest.fixture
def desk(helpdesk: FakeHelpdesk) -> Desk:
    return Desk(helpdesk)


@in_every_language
def test_the_interface_names_the_document_until_somebody_says_that_they_saw_it(
    site: InProcess, desk: Desk, asked: Asked
) -> None:
    answer, item_id = desk.reported(asked.question)
    expert = people.signed_in(desk.engine, "expert") | {"Content-Type": "application/json"}

    def release(**more: Any) -> Any:
        body = json.dumps({"version": desk.version(item_id)} | more)
        return site.post(f"/api/v1/review/items/{item_id}/release", headers=expert, content=body)

    desk.change(asked.source, *asked.change)
    refused = release()
    assert (refused.status_code, refused.json()["code"]) == (409, "review_sources_changed")
    [told] = refused.json()["sources"]
    title = answer.citations[0].document.title
    assert (told["title"], told["language"], told["change"]) == (title, asked.language, "replaced")
    assert (told["version"], told["version_now"], told["sentences"]) == (1, 2, [0])
    assert told["quotes_stand"] is asked.keeps
    assert title in refused.json()["detail"]
    assert desk.review.get(ANNA, item_id)["state"] == "queued"
    desk.change(asked.source, *asked.change[::-1], publisher="Another office")
    again = release(changes_seen=[told["change_id"]])
    assert again.status_code == 409  # it is not the change that was seen
    [newer] = again.json()["sources"]
    assert (newer["version_now"], newer["quotes_stand"]) == (3, True)
    released = release(changes_seen=[newer["change_id"]])
    assert released.status_code == 200, released.text
    assert released.json()["bank_entry_id"] is None
    [noted] = [e for e in released.json()["item"]["timeline"] if e["what"] == "source_change_seen"]
    assert noted["detail"] == {
        "change": "replaced",
        "document_id": desk.helpdesk.ids[asked.source],
        "title": title,
        "version": 1,
        "version_now": 3,
    }
    sweep(desk.engine)
    assert desk.review.get(ANNA, item_id)["state"] == "released"
    [seen] = asker.conversation(desk.engine, answer.conversation_id)["answers"]
    assert (seen["review"]["status"], seen["released"]["by"]) == ("approved", "Åsa Nguyễn")


@in_every_language
def test_the_page_warns_before_the_release_and_asks_again(site: InProcess, desk: Desk, asked: Asked) -> None:
    _, item_id = desk.reported(asked.question)
    said = messages(asked.language, "review")
    expert = people.signed_in(desk.engine, "expert")
    form = expert | {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    page = f"/review/{item_id}/release?lang={asked.language}"

    def send(**fields: Any) -> Any:
        sent = urlencode({"version": desk.version(item_id)} | fields)
        return site.post(page, headers=form, content=sent)

    calm = site.get(page, headers=expert).text
    assert 'name="seen"' not in calm
    assert said["release_intro"].format(name="Åsa Nguyễn") in calm
    desk.change(asked.source, *asked.change)
    warned = site.get(page, headers=expert).text
    [change] = changes_now(desk.engine, item_id)
    for expected in (
        said["changed_sources"].format(n=1),
        change.title,
        said["changed_replaced"].format(version=1, now=2),
        said["changed_quote_stands" if asked.keeps else "changed_quote_gone"],
        said["release_intro_only"].format(name="Åsa Nguyễn"),
        f'name="seen" value="{change.change_id}" required',
        f'href="/documents/{desk.helpdesk.ids[asked.source]}"',
    ):
        assert expected in warned
    refused = send(reason="Vì con số đã cũ.")
    assert refused.status_code == 409
    assert said["sources_changed"] in refused.text
    assert send(seen="chg_0000000000000000").status_code == 409
    assert desk.review.get(ANNA, item_id)["state"] == "queued"
    assert send(seen=change.change_id).status_code == 303
    shown = site.get(f"/review/{item_id}?lang={asked.language}", headers=expert).text
    assert said["event_source_change_seen"] in shown


def test_a_withdrawn_document_takes_what_was_approved_before_out_of_service(desk: Desk) -> None:
    _, item_id = desk.reported(SV_QUESTION)
    first = desk.release(item_id)
    assert first["bank_entry_id"] is not None
    queue.report(desk.engine, first["answer"]["answer_id"], "incorrect")
    with begin_write(desk.engine) as connection:
        desk.helpdesk.catalog.withdraw(connection, desk.helpdesk.ids["brief.sv.pdf"])
    with pytest.raises(SourcesChanged) as caught:
        desk.release(item_id)
    [told] = dict(caught.value.extra)["sources"]
    assert (told["change"], told["quotes_stand"]) == ("withdrawn", None)
    released = desk.release(item_id, told["change_id"])
    assert released["bank_entry_id"] is None
    with desk.engine.connect() as connection:
        assert entries.state_of(connection, item_id) == ("disabled", "disabled")


@pytest.mark.parametrize(
    ("change", "described"),
    [("not_in_force", {"valid_until": "2001"}), ("superseded", {})],
)
def test_a_document_that_does_not_hold_today_is_named_and_the_reply_still_reusable(
    desk: Desk, change: str, described: dict[str, str]
) -> None:
    if described:
        desk.change("cong.vi.html", "phục vụ", "phục vụ", **described)
        question, old, new = VI_QUESTION, "cong.vi.html", None
        desk.helpdesk.citation = _at_version_two(desk.helpdesk)  # type: ignore[method-assign]
    else:
        desk.change("inclusion.en.txt", "Note 7:", "Hint 7:", supersedes="brief.sv.pdf")
        question, old, new = SV_QUESTION, "brief.sv.pdf", "Digital inclusion"
    _, item_id = desk.reported(question)
    [told] = changes_now(desk.engine, item_id)
    assert (told.change, told.superseded_by, told.quotes_stand) == (change, new, None)
    assert told.document_id == desk.helpdesk.ids[old]
    with pytest.raises(SourcesChanged):
        desk.release(item_id)
    assert desk.release(item_id, told.change_id)["bank_entry_id"] is not None
    assert sweep(desk.engine) == 0


def _at_version_two(helpdesk: FakeHelpdesk) -> Any:
    """Let the helpdesk quote the second versions, as they stand now."""
    make = type(helpdesk).citation

    def cite(source: str, text: str, quote: str, number: int = 1) -> Any:
        cited = make(helpdesk, source, text, quote, number)
        return replace(
            cited,
            document=replace(
                cited.document, version=helpdesk.catalog.get(cited.document.document_id).version
            ),
        )

    return cite


def test_a_text_that_cites_the_document_no_more_asks_nothing(desk: Desk) -> None:
    _, item_id = desk.reported(SV_QUESTION)
    desk.change("brief.sv.pdf", "492 tjänstemän", "942 tjänstemän")
    item = desk.review.get(ANNA, item_id)
    desk.review.save(ANNA, item_id, item["version"], [{"text": "Se rapporten.", "citations": []}], [])
    assert changes_now(desk.engine, item_id) == ()
    version = desk.version(item_id)
    released = desk.review.release(ANNA, item_id, version, {0: "Ingen källa behövs."})
    assert released["item"]["state"] == "released"
