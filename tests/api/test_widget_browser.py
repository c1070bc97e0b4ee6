"""The widget on websites of other origins, in a real Chromium: strict policies, keyboard, hostile pages."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from corpus.storage import begin_write
from helpdesk_bot import origins
from tests.api import drivers, house
from tests.api.house import FakeHelpdesk
from tests.api.websites import website

pytestmark = pytest.mark.browser

DRIVER = Path(__file__).parent / "browser" / "widget.mjs"
SHOTS = os.environ.get("HELPDESK_SHOTS")
MOST_BYTES = 40 * 1024

Step = list[Any]
Site = Callable[..., str]

LAUNCHER = "helpdesk-widget .launcher"
FOCUSED = "document.querySelector('helpdesk-widget').shadowRoot.activeElement?.className"
IS_OPEN = "document.querySelector('helpdesk-widget').shadowRoot.querySelector('dialog').open"
IN_THE_BOX = "document.hasFocus() && document.activeElement.id === 'question'"
# The focus goes from process to process: a key pressed before it has left the panel is still the panel's.
CLOSED: tuple[Step, ...] = (["until", f"!{IS_OPEN}"], ["until inside", "!document.hasFocus()"])
OPEN: tuple[Step, ...] = (
    ["wait", LAUNCHER],
    ["click", LAUNCHER],
    ["wait", "panel|#question"],
    ["until inside", IN_THE_BOX],
)


@pytest.fixture
def allow(address: str, helpdesk: FakeHelpdesk) -> Iterator[Site]:
    """Start websites; those that are not ``stranger`` are allowed to embed the widget."""
    with ExitStack() as stack:

        def start(*, stranger: bool = False, **options: Any) -> str:
            origin = stack.enter_context(website(address, **options))
            if not stranger:
                with begin_write(helpdesk.engine) as connection:
                    origins.add(connection, origin, "test")
            return origin

        yield start


def drive(*orders: dict[str, Any]) -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = drivers.carry_out(DRIVER, orders=orders)
    for report in reports:
        assert "failure" not in report, f"{report['failure']}\n{report['errors']}"
        for state, violations in report["axe"].items():
            assert violations == [], f"{state}: {json.dumps(violations, indent=1)}"
    return reports


def order(*steps: Step, **options: Any) -> dict[str, Any]:
    return {"steps": steps, **options}


def shot(name: str) -> list[Step]:
    return [["shot", f"{SHOTS}/{name}.png"]] if SHOTS else []


def test_ask_open_the_source_and_leave_with_the_keyboard_alone(allow: Site, address: str) -> None:
    site = allow()
    [report] = drive(
        order(
            ["goto", site],
            ["wait", LAUNCHER],
            ["value", "before", "document.querySelectorAll('iframe').length"],
            ["focus", "#before"],
            ["tab to", LAUNCHER],
            ["press", "Enter"],
            ["wait", "panel|#question"],
            ["until inside", IN_THE_BOX],
            ["inside", "language", "document.documentElement.lang"],
            ["inside", "machine", "document.getElementById('machine-notice').innerText"],
            ["inside", "what is kept", WHAT_IS_KEPT],
            ["write", house.SV_QUESTION],
            ["press", "Enter"],
            ["wait", "panel|.answer"],
            ["tab to", "panel|button.cite"],
            ["press", "Enter"],
            ["wait", "panel|#sheet mark"],
            ["inside", "mark", "document.querySelector('#sheet mark').textContent"],
            ["press", "Escape"],
            ["wait", "panel|#sheet", "hidden"],
            ["inside", "back at the citation", "document.activeElement.matches('button.cite')"],
            ["value", "still open", IS_OPEN],
            ["press", "Escape"],
            *CLOSED,
            ["value", "focused", FOCUSED],
            ["press", "Enter"],
            ["until inside", IN_THE_BOX],
            ["inside", "kept", "document.querySelector('.asked-text').textContent"],
            viewport={"width": 768, "height": 900},
        ),
    )
    values = report["values"]
    assert report["errors"] == []
    assert values["language"] == "sv"
    assert "Du talar med en maskin." in values["machine"]
    may_keep, told = values["what is kept"]  # some browsers refuse storage to frames of other origins
    assert told == (["privacy-tab", "privacy-choices"] if may_keep else ["privacy-none"])
    assert values["mark"] == house.SV_QUOTE
    assert (values["back at the citation"], values["still open"]) == (True, True)
    assert values["focused"] == "launcher"
    assert values["kept"] == house.SV_QUESTION
    assert [url for url in report["requests"] if not url.startswith((site, address))] == []
    assert not any("token" in url and "?" in url for url in report["requests"])


def test_opened_again_at_once_it_stays_open(allow: Site) -> None:
    # The browser tells of a closed panel a frame later: whoever is faster has opened it again by then.
    again = "(() => { const it = document.querySelector('helpdesk-widget'); it.close(); it.open(); })()"
    two_frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    [report] = drive(
        order(
            ["goto", allow()],
            *OPEN,
            ["value", "again", again],
            ["value", "frames", two_frames],
            ["value", "open", IS_OPEN],
            ["until inside", IN_THE_BOX],
        )
    )
    assert report["values"]["open"] is True


WHAT_IS_KEPT = """(() => { let may = true; try { sessionStorage.length; } catch { may = false; }
  return [may, ["privacy-tab", "privacy-choices", "privacy-none"]
    .filter((id) => !document.getElementById(id).hidden)]; })()"""

SPIED = """<script>
globalThis.heard = []; addEventListener("message", (e) => heard.push([e.origin, JSON.stringify(e.data)]));
</script>"""

TRY_TO_READ = """(() => {
  const frame = document.querySelector('helpdesk-widget').shadowRoot.querySelector('iframe');
  const attempt = (f) => { try { return String(f()); } catch (error) { return error.name; } };
  return [attempt(() => frame.contentDocument), attempt(() => frame.contentWindow.document.body.innerText),
    attempt(() => frame.contentWindow.sessionStorage.length), attempt(() => frame.contentWindow.fetch),
    attempt(() => frame.contentWindow.location.href), window.frames.length];
})()"""

SPOOF = """(() => {
  const frame = document.querySelector('helpdesk-widget').shadowRoot.querySelector('iframe').contentWindow;
  for (const data of [null, 7, 'close', {}, {helpdesk: 1}, {helpdesk: 1, type: 'constructor'},
    {helpdesk: 1, type: 'ask', text: 'x'}, {helpdesk: 1, type: 'opened', more: 1},
    {helpdesk: 1, type: 'token', token: '<img>', expires_in_s: 60},
    {helpdesk: 1, type: 'token', token: 'a.b', expires_in_s: -1},
    {helpdesk: 1, type: 'theme', accent: 'url(//x)', on_accent: ''},
    {helpdesk: 1, type: 'token', token: 'forged.token', expires_in_s: 600}]) frame.postMessage(data, '*');
  for (const type of ['close', 'ready', 'renew']) postMessage({helpdesk: 1, type}, '*');
})()"""

INTRUDER = """<script>setInterval(() => { for (const type of ['close', 'ready', 'renew'])
  parent.postMessage({helpdesk: 1, type}, '*'); }, 100);</script>"""

ABUSE = """(async () => {
  const { token } = await (await fetch('HOME/api/v1/widget/token', { method: 'POST' })).json();
  const headers = { Authorization: `Widget ${token}`, 'Widget-Origin': location.origin };
  const answers = [];
  for (const path of ['/api/v1/documents', '/widget'])
    answers.push(await fetch('HOME' + path, { method: path === '/widget' ? 'POST' : 'GET', headers })
      .then((reply) => reply.status, (error) => error.name));
  return answers;
})()"""


def test_a_hostile_page_around_the_panel_learns_nothing_and_steers_nothing(allow: Site, address: str) -> None:
    intruder = allow(stranger=True, more=INTRUDER, policy="default-src 'self' 'unsafe-inline' {home}")
    beside = f'<iframe src="{intruder}" title="intruder"></iframe>'
    site = allow(more=SPIED + beside, policy="default-src 'self' 'unsafe-inline' {home}; frame-src http:")
    [report] = drive(
        order(
            ["goto", site],
            *OPEN,
            ["value", "read", TRY_TO_READ],
            ["value", "abuse", ABUSE.replace("HOME", address)],
            ["value", "spoof", SPOOF],
            ["write", house.SV_QUESTION],
            ["press", "Enter"],
            ["wait", "panel|.answer"],
            ["inside", "answer", "document.querySelector('.answer').className"],
            ["inside", "exchanges", "document.querySelectorAll('.exchange').length"],
            ["value", "open", IS_OPEN],
            ["value", "heard", "globalThis.heard"],
        ),
    )
    values = report["values"]
    # The frame of the panel is not even among the page's frames: only the intruder's is.
    assert values["read"] == ["null", *["SecurityError"] * 4, 1]
    assert values["abuse"] == ["TypeError", "TypeError"]  # a token is of no use outside the panel
    # The forged token was refused by the server, and the panel got itself a good one.
    assert ("answer-answered" in values["answer"], values["exchanges"], values["open"]) == (True, 1, True)
    said = [json.loads(data) for origin, data in values["heard"] if origin == address]
    assert {tuple(message) for message in said} == {("helpdesk", "type")}
    assert {message["type"] for message in said} <= {"ready", "renew", "close"}


def test_a_website_that_is_not_allowed_shows_no_panel_and_no_dead_end(allow: Site, address: str) -> None:
    allowed = allow()
    framing = f'<iframe id="stolen" src="{address}/widget?origin={allowed}" title="stolen"></iframe>'
    stranger = allow(stranger=True, more=framing, policy="default-src 'self' 'unsafe-inline' {home}")
    [report] = drive(
        order(
            ["goto", stranger],
            ["wait", LAUNCHER],
            ["click", LAUNCHER],
            ["wait", "helpdesk-widget .retry"],
            [
                "value",
                "note",
                "document.querySelector('helpdesk-widget').shadowRoot.querySelector('.note').innerText",
            ],
            [
                "value",
                "link",
                "document.querySelector('helpdesk-widget').shadowRoot.querySelector('.note a').href",
            ],
            ["value", "stolen", "document.querySelector('#stolen').contentDocument === null"],
            ["press", "Escape"],
            ["until", f"!{IS_OPEN}"],
            ["value", "focused", FOCUSED],
        ),
    )
    values = report["values"]
    assert "Helpdesken kan inte nås" in values["note"]
    assert values["link"] == f"{address}/?lang=sv"
    assert (values["stolen"], values["focused"]) == (True, "launcher")
    assert any("frame-ancestors" in error for error in report["errors"])
    assert not any("/static/panel.js" in url for url in report["requests"])


LOOKED_AT = ((320, "light"), (768, "dark"), (1280, "light"))
"""Where axe looks: in every width, in both themes."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("width", "colours"), [(320, ("light", "dark")), (768, ("dark",)), (1280, ("light",))], ids=str
)
def test_no_frame_breaks_wcag_at_any_width_in_light_and_dark(
    allow: Site, width: int, colours: tuple[str, ...]
) -> None:
    site = allow(theme="themed")

    def states(colour: str) -> dict[str, Any]:
        name = f"widget-{width}-{colour}"

        def look(state: str) -> list[Step]:
            return [["axe", state]] if (width, colour) in LOOKED_AT else []

        return order(
            ["goto", site],
            ["wait", LAUNCHER],
            *look("closed"),
            *shot(f"{name}-closed"),
            *OPEN,
            *look("empty"),
            *shot(f"{name}-empty"),
            ["write", house.SV_QUESTION],
            ["press", "Enter"],
            ["wait", "panel|.answer"],
            *look("answered"),
            *shot(f"{name}-answered"),
            [
                "inside",
                "overflow",
                "document.documentElement.scrollWidth - document.documentElement.clientWidth",
            ],
            ["inside", "small", SMALL_TARGETS],
            ["inside", "accent", "document.documentElement.style.getPropertyValue('--accent')"],
            ["value", "buttons", SIZE],
            ["value", "modal", f"{DIALOG}.matches(':modal')"],
            ["value", "moving", f"{DIALOG}.getAnimations().length"],
            ["click", "panel|button.cite"],
            ["wait", "panel|#sheet mark"],
            *look("sheet"),
            *shot(f"{name}-sheet"),
            colour=colour,
            viewport={"width": width, "height": 720},
        )

    shown = ("light", "dark") if SHOTS else colours
    for colour, report in zip(shown, drive(*map(states, shown)), strict=True):
        assert report["errors"] == []
        # the page alone, then the page and the panel three times
        assert len(report["axe"]) == (7 if (width, colour) in LOOKED_AT else 0)
        assert report["values"]["overflow"] <= 0
        assert report["values"]["accent"] == {"light": "#7a1f5c", "dark": ""}[colour]  # unreadable on dark
        assert report["values"]["small"] == []
        assert min(report["values"]["buttons"]) >= 24
        assert report["values"]["modal"] is (width == 320)  # there it hides the page, so the page is inert
        assert report["values"]["moving"] == 0


SMALL_TARGETS = """[...document.querySelectorAll('button, summary, select, .card a')]
  .filter((e) => e.checkVisibility()).map((e) => [e.className, e.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([name, box]) => [name, box.width, box.height])"""

DIALOG = "document.querySelector('helpdesk-widget').shadowRoot.querySelector('dialog')"

SIZE = """(() => { const root = document.querySelector('helpdesk-widget').shadowRoot;
  return [...root.querySelectorAll('button')].filter((e) => e.checkVisibility()).flatMap((e) => {
    const box = e.getBoundingClientRect(); return [box.width, box.height]; }); })()"""


def test_it_is_small_and_nothing_moves_while_the_answer_streams(
    allow: Site, address: str, helpdesk: FakeHelpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helpdesk, "stream", helpdesk.stream_slowly)
    site = allow()
    for path in (f"/widget?lang=sv&origin={site}", "/static/chat.js"):  # not the first visitor ever
        assert httpx.get(address + path, timeout=60).status_code == 200
    steps: list[Step] = [["goto", site], *OPEN, ["inside", "times_ms", TIMES]]
    for place, question in enumerate((house.SV_QUESTION, house.CROSS_QUESTION, house.UNKNOWN_QUESTION), 1):
        steps += [
            ["write", question],
            ["press", "Enter"],
            ["wait", f"panel|.exchange:nth-of-type({place}) .answer"],
            ["until inside", IN_THE_BOX],
        ]
    steps += [["inside", "shifts", "globalThis.shifts"], ["value", "outer", "globalThis.shifts"]]
    [report] = drive(order(*steps))
    values = report["values"]
    assert values["shifts"] == []
    assert values["outer"] == []

    loaded = {url for url in report["requests"] if url.startswith(address) and "/token" not in url}
    bodies = {url: httpx.get(url, timeout=60).content for url in loaded if "/documents/" not in url}
    sizes = {
        url.removeprefix(address).partition("?")[0]: len(gzip.compress(body)) for url, body in bodies.items()
    }
    print(f"\npanel, in ms: {values['times_ms']}; gzipped: {sum(sizes.values())} bytes {sizes}")
    assert {"/widget.js", "/widget", "/static/panel.js", "/static/chat.js"} <= set(sizes)
    assert sum(sizes.values()) < MOST_BYTES


TIMES = """(() => {
  globalThis.shifts.length = 0;
  const [page] = performance.getEntriesByType('navigation');
  const styles = performance.getEntriesByType('resource').filter((e) => e.name.endsWith('.css'));
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  const styled = Math.max(...styles.map((e) => e.responseEnd));
  return { page: page.responseEnd, styles: styled, paint: paint?.startTime };
})()"""


def test_it_speaks_the_pages_language_and_stands_at_the_pages_end(allow: Site) -> None:
    pages = (("", "vi-VN", "ltr"), ("xx", "et", "ltr"), ("ar", "ar", "rtl"))
    sites = [allow(widget=widget, lang=lang, dir=way) for widget, lang, way in pages]
    look: tuple[Step, ...] = (
        ["wait", LAUNCHER],
        ["value", "launcher", f"{DIALOG}.previousElementSibling.getBoundingClientRect().left"],
        *OPEN,
        ["inside", "written", "[document.documentElement.lang, document.documentElement.dir]"],
        ["value", "panel", f"{DIALOG}.getBoundingClientRect().left"],
        ["axe", "open"],
    )
    orders = [order(["goto", site], *look, *shot(f"widget-language-{n}")) for n, site in enumerate(sites)]
    found = [report["values"] for report in drive(*orders)]
    assert [values["written"] for values in found] == [["vi", "ltr"], ["en", "ltr"], ["ar", "rtl"]]
    assert [min(values["launcher"], values["panel"]) > 640 for values in found] == [True, True, False]
    assert found[2]["panel"] == 0


def test_at_400_percent_all_of_it_is_reached_by_scrolling(allow: Site) -> None:
    zoomed = {"viewport": {"width": 320, "height": 256}}
    [report] = drive(
        order(
            ["goto", allow()],
            *OPEN,
            ["write", house.SV_QUESTION],
            ["press", "Enter"],
            ["wait", "panel|.answer"],
            *shot("widget-400-percent"),
            ["tab to", "panel|button.cite"],
            ["inside", "wide", "document.documentElement.scrollWidth - document.documentElement.clientWidth"],
            [
                "inside",
                "high",
                "document.documentElement.scrollHeight > document.documentElement.clientHeight",
            ],
            ["inside", "hidden", HIDDEN],
            ["axe", "zoomed"],
            **zoomed,
        )
    )
    assert report["values"]["wide"] <= 0
    assert report["values"]["high"] is True
    assert report["values"]["hidden"] is False


HIDDEN = """(() => { const box = document.activeElement.getBoundingClientRect();
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return !document.activeElement.contains(there); })()"""
