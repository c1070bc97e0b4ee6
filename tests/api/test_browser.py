"""The pages in a real Chromium: with keyboard, in every theme and width; axe finds nothing.

``HELPDESK_REQUIRE_BROWSER=1`` makes a missing browser a failure instead of a skip.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.messages import messages
from tests.api import drivers, house
from tests.api.house import FakeHelpdesk

pytestmark = pytest.mark.browser

DRIVER = Path(__file__).parent / "browser" / "drive.mjs"
Step = list[Any]


def drive(address: str, *orders: dict[str, Any]) -> list[dict[str, Any]]:
    """Carry out each order in a fresh browser context; one report for each.

    Whatever the order, no request leaves the origin and axe finds nothing.
    """
    reports: list[dict[str, Any]] = drivers.carry_out(DRIVER, address=address, orders=orders)
    for report in reports:
        assert "failure" not in report, report["failure"]
        assert [url for url in report["requests"] if not url.startswith(address)] == []
        for state, violations in report["axe"].items():
            assert violations == [], f"{state}: {json.dumps(violations, indent=1)}"
    return reports


def order(*steps: Step, **options: Any) -> dict[str, Any]:
    return {"steps": steps, **options}


def ask(question: str, place: int = 1) -> list[Step]:
    return [
        ["type", "#question", question],
        ["press", "Enter"],
        ["wait", f"article:nth-of-type({place}) .answer"],
    ]


STATES: tuple[tuple[str, int, str], ...] = (
    ("en", 320, "light"),
    ("sv", 320, "dark"),
    ("vi", 768, "light"),
    ("en", 768, "dark"),
    ("sv", 1280, "light"),
    ("vi", 1280, "dark"),
)
"""Every width with every theme, and every language twice."""
LOOKED_AT = (STATES[1], STATES[2], STATES[5])
"""Where axe looks: in every width, in both themes. What it takes stands in no relation to the rest."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_state_breaks_wcag(address: str, width: int) -> None:
    def states(language: str, width: int, colour: str) -> dict[str, Any]:
        def look(name: str) -> list[Step]:
            return [["axe", name]] if (language, width, colour) in LOOKED_AT else []

        return order(
            ["goto", f"/?lang={language}"],
            *look("empty"),
            ["click", "#send"],
            ["wait", "#question-error"],
            ["focus", "#question"],
            *ask(house.SV_QUESTION),
            *ask(house.CROSS_QUESTION, 2),
            *ask(house.UNKNOWN_QUESTION, 3),
            *ask(house.BLOCKED_QUESTION, 4),
            *ask(house.CRASH_QUESTION, 5),
            *look("every outcome"),
            [
                "value",
                "overflow",
                "document.documentElement.scrollWidth - document.documentElement.clientWidth",
            ],
            ["click", "button.cite"],
            ["wait", "#sheet mark"],
            *look("sheet"),
            ["press", "Escape"],
            ["type", "#question", " "],
            ["click", "#send"],
            ["wait", "#question-error"],
            *look("refused"),
            colour=colour,
            viewport={"width": width, "height": 900},
            locale=language,
        )

    shown = [state for state in STATES if state[1] == width]
    for state, report in zip(shown, drive(address, *(states(*state) for state in shown)), strict=True):
        assert report["errors"] == []
        assert len(report["axe"]) == (4 if state in LOOKED_AT else 0)
        assert report["values"]["overflow"] <= 0


NEVER_ENDING = """(() => { const real = window.fetch; window.fetch = async (...args) => {
    const response = await real(...args);
    const held = response.body.pipeThrough(new TransformStream({ flush: () => new Promise(() => {}) }));
    return new Response(held, response); }; })()"""


def test_an_answer_that_is_seen_can_be_followed_at_once(address: str) -> None:
    """A connection that stays open after the last event holds no second question back."""
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=en"],
            ["value", "held", NEVER_ENDING],
            ["focus", "#question"],
            *ask(house.SV_QUESTION),
            ["value", "empty", "document.querySelector('#question').value"],
            *ask(house.VI_QUESTION, 2),
            ["value", "answers", "document.querySelectorAll('.answer').length"],
        ),
    )
    assert (report["values"]["empty"], report["values"]["answers"]) == ("", 2)


HELD = """(() => { const real = window.fetch; window.fetch = async (address, options = {}) => {
    if (options.method === "POST" && address === document.getElementById("ask").action)
      await new Promise((resolve) => { window.letGo = resolve; });
    window.sent = real(address, options).then((response) => response, (error) => { throw error; });
    window.fate = window.sent.then(() => "sent", (error) => error.name);
    return window.sent; }; })()"""
STATE = """[document.querySelectorAll(".exchange").length, document.querySelector("#question").value,
    sessionStorage.getItem("helpdesk.conversation")]"""


def test_no_key_press_is_swallowed_while_an_answer_is_made(address: str) -> None:
    """Who asks too early is told, and keeps the text; who begins anew is rid of the old question."""
    words = messages("sv")
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=sv"],
            ["value", "held", HELD],
            ["type", "#question", house.SV_QUESTION],
            ["focus", "#question"],
            ["press", "Enter"],
            ["wait", ".waiting"],
            ["type", "#question", house.VI_QUESTION],
            ["press", "Enter"],
            ["wait", "#question-wait"],
            ["value", "told", "document.querySelector('#question-wait').textContent"],
            ["value", "said", "document.querySelector('#announcer').textContent"],
            ["axe", "too early"],
            ["value", "let go", "window.letGo()"],
            ["wait", ".answer"],
            ["wait", "#question-wait", "hidden"],
            ["value", "kept", "document.querySelector('#question').value"],
            ["press", "Enter"],
            ["wait", "article:nth-of-type(2) .waiting"],
            ["click", "#new"],
            ["value", "anew", STATE],
            ["value", "let go", "window.letGo()"],
            ["value", "fate", "new Promise((resolve) => setTimeout(resolve)).then(() => window.fate)"],
            ["value", "later", STATE],
            ["type", "#question", house.EN_QUESTION],
            ["press", "Enter"],
            ["wait", ".waiting"],
            ["value", "let go", "window.letGo()"],
            ["wait", ".answer"],
        ),
    )
    values = report["values"]
    assert (values["told"], values["said"]) == (words["still_answering"],) * 2
    assert values["kept"] == house.VI_QUESTION
    assert values["fate"] == "AbortError"
    assert values["anew"] == values["later"] == [0, "", None]
    assert report["errors"] == []


FULL = """(async () => { const answer_id = document.querySelector(".answer").dataset.answer;
    for (let n = 0; n < 5; n += 1) await fetch("/api/v1/feedback", { method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ answer_id, helpful: false, reason: "outdated" }) }); })()"""


def test_what_is_not_taken_is_said_where_it_was_written(address: str) -> None:
    shown = """(() => { const told = document.querySelector(".feedback .refusal");
        const note = document.querySelector(".feedback textarea");
        return [told.textContent, told.checkVisibility(), note.value]; })()"""
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=vi"],
            ["focus", "#question"],
            *ask(house.VI_QUESTION),
            ["value", "full", FULL],
            ["click", ".thumbs summary"],
            ["click", ".feedback input[value=incorrect]"],
            ["type", ".feedback textarea", "Con số đã cũ."],
            ["click", ".feedback button[value=no]"],
            ["wait", ".feedback .refusal"],
            ["value", "shown", shown],
            ["axe", "not taken"],
        ),
    )
    assert report["values"]["shown"] == [messages("vi")["error_review_too_many"], True, "Con số đã cũ."]


VISIBLE = """(() => { const m = document.querySelector('#sheet mark').getBoundingClientRect();
    const p = document.querySelector('#sheet-passage').getBoundingClientRect();
    return m.top >= p.top && m.bottom <= p.bottom; })()"""


def test_with_the_keyboard_alone_to_the_very_passage(address: str, helpdesk: FakeHelpdesk) -> None:
    helpdesk.runs_out("inclusion.en.txt", "2020-12-31")

    def walk(question: str) -> dict[str, Any]:
        return order(
            ["goto", "/?lang=en"],
            ["focus", "#question"],
            *ask(question),
            ["value", "announced", "document.querySelector('#announcer').textContent"],
            ["focus", "button.cite"],
            ["press", "Enter"],
            ["wait", "#sheet mark"],
            ["value", "modal", "document.querySelector('#sheet').matches(':modal')"],
            ["value", "inside", "document.querySelector('#sheet').contains(document.activeElement)"],
            ["value", "mark", "document.querySelector('#sheet mark').textContent"],
            ["value", "visible", VISIBLE],
            ["value", "title", "document.querySelector('#sheet-title').textContent"],
            ["value", "place", "document.querySelector('#sheet-place').textContent"],
            ["value", "lapsed", "document.querySelector('#sheet-lapsed').textContent"],
            ["axe", "source"],
            ["press", "Escape"],
            ["wait", "#sheet", "hidden"],
            ["value", "back", "document.activeElement.matches('button.cite')"],
            viewport={"width": 320, "height": 640},
        )

    expected = [
        (house.SV_QUESTION, house.SV_QUOTE, "page 1", "AI i offentlig sektor"),
        (house.VI_QUESTION, house.VI_QUOTE, "Dịch vụ công", "Dịch vụ công trực tuyến"),
        (house.EN_QUESTION, house.EN_QUOTE, "Digital inclusion", "Digital inclusion"),
    ]
    reports = drive(address, *(walk(question) for question, *_ in expected))
    for report, (_, quote, place, heading) in zip(reports, expected, strict=True):
        values = report["values"]
        assert values["announced"].startswith("Answer ready. Answered from the documents")
        assert quote in values["announced"]
        assert values["mark"] == quote
        assert (values["modal"], values["inside"], values["visible"], values["back"]) == (
            True,
            True,
            True,
            True,
        )
        assert values["title"] == heading
        assert values["lapsed"] == ("Not in force today." if heading == "Digital inclusion" else "")
        assert place in values["place"]


def test_a_foreign_quote_is_labelled_and_the_pdf_opens_at_its_page(
    address: str, helpdesk: FakeHelpdesk
) -> None:
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=en"],
            ["focus", "#question"],
            *ask(house.CROSS_QUESTION),
            ["value", "lang", "document.querySelector('.foreign').lang"],
            ["value", "foreign", "document.querySelector('.foreign').textContent"],
            [
                "value",
                "labels",
                "[...document.querySelectorAll('.source .language-label')].map(e => e.textContent)",
            ],
            ["value", "links", "[...document.querySelectorAll('.answer a')].map(a => a.protocol)"],
            ["click", "button.cite"],
            ["wait", "#sheet mark"],
            ["value", "original", "document.querySelector('#sheet-original').getAttribute('href')"],
        ),
    )
    values = report["values"]
    assert (values["lang"], values["foreign"]) == ("sv", house.SV_QUOTE)
    assert values["labels"] == ["Quoted in Swedish", "Quoted in English"]
    document_id = helpdesk.ids["brief.sv.pdf"]
    assert values["original"] == f"/api/v1/documents/{document_id}/original?version=1#page=1"
    assert set(values["links"]) <= {"http:", "https:"}


def test_it_says_that_it_is_a_machine_before_the_first_question(address: str) -> None:
    expected = {
        "en": "You are talking to a machine.",
        "sv": "Du talar med en maskin.",
        "vi": "Bạn đang trò chuyện với máy.",
    }
    look: tuple[Step, ...] = (
        ["goto", "/"],
        ["value", "text", "document.body.innerText"],
        ["value", "lang", "document.documentElement.lang"],
        ["value", "described", "document.querySelector('#question').getAttribute('aria-describedby')"],
    )
    reports = drive(address, *(order(*look, locale=locale) for locale in expected))
    for report, (locale, words) in zip(reports, expected.items(), strict=True):
        assert words in report["values"]["text"]
        assert report["values"]["lang"] == locale
        assert "machine-notice" in report["values"]["described"]


def test_it_works_without_scripts(address: str) -> None:
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=sv"],
            ["type", "#question", house.SV_QUESTION],
            ["click", "#send"],
            ["wait", ".answer"],
            ["click", "a.cite"],
            ["wait", "mark"],
            scripts=False,
        ),
    )
    assert any("/documents/" in url and "start=" in url for url in report["requests"])
    assert not any(url.endswith(".js") for url in report["requests"])


def test_the_text_page_shows_the_passage(address: str, helpdesk: FakeHelpdesk) -> None:
    start = house.SV_TEXT.index(house.SV_QUOTE)
    span = f"version=1&start={start}&end={start + len(house.SV_QUOTE)}"
    [report] = drive(
        address,
        order(
            ["goto", f"/documents/{helpdesk.ids['brief.sv.pdf']}?lang=vi&{span}#quote"],
            ["value", "mark", "document.querySelector('mark').textContent"],
            ["value", "lang", "document.querySelector('.source-text').lang"],
            ["axe", "text page"],
            ["goto", f"/documents/{helpdesk.ids['cong.vi.html']}?lang=sv"],
            ["axe", "whole text"],
            ["goto", "/documents/nope?lang=en"],
            ["axe", "error page"],
            colour="dark",
        ),
    )
    assert (report["values"]["mark"], report["values"]["lang"]) == (house.SV_QUOTE, "sv")


def test_a_lost_connection_keeps_the_question(address: str) -> None:
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=sv"],
            ["block", "**/?lang=sv"],
            ["focus", "#question"],
            *ask(house.SV_QUESTION),
            ["axe", "lost"],
            ["value", "text", "document.querySelector('.answer-error').textContent"],
            ["value", "kept", "document.querySelector('#question').value"],
        ),
    )
    assert "Förbindelsen bröts" in report["values"]["text"]
    assert report["values"]["kept"] == house.SV_QUESTION


def test_what_a_question_holds_is_text_and_nothing_more(address: str) -> None:
    [report] = drive(
        address,
        order(
            ["goto", "/?lang=vi"],
            ["focus", "#question"],
            *ask(house.HOSTILE_QUESTION),
            ["value", "shown", "document.querySelector('.asked-text').textContent"],
            ["value", "scripts", "document.querySelectorAll('#conversation script').length"],
        ),
    )
    assert (report["values"]["shown"], report["values"]["scripts"]) == (house.HOSTILE_QUESTION, 0)
