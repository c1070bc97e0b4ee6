"""The review desk's pages as a browser without scripts uses them: every decision, and what goes wrong."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlencode

import httpx
import pytest

from api.messages import messages
from corpus.storage import begin_write
from helpdesk_bot.accounts import directory
from helpdesk_bot.accounts.roles import Role
from helpdesk_bot.answers import Question
from helpdesk_bot.review import policy, queue
from helpdesk_bot.review.desk import Person, ReviewDesk
from helpdesk_bot.review.policy import Policy
from tests.api import people
from tests.api.conftest import InProcess
from tests.api.house import EN_QUESTION, FakeHelpdesk

EXPERT: tuple[Role, ...] = ("expert",)
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


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_a_question_is_given_to_a_colleague_and_to_nobody_else(
    visitor: Visitor, helpdesk: FakeHelpdesk, language: str
) -> None:
    engine = helpdesk.engine
    add, words = partial(directory.add, engine, roles=EXPERT), messages(language, "review")
    lan = add(email="lan@example.org", name="Lan <Nguyễn>", themes=("safety",))
    twins = [add(email=f"{n}@example.org", name="Åke Öberg") for n in (1, 2)]
    away = add(email="away@example.org", name="Bort Rest")
    directory.change(engine, away.account_id, who="test", disabled=True)
    judge = people.account(engine, "evaluator", email="judge@example.org")
    item_id = ask(helpdesk, "Vad kostar ett utdrag?")
    page = f"/review/{item_id}?lang={language}"
    offered = re.findall(r'<option value="(\w+)">([^<]+)</option>', visitor.see(page))
    named = {value: label for value, label in offered if value in {a.account_id for a in (lan, *twins)}}
    assert named == {
        lan.account_id: "Lan &lt;Nguyễn&gt; (safety)",
        twins[0].account_id: "Åke Öberg · 1@example.org",  # two of one name are told apart
        twins[1].account_id: "Åke Öberg · 2@example.org",
    }
    shown = visitor.see(page)
    assert not any(each.account_id in shown for each in (away, judge, visitor.account))
    for to in ("", "nonsense", away.account_id, judge.account_id, judge.email):
        refused = visitor.send(
            f"/review/{item_id}/assign?lang={language}", version=visitor.version(item_id), to=to
        )
        assert refused.status_code == 422
        assert words["give_unknown"] in refused.text
        assert visitor.state(item_id) == "queued"
    given = visitor.send(
        f"/review/{item_id}/assign?lang={language}", version=visitor.version(item_id), to=lan.account_id
    )
    assert given.headers["location"] == f"/review/{item_id}?done=given&lang={language}"
    after = visitor.see(given.headers["location"])
    assert words["done_given"] in after
    assert words["event_given"] in after
    assert f'value="{lan.account_id}"' not in after  # who has it already is not offered
    assert visitor.desk.get(visitor.person, item_id)["assigned_to"]["account_id"] == lan.account_id
    assert visitor.send(f"/review/{item_id}/assign", version="1", to=twins[0].account_id).status_code == 409


def test_where_experts_keep_to_their_themes_a_question_is_given_to_those_of_its_own(
    visitor: Visitor, helpdesk: FakeHelpdesk
) -> None:
    answer = helpdesk.ask(Question(EN_QUESTION))  # of the theme inclusion
    item_id = queue.report(helpdesk.engine, answer.answer_id, "outdated")
    assert item_id is not None
    directory.change(helpdesk.engine, visitor.account.account_id, who="test", themes=())
    add = partial(directory.add, helpdesk.engine, roles=EXPERT)
    here = add(email="here@example.org", name="Här", themes=("Inclusion",))
    everywhere = add(email="everywhere@example.org", name="Allt")
    elsewhere = add(email="elsewhere@example.org", name="Annat", themes=("safety",))
    all_of_them = {each.account_id for each in (here, everywhere, elsewhere)}

    def offered() -> list[str]:
        found = re.findall(r'<option value="(\w+)">', visitor.see(f"/review/{item_id}"))
        return [each for each in found if each in all_of_them]

    assert offered() == [here.account_id, everywhere.account_id, elsewhere.account_id]
    policy.write(helpdesk.engine, Policy(own_themes_only=True), "test")
    assert offered() == [here.account_id, everywhere.account_id]
    refused = visitor.send(
        f"/review/{item_id}/assign", version=visitor.version(item_id), to=elsewhere.account_id
    )
    assert refused.status_code == 409
    assert visitor.state(item_id) == "queued"


@pytest.mark.parametrize("language", ["en", "sv", "vi"])
def test_who_returns_a_question_is_told_that_a_mail_goes_out(
    visitor: Visitor, helpdesk: FakeHelpdesk, language: str
) -> None:
    told = messages(language, "review")["return_mail"]
    with begin_write(helpdesk.engine) as connection:
        item_id = queue.ask_directly(connection, "Phí là bao nhiêu?", "vi", "c2", None, "lan@example.org")
    page = visitor.see(f"/review/{item_id}?lang={language}")
    assert told in page
    assert "lan@example.org" not in page
    visitor.send(f"/review/{item_id}/return", version=visitor.version(item_id), message="Năm nào?")
    visitor.send(f"/review/{item_id}/reopen", version=visitor.version(item_id), reason="Svar kom.")
    assert told not in visitor.see(f"/review/{item_id}?lang={language}")  # the address is gone


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
