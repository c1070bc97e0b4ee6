"""The sign-in page and the own account in a real Chromium: without scripts, both themes, at every width."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpdesk_bot.accounts import directory
from tests.api import drivers, people
from tests.api.house import FakeHelpdesk, settings_in
from tests.api.serving import serving
from tests.api.test_browser import (
    DRIVER,
    Step,
    drive,
    order,
)
from tests.api.test_oidc import CLIENT, provider, tell  # noqa: F401  (a fixture)
from tests.helpdesk_bot.accounts.conftest import quick_hashes  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quick_hashes")]

EMAIL, PASSWORD, NEW = "åsa@example.org", "mật khẩu dễ nhớ hơn", "bốn chữ dễ nhớ hơn"
TARGETS = """[...document.querySelectorAll("main .actions a, main button, main input")]
  .map((element) => element.getBoundingClientRect())
  .filter((box) => box.width && box.height < 24).length > 0"""
WIDER = "document.documentElement.scrollWidth > innerWidth"
LOOKS: list[tuple[int, str, str]] = [
    (320, "light", "sv"),
    (768, "dark", "vi"),
    (1280, "light", "en"),
    (1280, "dark", "en"),
]
LOOKED_AT = LOOKS[:3]
"""Where axe looks: every width, both themes, every language."""


def fill(**values: str) -> list[Step]:
    return [["type", f"#{field}", value] for field, value in values.items()]


def test_without_scripts_one_signs_in_changes_the_password_and_leaves(
    address: str, helpdesk: FakeHelpdesk
) -> None:
    directory.add(helpdesk.engine, email=EMAIL, name="Åsa Berg", roles={"asker"}, password=PASSWORD)
    (report,) = drive(
        address,
        order(
            ["goto", "/account?lang=sv"],
            *fill(email=EMAIL, password="fel lösenord"),
            ["press", "Enter"],
            ["wait", "[role=alert]"],
            ["value", "kept", "document.querySelector('#email').value"],
            *fill(password=PASSWORD),
            ["press", "Enter"],
            ["wait", "#current"],
            ["value", "there", "location.pathname + location.search"],
            *fill(current=PASSWORD, new=NEW, again=NEW),
            ["press", "Enter"],
            ["wait", ".notice.good"],
            ["click", "form[action^='/sign-out'] button"],
            ["wait", ".notice.good"],
            *fill(email=EMAIL, password=NEW),
            ["click", "main form button"],
            ["wait", "#question"],
            scripts=False,
        ),
    )
    assert report["values"] == {"kept": EMAIL, "there": "/account?lang=sv"}


def test_both_pages_fit_read_well_and_have_large_targets(address: str, helpdesk: FakeHelpdesk) -> None:
    directory.add(helpdesk.engine, email=EMAIL, name="Åsa Berg", roles={"asker"}, password=PASSWORD)

    def looked_at(width: int, colour: str, language: str) -> dict[str, Any]:
        def look(state: str) -> list[Step]:
            checked: list[Step] = [["axe", state]] if (width, colour, language) in LOOKED_AT else []
            return [*checked, ["value", f"{state} wider", WIDER], ["value", f"{state} small", TARGETS]]

        return order(
            ["goto", f"/sign-in?next=/account&lang={language}"],
            *look("sign-in"),
            *fill(email=EMAIL, password="wrong one here"),
            ["press", "Enter"],
            ["wait", "[role=alert]"],
            *look("refused"),
            *fill(password=PASSWORD),
            ["press", "Enter"],
            ["wait", "#current"],
            *look("account"),
            *fill(current=PASSWORD, new="short", again="shorter"),
            ["press", "Enter"],
            ["wait", ".field-error"],
            *look("not changed"),
            viewport={"width": width, "height": 900},
            colour=colour,
            locale=language,
        )

    for look, report in zip(LOOKS, drive(address, *(looked_at(*look) for look in LOOKS)), strict=True):
        assert len(report["axe"]) == (4 if look in LOOKED_AT else 0)
        assert set(report["values"].values()) == {False}, report["values"]
        # The browser itself notes the refusals (401, 422); nothing else goes wrong.
        assert [error for error in report["errors"] if "status of 4" not in error] == []


@pytest.fixture
def with_provider(tmp_path: Path, helpdesk: FakeHelpdesk, provider: str) -> Iterator[str]:  # noqa: F811
    """The address of a real server at which one can sign in by the provider, which is another site."""
    settings = settings_in(tmp_path, oidc_issuer=provider, **CLIENT)
    with serving(settings, lambda _settings: helpdesk) as address:
        yield address


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the provider's own
@pytest.mark.parametrize("scripts", [True, False])
def test_signing_in_at_another_site_leads_back_signed_in(
    with_provider: str,
    provider: str,  # noqa: F811
    helpdesk: FakeHelpdesk,
    scripts: bool,
) -> None:
    people.account(helpdesk.engine, "asker", email="bình@example.org")
    tell(provider, "bình", email="bình@example.org", email_verified=True)
    steps = order(
        ["goto", "/account?lang=vi"],
        ["click", "main .actions a.primary"],
        ["type", "input[name=sub]", "bình"],
        ["press", "Enter"],
        ["wait", "dl.facts"],
        ["value", "there", "location.href"],
        ["value", "cookie", "document.cookie"],
        ["value", "who", "document.querySelector('dl.facts').textContent"],
        scripts=scripts,
    )
    (report,) = drivers.carry_out(DRIVER, address=with_provider, orders=[steps])
    assert "failure" not in report, report["failure"]
    assert report["values"]["there"] == f"{with_provider}/account?lang=vi"
    assert report["values"]["cookie"] == "", "no script reads the session"
    assert "bình@example.org" in report["values"]["who"]
