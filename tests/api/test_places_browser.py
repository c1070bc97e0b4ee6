"""The administrator's and the evaluator's pages in a real Chromium: axe, widths, themes, without scripts."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk_bot.accounts import keys
from helpdesk_bot.feedback import Feedback, give
from tests.api import house
from tests.api.house import FakeHelpdesk
from tests.api.people import account, cookie_of
from tests.api.places import asked_now
from tests.api.test_browser import drive, order

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

GATE = "baseline:gate"
VIEWS = {
    "sv": ((320, "light"), (768, "dark"), (1280, "light")),
    "vi": ((768, "light"),),
    "en": ((1280, "dark"),),
}
"""The windows in which each page is seen, by language; no script of these pages asks for either."""
LOOKED_AT = "sv"
"""The language in which axe looks: in every width and both themes, for the others differ in their words."""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """[...document.querySelectorAll('main a, main button, main input, main select, main summary')]
  .filter((e) => e.getClientRects().length && !e.closest('p, li, dd, th, td, span, .visually-hidden'))
  .map((e) => [e.outerHTML.slice(0, 80), (e.closest('.check') ?? e).getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24).map(([what]) => what)"""


def signed_in_steps(helpdesk: FakeHelpdesk) -> list[list[Any]]:
    person = account(helpdesk.engine, "administrator")
    token = cookie_of(helpdesk.engine, person.account_id)
    return [
        ["goto", "/sign-in"],
        ["value", "signed", f"document.cookie = 'helpdesk_session={token}; path=/'"],
    ]


def pages_of(helpdesk: FakeHelpdesk) -> dict[str, str]:
    """Fill what the pages show, and return their addresses by name."""
    for question in (house.SV_QUESTION, house.VI_QUESTION, house.UNKNOWN_QUESTION):
        given = asked_now(helpdesk, question)
    give(helpdesk.engine, Feedback(given.answer_id, helpful=False, reason="incorrect", note="Fel år"))
    person = account(helpdesk.engine, "expert", themes=("hälsa", "y tế"))
    keys.create(helpdesk.engine, person.account_id, name="Skript", roles=["expert"], who="acc1")
    return {
        "overview": "/admin",
        "documents": "/admin/documents",
        "document": f"/admin/documents/{helpdesk.ids['cong.vi.html']}",
        "usage": "/admin/usage?days=7",
        "accounts": "/admin/accounts",
        "account": f"/admin/accounts/{person.account_id}",
        "keys": "/admin/keys",
        "origins": "/admin/origins",
        "policy": "/admin/policy",
        "retention": "/admin/retention",
        "audit": "/admin/audit",
        "runs": "/evals",
        "run": f"/evals/runs/{GATE}",
        "cases": f"/evals/runs/{GATE}/cases?outcome=answered",
        "case": f"/evals/runs/{GATE}/cases/gate-en-en-1",
        "compare": f"/evals/compare?a={GATE}&b={GATE}",
        "reported": "/evals/reported",
        "make case": f"/evals/reported/{given.answer_id}",
    }


@pytest.mark.parametrize("language", VIEWS)
def test_no_page_of_either_place_breaks_wcag(address: str, helpdesk: FakeHelpdesk, language: str) -> None:
    steps = signed_in_steps(helpdesk)
    pages = pages_of(helpdesk)
    states = {name: [f"{name} {width} {colour}" for width, colour in VIEWS[language]] for name in pages}
    for name, path in pages.items():
        sign = "&" if "?" in path else "?"
        steps += [["goto", f"{path}{sign}lang={language}"]]
        for state, view in zip(states[name], VIEWS[language], strict=True):
            steps += [
                ["view", *view],
                *([["axe", state]] if language == LOOKED_AT else []),
                ["value", f"overflow {state}", OVERFLOW],
                ["value", f"small {state}", SMALL],
            ]
    [report] = drive(address, order(*steps, locale=language))
    seen = [state for name in pages for state in states[name]]
    assert report["errors"] == []
    assert list(report["axe"]) == (seen if language == LOOKED_AT else [])
    for state in seen:
        assert report["values"][f"overflow {state}"] <= 0, state
        assert report["values"][f"small {state}"] == [], state


def test_off_and_on_again_and_the_chat_page_says_so(address: str, helpdesk: FakeHelpdesk) -> None:
    [report] = drive(
        address,
        order(
            *signed_in_steps(helpdesk),
            ["goto", "/admin?lang=sv"],
            ["type", "#reason", "Fel i prislistan"],
            ["press", "Enter"],
            ["wait", ".notice.good"],
            ["axe", "off"],
            ["goto", "/?lang=sv"],
            ["wait", ".switched-off"],
            ["axe", "chat while off"],
            ["goto", "/admin?lang=vi"],
            ["type", "#reason", "Đã sửa"],
            ["press", "Enter"],
            ["wait", ".notice.good"],
            ["value", "done", "document.querySelector('.notice.good').textContent.trim()"],
        ),
    )
    assert report["values"]["done"] == "Các câu hỏi lại được trả lời."


def test_a_report_runs_its_own_script_and_reaches_nothing_else(address: str, helpdesk: FakeHelpdesk) -> None:
    [report] = drive(
        address,
        order(
            *signed_in_steps(helpdesk),
            ["goto", f"/evals/runs/{GATE}?lang=en"],
            ["click", "main a.primary"],
            ["wait", "#figures"],
            ["value", "origin", "self.origin"],
            ["value", "cookie", "(() => { try { return document.cookie } catch { return 'shut' } })()"],
        ),
    )
    assert report["values"]["origin"] == "null"
    assert report["values"]["cookie"] == "shut"
    assert report["errors"] == []
