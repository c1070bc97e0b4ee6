"""Reading and parsing ahead of the embedder: same order, same outcomes, and never without bounds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.isolation import ParserProcess
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


def test_who_stops_early_waits_for_one_file_and_not_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = _items(tmp_path / "inbox", n_copies=3)
    n_read = 0
    go_on = threading.Event()
    observe = reading_ahead.observe

    def slow(item: SourceItem) -> object:
        nonlocal n_read
        n_read += 1
        assert n_read == 1 or go_on.wait(60)
        return observe(item)

    monkeypatch.setattr(reading_ahead, "observe", slow)
    threading.Timer(0.3, go_on.set).start()

    def stop_at_the_first() -> None:
        with ParserProcess() as parser, ReadingAhead(parser, tmp_path / "data") as reading:
            for _ in reading.read(items, {}):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_at_the_first()
    assert n_read <= 2
