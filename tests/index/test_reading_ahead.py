"""Reading and parsing ahead of the embedder: same order, same outcomes, and never without bounds."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.errors import TransientError
from corpus.hints import Hints
from corpus.isolation import MAX_SECONDS, ParserProcess
from corpus.sources import SourceItem, discover
from index import reading_ahead
from index.reading_ahead import ReadingAhead

TEXTS = {
    "a.en.txt": "Libraries lend tablets to residents.\n",
    "b.sv.txt": "Biblioteken lånar ut läsplattor till invånarna.\n",
    "c.vi.txt": "Thư viện cho người dân mượn máy tính bảng.\n",
    "d.pdf": "%PDF-1.7\n%%EOF\n",
}


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[ReadingAhead]:
    with ParserProcess() as parser, ReadingAhead(parser, tmp_path / "data") as reading:
        yield reading


def _items(folder: Path, n_copies: int = 1) -> tuple[SourceItem, ...]:
    for number in range(n_copies):
        (folder / f"{number:03}").mkdir(parents=True)
        for name, text in TEXTS.items():
            (folder / f"{number:03}" / name).write_text(f"{text}{number}\n", "utf-8")
    return discover(str(folder), [], data_dir=folder.parent / "data").items


def test_items_come_in_order_with_what_became_of_them(reading: ReadingAhead, tmp_path: Path) -> None:
    items = _items(tmp_path / "inbox", n_copies=10)
    seen = list(reading.read(items, {}))
    assert [each.item for each in seen] == list(items)
    for each in seen:
        name = Path(each.item.source).name
        if name == "d.pdf":
            assert (each.change.action, each.incoming) == ("failed", None)
            assert each.change.reason
        else:
            assert each.change.action == "added"
            assert each.incoming is not None
            assert each.incoming.document.text.startswith(TEXTS[name].strip())


def test_the_next_files_are_read_while_one_is_worked_on(
    reading: ReadingAhead, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = _items(tmp_path / "inbox", n_copies=2)
    read = threading.Semaphore(0)
    observe = reading_ahead.observe

    def counted(item: SourceItem) -> object:
        result = observe(item)
        read.release()
        return result

    monkeypatch.setattr(reading_ahead, "observe", counted)
    monkeypatch.setattr(reading_ahead, "_MOST_AHEAD", 3)
    found = reading.read(items, {})
    next(found)
    for _ in range(4):  # the one that was asked for, and three ahead, without asking on
        assert read.acquire(timeout=60)
    assert not read.acquire(timeout=0.2)
    assert len(list(found)) == len(items) - 1


def test_what_goes_wrong_in_the_thread_is_raised_where_it_is_waited_for(
    reading: ReadingAhead, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_item: SourceItem) -> object:
        raise RuntimeError("a bug")

    monkeypatch.setattr(reading_ahead, "observe", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        list(reading.read(_items(tmp_path / "inbox"), {}))


def test_text_that_lies_ready_is_bounded(
    reading: ReadingAhead, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_ahead, "_MOST_CHARS_AHEAD", 50)
    folder = tmp_path / "inbox"
    folder.mkdir()
    for number in range(8):
        (folder / f"{number}.en.txt").write_text(f"Libraries lend {number} tablets to residents.\n", "utf-8")
    items = discover(str(folder), [], data_dir=tmp_path / "data").items
    read = threading.Semaphore(0)
    observe = reading_ahead.observe

    def counted(item: SourceItem) -> object:
        read.release()
        return observe(item)

    monkeypatch.setattr(reading_ahead, "observe", counted)
    found = reading.read(items, {})
    next(found)
    for _ in range(3):  # the one that was asked for, and two of some forty characters
        assert read.acquire(timeout=60)
    assert not read.acquire(timeout=0.5)
    assert len(list(found)) == len(items) - 1


STOPS = """
import os, signal, subprocess, sys, time
from pathlib import Path
from corpus.isolation import ParserProcess
from corpus.sources import discover
from index.reading_ahead import ReadingAhead

signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored
folder, wanted = Path(sys.argv[1]), sys.argv[2]
try:
    with ParserProcess() as parser, ReadingAhead(parser, folder / "data") as reading:
        found = reading.read(discover(str(folder / "inbox"), [], data_dir=folder / "data").items, {})
        next(found)
        os.kill(parser._child.pid, signal.SIGSTOP)  # a file that takes for ever
        print("stopped", time.monotonic(), flush=True)
        if wanted == "error":
            raise ValueError("no room on the disk")
        for _ in found:
            pass
except (KeyboardInterrupt, ValueError):
    pass
"""


@pytest.mark.parametrize("wanted", ["interrupt", "error"])
def test_who_stops_waits_for_no_file(tmp_path: Path, wanted: str) -> None:
    _items(tmp_path / "inbox", n_copies=40)
    command = [sys.executable, "-c", STOPS, str(tmp_path), wanted]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("stopped")
        started = time.monotonic()
        if wanted == "interrupt":
            time.sleep(0.5)
            child.send_signal(signal.SIGINT)
        assert child.wait(timeout=60) == 0
        assert time.monotonic() - started < MAX_SECONDS / 2


def test_an_abandoned_parser_starts_no_other_child(tmp_path: Path) -> None:
    with ParserProcess() as parser:
        parser.abandon()
        with pytest.raises(TransientError, match="given up"):
            parser.parse(b"Libraries lend tablets.", Hints("a.txt"))
