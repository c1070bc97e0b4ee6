"""The five rooms: one direction, names of our own, found in this repository."""

from __future__ import annotations

import importlib
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("corpus", "index", "helpdesk_bot", "evals", "api")


def test_the_arrows_between_the_rooms_hold(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())",
            "--cache-dir",
            str(tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_found_in_this_repository_and_typed(room: str) -> None:
    package = importlib.import_module(room)
    assert package.__file__ is not None
    assert Path(package.__file__).resolve() == ROOT / room / "__init__.py"
    assert (ROOT / room / "py.typed").is_file()
    assert package.__doc__


def test_no_other_distribution_claims_the_names() -> None:
    claimed = metadata.packages_distributions()
    for room in ROOMS:
        assert set(claimed.get(room, ())) <= {"helpdesk-bot"}, room


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = ("torch", "chromadb", "trafilatura", "langchain", "sentence_transformers", "pypdf", "numpy")
    program = (
        "import sys\n"
        "from api.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("room", ROOMS)
def test_modules_are_small_and_named_for_what_they_hold(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert path.stem not in {"utils", "helpers", "common", "core"}, path
        assert len(path.read_text("utf-8").splitlines()) <= 310, path
