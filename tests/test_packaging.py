"""What a wheel holds: all that the program reads when it runs, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("corpus", "index", "helpdesk_bot", "evals", "api")
NEEDED = (
    "helpdesk_bot/calibration.json",
    "helpdesk_bot/prompts/answer.txt",
    "helpdesk_bot/migrations/env.py",
    "helpdesk_bot/migrations/script.py.mako",
    "helpdesk_bot/migrations/versions/0001_the_first_schema.py",
    *(
        f"helpdesk_bot/phrases/{code}.toml"
        for code in ("en", "sv", "vi", "de", "fr", "es", "it", "pl", "ar", "da", "pt")
    ),
    *(f"{room}/py.typed" for room in ROOMS),
)
DATA = {".json", ".toml", ".txt", ".html", ".css", ".js", ".mjs", ".mako", ".svg", ".typed"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    # From a copy, so that the build leaves nothing in the working tree and takes nothing from an old one.
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for room in (*ROOMS, "tests"):
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for name in ("pyproject.toml", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source / name)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"),
            *("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(out), str(source)),
        ],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_what_the_program_reads_is_in_it(names: set[str]) -> None:
    assert set(NEEDED) <= names


def test_every_data_file_of_the_rooms_is_in_it(names: set[str]) -> None:
    missing = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file()
        and (path.suffix in DATA or path.name == "py.typed")
        and ROOT / "corpus" / "documents" not in path.parents
    } - names
    assert missing == set()


def test_pages_and_styles_are_in_it(names: set[str]) -> None:
    assert any(name.startswith("api/static/") and name.endswith(".css") for name in names)
    assert any(name.startswith("api/static/") and name.endswith(".js") for name in names)
    assert any(name.startswith("api/templates/") and name.endswith(".html") for name in names)


def test_tests_documents_and_data_are_not(names: set[str]) -> None:
    assert [name for name in names if name.startswith(("tests/", "corpus/documents/", "var/", "docs/"))] == []
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(ROOMS)


def test_it_has_the_command_and_may_not_be_uploaded(names: set[str]) -> None:
    assert any(name.endswith(".dist-info/entry_points.txt") for name in names)
    assert "Private :: Do Not Upload" in (ROOT / "pyproject.toml").read_text("utf-8")
