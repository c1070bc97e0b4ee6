"""The review desk in a real Chromium: by keyboard, by two people, without scripts, in every width."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.messages import messages
from helpdesk_bot.accounts import directory
from helpdesk_bot.accounts.roles import Role
from helpdesk_bot.answers import Question
from helpdesk_bot.helpdesk import Helpdesk
from helpdesk_bot.review import queue
from helpdesk_bot.review.desk import Person
from helpdesk_bot.review.errors import Conflict
from tests.api import drivers
from tests.api.serving import serving
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

pytestmark = pytest.mark.browser

DRIVER = Path(__file__).parent / "browser" / "review.mjs"
PASSWORD = "en lång fras för proven 57"  # of accounts that live as long as this test
ANNA, BINH = "anna@example.org", "binh@example.org"
SHOTS: str | None = None
"""A folder for screenshots, to look at by hand."""

SV, SV_TWO, VI, EN, EN_TWO, VI_TWO = (
    "Hur många kommuner införde digital identitet för sina invånare?",
    "Vad kan upphandlare be om innan de köper?",
    "Cổng dịch vụ công tiếp nhận bao nhiêu hồ sơ trong năm đầu tiên?",
    "How many libraries lent tablets to residents?",
    "Was the main barrier for small firms a lack of skills or of money?",
    "Nhà trường nên dạy trẻ em điều gì?",
)
CHANGED = "webinars/tre-em.vi.md"
"""What is quoted for the last of them; the library has a newer version since."""


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    settings = library.settings_for(tmp_path_factory.mktemp("desk"), min_confidence=0.0)
    library.fill(settings, FakeEmbedder())
    with library.helpdesk(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def items(helpdesk: Helpdesk) -> dict[str, str]:
    """Questions that askers reported, by what a test does with each."""
    found = {}
    questions = {"edit": SV, "plain": SV_TWO, "collide": VI, "look": EN, "clash": EN_TWO, "changed": VI_TWO}
    questions["away"] = SV_TWO
    for name, question in questions.items():
        answer = helpdesk.ask(Question(question))
        item_id = queue.report(helpdesk.engine, answer.answer_id, "incorrect", "Con số có vẻ cũ.")
        assert item_id is not None
        found[name] = item_id
    newer = library.TEXTS[CHANGED].replace("Nhà trường nên dạy", "Nhà trường phải dạy")
    library.fill(helpdesk.settings, FakeEmbedder(), {CHANGED: newer})
    themes = ("digital identity",)
    expert: tuple[Role, ...] = ("expert",)
    for email, name in ((ANNA, "Anna Ek"), (BINH, "Bình Trần")):
        directory.add(
            helpdesk.engine,
            email=email,
            name=name,
            roles=expert,
            password=PASSWORD,
            themes=themes if email == ANNA else (),
        )
    return found


@pytest.fixture(scope="module")
def address(helpdesk: Helpdesk) -> Iterator[str]:
    with serving(helpdesk.settings, lambda _settings: helpdesk) as found:
        yield found


def drive(address: str, items: dict[str, str], part: str) -> dict[str, Any]:
    """Carry out one part of the script; nothing leaves the origin, axe finds nothing, nothing overflows."""
    people = {
        name: {"email": email, "password": PASSWORD} for name, email in (("anna", ANNA), ("binh", BINH))
    }
    report: dict[str, Any] = drivers.carry_out(
        DRIVER, address=address, people=people, part=part, items=items, shots=SHOTS
    )
    assert "failure" not in report, f"{report['failure']}\n{report['values']}\n{report['errors']}"
    assert [url for url in report["requests"] if not url.startswith(address)] == []
    for state, violations in report["axe"].items():
        assert violations == [], f"{state}: {json.dumps(violations, indent=1)}"
    assert {state: by for state, by in report["overflow"].items() if by > 0} == {}
    return report


@pytest.mark.timeout(600)
def test_an_expert_edits_and_releases_with_the_keyboard(
    address: str, items: dict[str, str], helpdesk: Helpdesk
) -> None:
    report = drive(address, items, "editing")
    values = report["values"]
    assert report["errors"] == []
    assert (values["landed"], values["first"]) == ("/review", SV)
    assert (values["off"], values["j"], values["k"], values["slash"]) == (False, SV, SV, "q")
    assert values["claimed"] == "Me"
    assert "57 kommuner" in values["evidence"]
    assert "58" in values["findings"]
    assert "Sentence 1: Not shown by its sources." in values["announced"]
    assert any("57" in text for text in values["deleted"])
    assert any("58" in text for text in values["inserted"])
    assert (values["back"], values["refused"]) == (True, True)
    assert values["split"] == 2
    assert values["joined"].endswith("invånare. Bốn")
    assert "318 libraries" in values["cited"]
    assert values["uncited"] == 1
    assert "318 libraries" in values["quoted"]
    assert (values["undone"], values["kept"]) == (2, 2)
    assert (values["give_named"], values["give_back"]) == ("Give to a colleague", True)
    assert values["give_done"] == "The question is with your colleague now."
    assert values["given_to"] == "Bình Trần"
    assert "Released under your name. The asker sees it now." in values["released"][0]
    assert values["readonly"] is True
    assert values["timeline"][0] == "Released"
    item = helpdesk.review.get(Person("x", "X"), items["edit"])
    assert (item["state"], item["released_by"], len(item["text"]["sentences"])) == ("released", "Anna Ek", 2)


@pytest.mark.timeout(600)
def test_two_people_on_one_question_lose_nothing(address: str, items: dict[str, str]) -> None:
    values = drive(address, items, "colliding")["values"]
    assert values["newer"].startswith("Bình Trần saved a newer version")
    assert values["title"] == "Two of you changed this reply"
    assert any("85000" in text for text in values["theirs"])
    assert any("Thêm một câu của tôi." in text for text in values["mine"])
    assert sorted(values["chosen"]) == ["mine", "theirs"]
    assert values["kept"] == 1
    assert "Thêm một câu của tôi." in values["combined"]
    assert any("85000" in text for text in values["combined"])
    assert values["saved"] == values["combined"]
    assert values["left"] == 0
    assert values["restored"] == "Chưa lưu."


@pytest.mark.timeout(600)
def test_who_is_signed_out_while_writing_loses_nothing(address: str, items: dict[str, str]) -> None:
    values = drive(address, items, "away")["values"]
    words = messages("en", "review")
    assert values["taken"] == [words["done_claimed"]]  # and no conflict with oneself
    told = f"{words['autosave_signed_out']} {words['sign_in_again']}"
    assert (values["told"], values["refused"]) == (told, told)
    assert values["note"] == "Ghi chú chưa gửi."
    assert values["notes"] == ["Ghi chú chưa gửi."]  # once, though it was clicked twice
    assert values["sentence"] == "Tôi đang viết dở một câu."


@pytest.mark.timeout(600)
def test_it_works_without_scripts(address: str, items: dict[str, str]) -> None:
    values = drive(address, items, "plain")["values"]
    assert values["given_to"] == "Bình Trần"
    assert values["typed"] == "Upphandlare kan be om 77 prototyper."
    assert "318 libraries" in values["quoted"]
    assert values["saved"] == [values["typed"], values["quoted"]]
    assert values["verdicts"] == ["unsupported", "supported"]
    assert values["released"] == "Publicerat i ditt namn. Frågeställaren ser det nu."
    assert (values["language"], values["scripts"]) == ("sv", 0)


@pytest.mark.timeout(600)
def test_every_page_in_every_width_and_theme(address: str, items: dict[str, str], helpdesk: Helpdesk) -> None:
    person = helpdesk.review.get(Person("x", "X"), items["clash"])
    anna = directory.get(helpdesk.engine, ANNA)
    text, version = person["text"], person["version"]
    one = [{"text": "One.", "citations": []}]
    helpdesk.review.save(Person("b", "Bình Trần"), items["clash"], version, one, text["citations"])
    with pytest.raises(Conflict):
        helpdesk.review.save(
            Person(anna.account_id, anna.name),
            items["clash"],
            version,
            text["sentences"][:1],
            text["citations"],
        )
    report = drive(address, items, "looks")
    assert report["errors"] == []
    # nine states in three windows, in all three languages; axe looks in one of these
    assert (len(report["axe"]), len(report["overflow"])) == (27, 81)
    assert report["values"]["conflict"].endswith("/conflict")


@pytest.mark.timeout(600)
def test_a_changed_source_is_confirmed_before_the_release(
    address: str, items: dict[str, str], helpdesk: Helpdesk
) -> None:
    report = drive(address, items, "changed")
    values = report["values"]
    assert report["errors"] == []
    assert "Bảo vệ trẻ em trên mạng" in values["told"]
    assert "version 1, now it is version 2" in values["told"]
    assert values["stopped"] is True
    said = "Released although a quoted document had changed"
    assert any(one.startswith(said) and "Bảo vệ trẻ em trên mạng" in one for one in values["timeline"])
    assert helpdesk.review.get(Person("x", "X"), items["changed"])["state"] == "released"
