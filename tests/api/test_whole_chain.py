"""One question's whole way in a real Chromium over the model that ships, by everybody whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from helpdesk_bot.accounts import directory
from helpdesk_bot.accounts.roles import Role
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings
from tests.api import drivers
from tests.api.serving import serving
from tests.helpdesk_bot import library

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

DRIVER = Path(__file__).parent / "browser" / "chain.mjs"
PASSWORD = "en lång fras för proven 57"
SOURCE = "webinars/tre-em.vi.md"
QUOTE = "Nhà trường nên dạy trẻ em cách nhận biết thông tin sai lệch."
TEXTS = {
    "question": "Vad bör skolor lära barn om falsk information på nätet?",
    "follow_up": "Och hur många lärare deltog i det?",
    "wrong": "Nhà trường nên dạy 58 trẻ em cách nhận biết thông tin sai lệch.",
    "right": QUOTE,
    "in_vietnamese": "Nhà trường nên dạy trẻ em điều gì về thông tin sai lệch trên mạng?",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small library as files."""
    root = tmp_path_factory.mktemp("papers")
    for name, text in library.TEXTS.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Settings:
    given = library.settings_for(tmp_path_factory.mktemp("chain"), depth="fast")
    ingest(given, folder)
    engine = open_database(given)
    roles: tuple[Role, ...] = ("expert", "evaluator")
    for role in roles:
        directory.add(
            engine, email=f"{role}@example.org", name=role.title(), roles=(role,), password=PASSWORD
        )
    engine.dispose()
    return given


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    with serving(settings) as found:
        yield found


def ingest(settings: Settings, folder: Path) -> None:
    assert main(["ingest", str(folder), "--data-dir", str(settings.data_dir), "--quiet"]) == 0


def drive(address: str, part: str) -> dict[str, Any]:
    people = {
        role: {"email": f"{role}@example.org", "password": PASSWORD} for role in ("expert", "evaluator")
    }
    report: dict[str, Any] = drivers.carry_out(DRIVER, address=address, people=people, part=part, texts=TEXTS)
    assert "failure" not in report, f"{report['failure']}\n{report['values']}\n{report.get('left_at')}"
    assert report["errors"] == []
    assert [url for url in report["requests"] if not url.startswith((address, "blob:", "data:"))] == []
    values: dict[str, Any] = report["values"]
    return values


def test_from_a_swedish_question_to_a_vietnamese_answer_and_back(
    address: str, settings: Settings, folder: Path
) -> None:
    seen = drive(address, "releasing")
    assert QUOTE in seen["answer"]
    assert "thông tin sai lệch" in seen["source"]
    assert seen["sheet_closed"] == 0
    assert "640" in seen["followed"]
    assert "58" in seen["findings"]
    assert "Godkänt av en expert" in seen["approved"]
    assert QUOTE in seen["approved"]
    assert "chuyên gia" in seen["banked"]
    assert QUOTE in seen["banked"]

    changed = (folder / SOURCE).read_text("utf-8").replace("640 giáo viên", "655 giáo viên")
    (folder / SOURCE).write_text(changed, "utf-8")
    ingest(settings, folder)
    seen = drive(address, "reopened")
    assert seen["still_approved"] == 0
    assert TEXTS["question"] in seen["queue"]

    seen = drive(address, "measuring")
    assert "reviews" in seen["run"]
    assert seen["report"]
