"""The reports in a real Chromium, opened from disk: every width and theme, by keyboard, without scripts."""

from typing import Any

import pytest

from evals.comparison import compare_runs
from evals.report import write_comparison_report, write_report
from evals.scored_runs import load_scored_run
from tests.api.test_browser import drive, order
from tests.evals.factories import make_answer
from tests.evals.report_runs import write_retrieval_run, write_run

pytestmark = pytest.mark.browser

PAGES = ("run/report.html", "comparison/comparison.html", "retrieval/report.html")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
SHOWN = "[...document.querySelectorAll('.case')].filter((one) => !one.hidden).length"
LOOKED_AT = ((320, "light"), (768, "dark"), (1280, "light"))
UNFOLDED = ((320, "dark"),)
"""Where axe looks, and where at everything unfolded too: it takes most of the time of this file."""
COUNT = "document.querySelector('#filter-count').textContent"


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    """The folder of three reports, as a file address."""
    folder = tmp_path_factory.mktemp("pages")
    a = write_run(folder / "a", n_copies=2)
    worse = make_answer((), outcome="unanswerable_not_in_documents", confidence=0.2, language="sv")
    b = write_run(folder / "b", n_copies=2, answers={"sv-1": worse})
    write_report(a, folder / "run")
    write_report(write_retrieval_run(folder / "r"), folder / "retrieval")
    compared = compare_runs(load_scored_run(a), load_scored_run(b), measures=["quote_hit", "ece"])
    write_comparison_report(compared, a, b, folder / "comparison")
    return folder.as_uri() + "/"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", PAGES)
def test_no_width_or_theme_breaks_wcag(address: str, page: str) -> None:
    """One document in every window: it has no script that a width or a theme would change."""
    views = [(width, colour) for width in (320, 768, 1280) for colour in ("light", "dark")]
    steps: list[list[Any]] = [["goto", page]]
    for width, colour in views:
        state = f"{width} {colour}"
        checked = [["axe", state]] if (width, colour) in LOOKED_AT else []
        steps += [["view", width, colour], *checked, ["value", state, OVERFLOW]]
    steps += [["value", "unfolded", UNFOLD]]
    for width, colour in views:
        state = f"{width} {colour} unfolded"
        checked = [["axe", state]] if (width, colour) in UNFOLDED else []
        steps += [["view", width, colour], *checked, ["value", state, OVERFLOW]]
    [report] = drive(address, order(*steps))
    values = {state: value for state, value in report["values"].items() if state != "unfolded"}
    assert report["errors"] == []
    assert report["requests"] == [address + page]
    assert len(report["axe"]) == len(LOOKED_AT) + len(UNFOLDED)
    assert (len(values), set(values.values())) == (2 * len(views), {0})


def test_nothing_in_the_data_runs_and_nothing_is_fetched(address: str) -> None:
    look = (
        ["value", "unfolded", UNFOLD],
        ["value", "title", "document.title"],
        ["value", "pictures", "document.images.length"],
        ["value", "scripts", "document.scripts.length"],
        ["value", "shown", "getComputedStyle(document.body).display"],
    )
    for report, page in zip(
        drive(address, *(order(["goto", page], *look) for page in PAGES)), PAGES, strict=True
    ):
        assert report["errors"] == []
        assert report["requests"] == [address + page]
        values = report["values"]
        assert (values["pictures"], values["scripts"], values["shown"]) == (0, 1, "block")


def test_filters_by_keyboard(address: str) -> None:
    [report] = drive(
        address,
        order(
            ["goto", PAGES[0]],
            ["value", "all", COUNT],
            ["focus", "#filter-verdict"],
            ["press", "w"],
            ["value", "wrong", COUNT],
            ["value", "shown wrong", SHOWN],
            ["value", "live", "document.querySelector('#filter-count').getAttribute('role')"],
            ["focus", "#filter-text"],
            ["type", "#filter-text", "KHẢO SÁT"],
            ["press", "Enter"],
            ["value", "Vietnamese", COUNT],
            ["axe", "filtered"],
            ["type", "#filter-text", "nothing has this"],
            ["press", "Enter"],
            ["value", "none", COUNT],
            ["wait", "#none-left"],
            ["axe", "none left"],
            ["focus", "#none-left-clear"],
            ["press", "Enter"],
            ["wait", "#none-left", "hidden"],
            ["value", "again", COUNT],
            ["value", "focused", "document.activeElement.id"],
        ),
    )
    values = report["values"]
    assert values["all"] == values["again"] == "14 cases"
    assert (values["wrong"], values["shown wrong"], values["live"]) == ("4 of 14 cases", 4, "status")
    assert values["Vietnamese"] == "2 of 14 cases"
    assert values["none"] == "0 of 14 cases"
    assert values["focused"] == "filter-text"


def test_a_case_unfolds_by_keyboard_and_by_address(address: str) -> None:
    opened = "document.querySelector('#case-3 > details').open"
    by_key, by_address = drive(
        address,
        order(
            ["goto", PAGES[0]],
            ["focus", "#case-3 > details > summary"],
            ["press", "Enter"],
            ["value", "open", opened],
        ),
        order(["goto", f"{PAGES[0]}#case-3"], ["value", "open", opened]),
    )
    assert by_key["values"]["open"]
    assert by_address["values"]["open"]


def test_the_heat_map_changes_with_the_measure(address: str) -> None:
    seen = "[...document.querySelectorAll('.heat:not([hidden]) caption code')].map((one) => one.textContent)"
    [report] = drive(
        address,
        order(
            ["goto", PAGES[0]],
            ["value", "first", seen],
            ["focus", "#heat-measure"],
            ["press", "ArrowDown"],
            ["value", "next", seen],
        ),
    )
    assert report["values"] == {"first": ["quote_hit"], "next": ["document_hit"]}


def test_without_scripts_everything_is_on_the_page(address: str) -> None:
    for report in drive(
        address,
        *(
            order(
                ["goto", page],
                ["value", "filters", "document.querySelector('#filters').hidden"],
                ["value", "cases", SHOWN],
                ["value", "maps", "document.querySelectorAll('.heat:not([hidden])').length"],
                scripts=False,
            )
            for page in PAGES[:2]
        ),
    ):
        values = report["values"]
        assert values["filters"]
        assert values["cases"] in (14, 2)
        assert values["maps"] != 1
