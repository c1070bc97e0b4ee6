"""The review desk's pages as a browser without scripts uses them: every decision, and what goes wrong."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import httpx
import pytest

from corpus.storage import begin_write
from helpdesk_bot.review import queue
from helpdesk_bot.review.desk import Person, ReviewDesk
from tests.api import people
from tests.api.conftest import InProcess
from tests.api.house import FakeHelpdesk

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


class Visitor:
    """An expert with a browser without scripts."""

    def __init__(self, site: InProcess, helpdesk: FakeHelpdesk) -> None:
        self.site = site
        self.desk = ReviewDesk(helpdesk.engine, None, None)
        self.account = people.account(helpdesk.engine, "expert", themes=("safety",))
        self.person = Person(self.account.account_id, self.account.name)
        self.headers = people.browser(helpdesk.engine, self.account.account_id) | FORM

    def see(self, path: str) -> str:
        response = self.site.get(path, headers=self.headers)
        assert response.status_code == 200, response.text
        return response.text

    def send(self, path: str, **fields: str) -> httpx.Response:
        return self.site.post(path, headers=self.headers, content=urlencode(fields))

    def version(self, item_id: str) -> str:
        found = re.search(r'name="version" value="(\d+)"', self.see(f"/review/{item_id}"))
        assert found
        return found[1]

    def state(self, item_id: str) -> str:
        return str(self.desk.get(self.person, item_id)["state"])


@pytest.fixture
def visitor(site: InProcess, helpdesk: FakeHelpdesk) -> Visitor:
    return Visitor(site, helpdesk)


def ask(helpdesk: FakeHelpdesk, question: str, language: str = "sv") -> str:
    with begin_write(helpdesk.engine) as connection:
        return queue.ask_directly(connection, question, language, "c1", None, None)


def test_the_queue_is_filtered_by_its_form_and_keeps_the_language(
    visitor: Visitor, helpdesk: FakeHelpdesk
) -> None:
    ask(helpdesk, "Vad kostar ett utdrag?")
    ask(helpdesk, "Cổng dịch vụ công <b>phục vụ</b> ai?", "vi")
    everything = visitor.see("/review?lang=sv")
    assert "Frågor som behöver en människa" in everything
    assert "Vad kostar ett utdrag?" in everything
    assert "&lt;b&gt;phục vụ&lt;/b&gt;" in everything
    found = visitor.see("/review?lang=sv&q=kostar&own=nonsense&state=nonsense")
    assert "Vad kostar ett utdrag?" in found
    assert "phục vụ" not in found
    assert "Ingen fråga passar" in visitor.see("/review?lang=sv&overdue=true")
    assert 'name="lang" value="sv"' in found


def test_a_question_is_taken_in_the_queue_and_put_back_on_its_page(
    visitor: Visitor, helpdesk: FakeHelpdesk
) -> None:
    item_id = ask(helpdesk, "Vad kostar ett utdrag?")
    taken = visitor.send(
        f"/review/{item_id}/assign", version=visitor.version(item_id), to="me", back="/review?q=kostar"
    )
    assert (taken.status_code, taken.headers["location"]) == (303, "/review?q=kostar&done=claimed")
    assert visitor.state(item_id) == "in_review"
    back = visitor.send(
        f"/review/{item_id}/assign", version=visitor.version(item_id), to="nobody", back="//evil.example"
    )
    assert back.headers["location"] == f"/review/{item_id}?done=put_back"
    assert visitor.state(item_id) == "queued"


def test_notes_return_reopen_close_and_merge(visitor: Visitor, helpdesk: FakeHelpdesk) -> None:
    item_id, other = (
        ask(helpdesk, "Vad kostar ett utdrag?"),
        ask(helpdesk, "Vad kostar det att få ett utdrag?"),
    )
    page = f"/review/{item_id}"
    visitor.send(f"{page}/notes", text="Kolla <i>avgiften</i>.")
    assert "Kolla &lt;i&gt;avgiften&lt;/i&gt;." in visitor.see(page)
    steps: tuple[tuple[str, dict[str, str], str], ...] = (
        ("return", {"message": "Vilket år gäller det?"}, "returned"),
        ("reopen", {"reason": "Svar kom."}, "queued"),
        ("close", {"reason": "Besvarad per telefon."}, "closed"),
        ("reopen", {"reason": "För tidigt."}, "queued"),
    )
    for action, fields, state in steps:
        sent = visitor.send(f"{page}/{action}", version=visitor.version(item_id), **fields)
        assert sent.status_code == 303, sent.text
        assert visitor.state(item_id) == state
    assert "Vad kostar det att få ett utdrag?" in visitor.see(f"{page}/merge?q=kostar")
    visitor.send(f"{page}/merge", version=visitor.version(item_id), into=other)
    assert visitor.state(item_id) == "merged"
    assert f'href="/review/{other}"' in visitor.see(page)


def test_what_was_typed_stays_where_somebody_was_faster(visitor: Visitor, helpdesk: FakeHelpdesk) -> None:
    item_id = ask(helpdesk, "Vad kostar ett utdrag?")
    late = visitor.send(f"/review/{item_id}/return", version="77", message="Vilket län gäller det?")
    assert late.status_code == 409
    assert "Vilket län gäller det?</textarea>" in late.text
    assert visitor.state(item_id) == "queued"


def test_an_empty_reply_is_not_released(visitor: Visitor, helpdesk: FakeHelpdesk) -> None:
    item_id = ask(helpdesk, "Vad kostar ett utdrag?")
    sent = visitor.send(f"/review/{item_id}/release", version=visitor.version(item_id))
    assert sent.status_code == 422
    assert "it is empty" in sent.text


def test_a_sentence_without_support_needs_a_reason(visitor: Visitor, helpdesk: FakeHelpdesk) -> None:
    item_id = ask(helpdesk, "Vad kostar ett utdrag?")
    fields = {"version": visitor.version(item_id), "text.0": "Det kostar 5 euro.", "do": "release"}
    saved = visitor.send(f"/review/{item_id}", **fields)
    assert saved.headers["location"] == f"/review/{item_id}/release"
    refused = visitor.send(f"/review/{item_id}/release", version=visitor.version(item_id))
    assert refused.status_code == 422
    assert 'name="why.0"' in refused.text
    why = {"why.0": "Avgiften är beslutad i dag."}
    visitor.send(f"/review/{item_id}/release", version=visitor.version(item_id), **why)
    assert visitor.state(item_id) == "released"


@pytest.mark.parametrize("path", ["", "/conflict", "/compare", "/merge", "/release"])
def test_an_unknown_question_is_a_page_that_says_so(visitor: Visitor, path: str) -> None:
    assert visitor.site.get(f"/review/nope{path}", headers=visitor.headers).status_code == 404


@pytest.mark.parametrize("do", ["cite:nope 1 2", "cite:", "quote:a b c", "nonsense", "search"])
def test_what_cannot_be_done_loses_nothing(visitor: Visitor, helpdesk: FakeHelpdesk, do: str) -> None:
    item_id = ask(helpdesk, "Vad kostar ett utdrag?")
    sent = visitor.send(f"/review/{item_id}", version="1", do=do, q="avgift", **{"text.0": "Behålls."})
    assert sent.status_code == 422
    assert "Behålls.</textarea>" in sent.text


def test_a_page_that_came_again_still_knows_where_its_text_began(
    visitor: Visitor, helpdesk: FakeHelpdesk
) -> None:
    item_id = ask(helpdesk, "Vad kostar ett utdrag?")
    other = Person("b", "Bình Trần")
    visitor.desk.save(other, item_id, 1, [{"text": "Deras.", "citations": []}], [])
    again = visitor.send(f"/review/{item_id}", version="1", do="add_row", **{"text.0": "Min."})
    assert 'name="version" value="1" id="version"' in again.text
    late = visitor.send(f"/review/{item_id}", version="1", do="save", **{"text.0": "Min."})
    assert "/conflict?draft_id=" in late.headers["location"]
    page = visitor.see(late.headers["location"])
    assert "Min." in page
    assert "Deras." in page
