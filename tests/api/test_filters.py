"""Filters through the ways in: the command line, the question over HTTP, the list of documents."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from functools import partial

import pytest

from api.cli import main
from helpdesk_bot import helpdesk
from helpdesk_bot.settings import Settings
from tests.api.conftest import InProcess, started
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

TEXTS = {
    "bibliotek.sv.md": """---
title: Bibliotekens digitala stöd
kind: good_practice
language: sv
region: Örebro län
publisher: Region Örebro län
themes: [Digital delaktighet]
date: 2022
---
Biblioteken i länet hjälpte 540 äldre med digitala tjänster under våren.
""",
    "thu-vien.vi.md": """---
title: Thư viện số
kind: project
language: vi
region: Đà Nẵng
publisher: Sở Thông tin
themes: [Số hoá]
date: 2023-05
---
Thư viện thành phố hướng dẫn 730 người dân sử dụng dịch vụ số trong mùa xuân.
""",
    "libraries.en.md": """---
title: Libraries online
kind: report
language: en
region: Baltic Sea
publisher: Agency of Libraries
themes: [Digital Inclusion]
date: 2024-02-29
---
Libraries helped 910 people with digital services in the spring.
""",
}
EVERYTHING = set(TEXTS)
CASES = [
    ("theme", unicodedata.normalize("NFD", "số hoá"), {"thu-vien.vi.md"}),
    ("theme", "SỐ HOÁ", {"thu-vien.vi.md"}),
    ("theme", "digital INCLUSION", {"libraries.en.md"}),
    ("region", "ÖREBRO LÄN", {"bibliotek.sv.md"}),
    ("region", unicodedata.normalize("NFD", "örebro län"), {"bibliotek.sv.md"}),
    ("region", "đà nẵng", {"thu-vien.vi.md"}),
    ("publisher", "sở THÔNG tin", {"thu-vien.vi.md"}),
    ("language", "SV", {"bibliotek.sv.md"}),
    ("kind", "Good-Practice", {"bibliotek.sv.md"}),
    ("year", "2024", {"libraries.en.md"}),
    ("year", "2022-2023", {"bibliotek.sv.md", "thu-vien.vi.md"}),
    ("source", "libraries.en.md", {"libraries.en.md"}),
]
QUESTION = "Hur många fick hjälp med digitala tjänster?"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = library.settings_for(tmp_path_factory.mktemp("filters") / "var", depth="fast")
    library.fill(made, FakeEmbedder(), TEXTS)
    return made


@pytest.fixture(scope="module")
def site(settings: Settings) -> Iterator[InProcess]:
    with started(settings, library.helpdesk(settings)) as found:
        yield found


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command's last arguments; it opens the helpdesk with the seeded embedder."""
    monkeypatch.setattr(helpdesk, "open_helpdesk", partial(helpdesk.open_helpdesk, embedder=FakeEmbedder()))
    return ["--json", "--depth", "fast", "--data-dir", str(settings.data_dir)]


@pytest.mark.parametrize(("name", "value", "expected"), CASES)
def test_all_ways_in_let_the_same_documents_through(
    site: InProcess,
    command: list[str],
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    expected: set[str],
) -> None:
    listed = site.get("/api/v1/documents", params={name: value}).json()
    assert {item["source"] for item in listed["documents"]} == expected

    asked = site.post("/api/v1/ask", json={"question": QUESTION, "filters": {name: value}}).json()
    assert {item["source"] for item in asked["trace"]["retrieved"]} == expected
    assert {item["document"]["source"] for item in asked["citations"]} <= expected

    assert main(["ask", QUESTION, "--filter", f"{name}={value}", *command]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["trace"]["retrieved"] == asked["trace"]["retrieved"]


def test_several_values_are_alternatives_and_several_names_conditions(
    site: InProcess, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    filters = {"region": ["ÖREBRO LÄN", "baltic sea"], "year": ["2022", "2023"]}
    asked = site.post("/api/v1/ask", json={"question": QUESTION, "filters": filters}).json()
    assert [item["source"] for item in asked["trace"]["retrieved"]] == ["bibliotek.sv.md"]
    pairs = [f"{name}={value}" for name, values in filters.items() for value in values]
    options = [option for pair in pairs for option in ("--filter", pair)]
    assert main(["ask", QUESTION, *options, *command]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [item["source"] for item in told["trace"]["retrieved"]] == ["bibliotek.sv.md"]
    assert {item["source"] for item in site.get("/api/v1/documents").json()["documents"]} == EVERYTHING


def test_a_year_that_is_none_is_wrong_use(
    site: InProcess, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for response in (
        site.get("/api/v1/documents", params={"year": "soon"}),
        site.post("/api/v1/ask", json={"question": QUESTION, "filters": {"year": "soon"}}),
    ):
        assert response.status_code == 422
        assert "'soon' is not a year; write 2024, or 2020-2024" in response.json()["detail"]
    assert main(["ask", QUESTION, "--filter", "year=soon", *command[1:]]) == 2
    assert "'soon' is not a year" in capsys.readouterr().err
