"""The cache of indexes keeps the most recently used ones, and whatever a process is using."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evals import index_cache
from evals.index_cache import KEPT, KEPT_DAYS, MARK, hold, lock_of, prune
from evals.indexes import index_targets
from helpdesk_bot.settings import load_settings

DAY = 24 * 3600
HOLD = """
import sys
from pathlib import Path
from evals.index_cache import hold, lock_of
folder = Path(sys.argv[1])
with lock_of(folder):
    hold(folder)
print("holding", flush=True)
sys.stdin.read()
"""


def made(cache: Path, name: str, days: float) -> Path:
    """Make an index that was last used some days ago."""
    folder = cache / name
    (folder / "index").mkdir(parents=True)
    (folder / "helpdesk.db").write_text("rader", encoding="utf-8")
    (folder / MARK).write_text("{}", encoding="utf-8")
    at = time.time() - days * DAY
    os.utime(folder / MARK, (at, at))
    return folder


def names(cache: Path) -> set[str]:
    return {each.name for each in cache.iterdir() if each.is_dir()}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


def test_the_most_recently_used_stay(cache: Path) -> None:
    for n in range(KEPT + 3):
        made(cache, f"{n:02}", days=1 + n / 10)
    assert prune(cache) == [f"{n:02}" for n in range(KEPT, KEPT + 3)]
    assert names(cache) == {f"{n:02}" for n in range(KEPT)}
    assert prune(cache) == []


def test_what_was_not_used_for_long_goes(cache: Path) -> None:
    made(cache, "old", days=KEPT_DAYS + 1)
    made(cache, "young", days=KEPT_DAYS - 1)
    assert prune(cache) == ["old"]
    assert names(cache) == {"young"}
    assert not (cache / "old.used").exists()


def test_what_is_being_made_stays(cache: Path) -> None:
    folder = made(cache, "old", days=KEPT_DAYS + 1)
    (cache / "half").mkdir()  # no mark yet
    with lock_of(folder):
        assert prune(cache) == []
    assert names(cache) == {"old", "half"}


def test_what_another_process_uses_stays_until_it_ends(cache: Path) -> None:
    folder = made(cache, "old", days=KEPT_DAYS + 1)
    user = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "holding\n"
    assert prune(cache) == []
    user.kill()
    user.communicate()
    assert prune(cache) == ["old"]


def test_what_this_process_uses_stays(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: dict[Path, int] = {}
    monkeypatch.setattr(index_cache, "_held", held)
    folder = made(cache, "old", days=KEPT_DAYS + 1)
    with lock_of(folder):
        hold(folder)
        hold(folder)
    assert prune(cache) == []
    os.close(held[folder])


def test_a_use_counts_and_an_unknown_index_makes_room(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: dict[Path, int] = {}
    monkeypatch.setattr(index_cache, "_held", held)
    (tmp_path / "inbox").mkdir()
    settings = load_settings(None, tmp_path / "var", {})
    targets = (str(tmp_path / "inbox"),)  # nothing in it: made at once, without a model
    own, _ = index_targets(targets, settings, cache, lambda *_: None)
    at = time.time() - (KEPT_DAYS + 1) * DAY
    os.utime(own.data_dir / MARK, (at, at))
    index_targets(targets, settings, cache, lambda *_: None)
    assert (own.data_dir / MARK).stat().st_mtime > at + DAY
    made(cache, "old", days=KEPT_DAYS + 1)
    (tmp_path / "inbox" / "tom.txt").write_text("", encoding="utf-8")
    index_targets(targets, settings, cache, lambda *_: None)
    assert "old" not in names(cache)
    assert own.data_dir.name in names(cache)
    for descriptor in held.values():
        os.close(descriptor)
