"""What an asker can do on the chat page, in a real Chromium: filter, judge, ask an expert, come back."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import select

from api.messages import languages, messages
from helpdesk_bot.review.desk import Person, Query, ReviewDesk
from helpdesk_bot.schema import answers, feedback
from tests.api import house
from tests.api.house import FakeHelpdesk
from tests.api.serving import PATIENCE_S
from tests.api.test_browser import Step, ask, drive, order

pytestmark = pytest.mark.browser

EXPERT = Person("acc_1", "Åsa Öberg")

SHIFT = """new Promise((done) => { let shift = 0;
  const add = (each) => { if (!each.hadRecentInput) shift += each.value; };
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(add));
  observer.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(shift), 300); })"""

SMALL = """[...document.querySelectorAll('button, summary, select, input, .card a, .foot a, .switch a')]
  .filter((e) => e.offsetParent !== null)
  .map((e) => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
  .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("language", "width", "colour"),
    [("ar", 320, "dark"), ("vi", 768, "light"), ("sv", 1280, "dark"), ("de", 1280, "light")],
)
def test_every_state_is_accessible(address: str, language: str, width: int, colour: str) -> None:
    looked_at = (width, colour) != (1280, "dark")  # by axe: every width, both themes, Arabic

    def look(name: str) -> list[Step]:
        return [["axe", name]] if looked_at else []

    [report] = drive(
        address,
        order(
            ["goto", f"/?lang={language}"],
            ["click", ".switch summary"],
            ["click", ".options summary"],
            ["click", ".privacy summary"],
            *look("everything open"),
            ["click", ".switch summary"],
            ["click", ".options summary"],
            *ask(house.CROSS_QUESTION),
            *ask(house.UNCLEAR_QUESTION, 2),
            *ask(house.UNKNOWN_QUESTION, 3),
            ["click", "article:nth-of-type(1) .thumbs summary"],
            ["click", "article:nth-of-type(1) .take summary"],
            ["click", "article:nth-of-type(3) .expert summary"],
            ["click", "article:nth-of-type(3) .expert .primary >> nth=1"],
            ["wait", "article:nth-of-type(3) .expert .refusal"],
            *look("forms"),
            ["value", "small", SMALL],
            ["value", "wider", WIDER],
            ["value", "direction", "getComputedStyle(document.body).direction"],
            ["click", "article:nth-of-type(1) button.cite"],
            ["wait", "#sheet mark"],
            *look("sheet"),
            ["goto", f"/accessibility?lang={language}"],
            *look("statement"),
            colour=colour,
            viewport={"width": width, "height": 900},
            locale=language,
        ),
    )
    assert report["errors"] == []
    assert len(report["axe"]) == (4 if looked_at else 0)
    assert report["values"]["small"] == []
    assert report["values"]["wider"] <= 0
    assert report["values"]["direction"] == ("rtl" if language == "ar" else "ltr")


def test_a_reading_and_a_filter_are_asked_as_they_stand(address: str, helpdesk: FakeHelpdesk) -> None:
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=en"],
            ["focus", "#question"],
            *ask(house.UNCLEAR_QUESTION),
            ["focus", "article:nth-of-type(1) .choice"],
            ["press", "Tab"],
            ["press", "Tab"],
            ["press", "Enter"],
            ["wait", "article:nth-of-type(2) .answer"],
            ["click", ".options summary"],
            ["select", "[name=kind]", "report"],
            ["value", "count", "document.querySelector('#filter-count').textContent"],
            *ask(house.SV_QUESTION, 3),
            ["value", "narrowed", "document.querySelector('article:nth-of-type(3) .narrowed').textContent"],
        ),
    )
    asked = helpdesk.asked
    assert asked[1].text == f"{house.UNCLEAR_QUESTION} (in “AI i offentlig sektor”)"
    assert asked[1].conversation_id is not None
    assert asked[2].conversation_id == asked[1].conversation_id
    assert asked[2].filters == {"kind": ("report",)}
    assert report["values"] == {"count": " (1)", "narrowed": "Searched only: Kind: Report"}


def test_feedback_and_then_an_expert_who_answers(address: str, helpdesk: FakeHelpdesk) -> None:
    """The page shows what the expert released, by itself, and still after a reload."""
    look: Step = [
        "value",
        "approved",
        """new Promise(async (done) => { for (let n = 0; n < 80; n += 1) {
          document.dispatchEvent(new Event('visibilitychange'));
          await new Promise((later) => setTimeout(later, 250));
          const found = document.querySelector('.answer-approved .status');
          if (found) return done(found.textContent); } done(null); })""",
    ]
    release = threading.Thread(target=_release_first, args=(helpdesk,))
    release.start()
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=sv"],
            ["focus", "#question"],
            *ask(house.SV_QUESTION),
            ["focus", ".thumbs summary"],
            ["press", "Enter"],
            ["focus", "[value=outdated]"],
            ["press", "Space"],
            ["type", ".feedback [name=note]", "Ändrat i maj."],
            ["focus", ".feedback .fields button"],
            ["press", "Enter"],
            ["wait", ".thanks"],
            ["value", "focus", "document.activeElement.textContent"],
            ["value", "said", "document.querySelector('#announcer').textContent"],
            ["click", ".expert summary"],
            ["click", ".expert .fields .primary"],
            ["wait", ".expert .refusal"],
            ["focus", ".expert [name=consent]"],
            ["press", "Space"],
            ["press", "Tab"],
            ["press", "Enter"],
            ["wait", ".thanks a"],
            ["value", "link", "document.querySelector('.thanks a').getAttribute('href')"],
            look,
            ["value", "announced", "document.querySelector('#announcer').textContent"],
            ["axe", "approved"],
            ["click", ".thanks a"],
            ["wait", "main > .exchange .answer-approved"],
            ["axe", "conversation"],
            ["goto", "/?lang=sv"],
            ["wait", ".answer-approved"],
            ["value", "kept", "document.querySelectorAll('.answer').length"],
            ["click", "#new"],
            ["value", "left", "document.querySelectorAll('.exchange').length"],
            ["value", "stored", "sessionStorage.length + localStorage.length"],
        ),
    )
    release.join()
    values = report["values"]
    thanks = messages("sv")["feedback_thanks"]
    assert (values["focus"], values["said"]) == (thanks, thanks)
    with helpdesk.engine.connect() as connection:
        [row] = connection.execute(feedback.select()).mappings()
        conversation_id = connection.scalar(select(answers.c.conversation_id))
    assert (row["helpful"], row["reason"], row["note"]) == (0, "outdated", "Ändrat i maj.")
    assert values["link"] == f"/conversations/{conversation_id}?lang=sv"
    assert values["approved"].startswith("Godkänt av en expert den ")
    assert values["announced"].startswith("En expert har svarat. Godkänt av en expert")
    assert (values["kept"], values["left"], values["stored"]) == (2, 0, 0)


def _release_first(helpdesk: FakeHelpdesk) -> None:
    """Release the first question that somebody asked an expert, as it is."""
    desk = ReviewDesk(helpdesk.engine, None, None)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        items = desk.list(EXPERT, Query())["items"]
        asked = [item for item in items if "asked_for_expert" in item["reasons"]]
        if asked:
            desk.release(EXPERT, asked[0]["item_id"], asked[0]["version"], {0: "Read it myself."})
            return
        time.sleep(0.1)


def test_history_is_the_tabs_until_the_visitor_says_otherwise(address: str) -> None:
    kept: Step = ["value", "kept", "localStorage.length"]
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=vi"],
            ["focus", "#question"],
            *ask(house.VI_QUESTION),
            ["value", "before", "[sessionStorage.length, localStorage.length]"],
            ["click", ".privacy summary"],
            ["click", "#keep"],
            kept,
            ["value", "cleared", "sessionStorage.clear()"],
            ["goto", "/?lang=vi"],
            ["wait", ".answer"],
            ["value", "asked", "document.querySelector('.asked-text').textContent"],
            ["click", "button.cite"],
            ["wait", "#sheet mark"],
            ["press", "Escape"],
            ["click", ".privacy summary"],
            ["click", "#forget"],
            ["value", "after", "[sessionStorage.length, localStorage.length]"],
            ["value", "said", "document.querySelector('#announcer').textContent"],
        ),
    )
    values = report["values"]
    assert values["before"] == [1, 0]
    assert (values["kept"], values["asked"]) == (1, house.VI_QUESTION)
    assert values["after"] == [0, 0]
    assert values["said"] == messages("vi")["privacy_forgotten"]


def test_copies_hold_the_sources(address: str) -> None:
    catch = """Object.defineProperty(navigator, 'clipboard',
      { value: { writeText: async (text) => { window.copied = text; } } }) && true"""
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=en"],
            ["focus", "#question"],
            *ask(house.SV_QUESTION),
            ["value", "caught", catch],
            ["click", ".take summary"],
            ["click", "[data-copy=markdown]"],
            ["value", "said", "document.querySelector('#announcer').textContent"],
            ["value", "markdown", "window.copied"],
            ["click", "[data-copy=plain]"],
            ["value", "plain", "window.copied"],
        ),
    )
    values = report["values"]
    assert values["said"] == "Copied."
    assert "1. [AI i offentlig sektor](<https://example.org/brief>)" in values["markdown"]
    assert f"   > {house.SV_QUOTE}" in values["markdown"]
    assert "[1] AI i offentlig sektor (Report · EY · 1 May 2024 · Swedish · page 1)" in values["plain"]


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_moves_while_an_answer_comes(
    address: str, helpdesk: FakeHelpdesk, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(helpdesk, "stream", helpdesk.stream_slowly)
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=en"],
            ["focus", "#question"],
            *ask(house.SV_QUESTION),
            ["value", "one", SHIFT],
            *ask(house.CROSS_QUESTION, 2),
            ["value", "two", SHIFT],
            viewport={"width": width, "height": 800},
            motion="no-preference",
        ),
    )
    assert (report["values"]["one"], report["values"]["two"]) == (0, 0)


def test_four_hundred_percent(address: str) -> None:
    """1280 by 1024 pixels at 400 % are 320 by 256: nothing covers what has the focus."""
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=de"],
            ["focus", "#question"],
            *ask(house.CROSS_QUESTION),
            ["focus", "button.cite"],
            [
                "value",
                "seen",
                """(() => { const e = document.activeElement;
                  const { x, y, width, height } = e.getBoundingClientRect();
                  return e.contains(document.elementFromPoint(x + width / 2, y + height / 2)); })()""",
            ],
            ["value", "wider", WIDER],
            viewport={"width": 320, "height": 256},
        ),
    )
    assert (report["values"]["seen"], report["values"]["wider"] <= 0) == (True, True)


def test_everything_without_scripts(address: str, helpdesk: FakeHelpdesk) -> None:
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=sv"],
            ["click", ".options summary"],
            ["select", "[name=kind]", "report"],
            ["type", "#question", house.SV_QUESTION],
            ["click", "#send"],
            ["wait", ".narrowed"],
            ["type", "#question", house.UNCLEAR_QUESTION],
            ["click", "#send"],
            ["wait", ".choice"],
            ["click", ".choice"],
            ["wait", ".answer-answered"],
            ["click", ".thumbs > button"],
            ["wait", ".told-page"],
            ["click", ".expert summary"],
            ["click", ".expert [name=consent]"],
            ["click", ".expert .fields .primary"],
            ["wait", "main > .exchange .answer"],
            scripts=False,
        ),
    )
    first, second, third = helpdesk.asked
    assert first.filters == {"kind": ("report",)}
    assert third.text.startswith(house.UNCLEAR_QUESTION)
    assert first.conversation_id is None
    assert second.conversation_id == third.conversation_id != first.conversation_id
    desk = ReviewDesk(helpdesk.engine, None, None)
    assert [item["question"] for item in desk.list(EXPERT, Query())["items"]] == [third.text]
    assert not any(url.endswith(".js") for url in report["requests"])


def test_every_language_says_that_it_is_a_machine(address: str) -> None:
    look: dict[str, Any] = {
        language: order(
            ["goto", f"/?lang={language}"],
            ["value", "text", "document.querySelector('#machine-notice').innerText"],
            ["value", "dir", "document.documentElement.dir"],
        )
        for language in languages()
    }
    for report, language in zip(drive(address, *look.values()), look, strict=True):
        assert messages(language)["machine_title"] in report["values"]["text"]
        assert report["values"]["dir"] == ("rtl" if language == "ar" else "ltr")
    assert set(look) >= {"en", "sv", "vi", "de", "es", "fr", "it", "pl", "ar"}
