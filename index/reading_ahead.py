"""Reading and parsing the next files while the ones before them are embedded."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from corpus import originals
from corpus.errors import CorpusError, UnsupportedFormat
from corpus.identity import KnownDocument
from corpus.isolation import ParserProcess
from corpus.sources import SourceItem
from corpus.sync import Change, judge, observe
from index.writing import Incoming

_MOST_AHEAD = 24
"""Files read before they are asked for: about as many as are embedded in one go."""
_MOST_CHARS_AHEAD = 400_000
"""Text that lies ready before another file is read, in characters: twice what is embedded in one go."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What has to happen to an item; ``incoming`` is set where it is to be embedded."""

    item: SourceItem
    change: Change
    incoming: Incoming | None = None


class ReadingAhead:
    """Reads items in a thread of its own, which touches no database. Use as a context manager.

    Left by an exception (Ctrl-C is one) it waits for nothing: a page that does not answer or a file that
    is not parsed in time would hold up who wants to stop, and the lock on writing with them.
    """

    def __init__(self, parser: ParserProcess, data_dir: Path) -> None:
        self._parser = parser
        self._data_dir = data_dir
        self._orders: SimpleQueue[tuple[Future[Seen], SourceItem, KnownDocument | None] | None] = (
            SimpleQueue()
        )
        self._stopped = threading.Event()
        self._room = threading.Condition()
        self._chars_ahead = 0
        # One thread for the whole run: the parser's child ends with the thread that started it.
        self._thread = threading.Thread(target=self._work, name="reading-ahead", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._orders.put(None)
        if kind is None:
            self._thread.join()
            return
        self._stopped.set()
        with self._room:
            self._room.notify()
        self._parser.abandon()

    def read(self, items: Iterable[SourceItem], known: Mapping[str, KnownDocument]) -> Iterator[Seen]:
        """Yield what was seen of each item, in their order.

        Args:
            items: what a target holds.
            known: the documents by location, see `corpus.sync.by_location`.
        """
        running: deque[Future[Seen]] = deque()
        for item in items:
            running.append(Future())
            self._orders.put((running[-1], item, known.get(item.location)))
            if len(running) > _MOST_AHEAD:
                yield self._handed_out(running.popleft())
        while running:
            yield self._handed_out(running.popleft())

    def _handed_out(self, running: Future[Seen]) -> Seen:
        seen = running.result()
        with self._room:
            self._chars_ahead -= _n_chars(seen)
            self._room.notify()
        return seen

    def _work(self) -> None:
        while (order := self._orders.get()) is not None and not self._stopped.is_set():
            running, item, known = order
            with self._room:
                self._room.wait_for(lambda: self._chars_ahead <= _MOST_CHARS_AHEAD or self._stopped.is_set())
            if self._stopped.is_set():
                return
            try:
                seen = self._see(item, known)
            except BaseException as error:  # it belongs to who waits for it
                running.set_exception(error)
                continue
            with self._room:
                self._chars_ahead += _n_chars(seen)
            running.set_result(seen)

    def _see(self, item: SourceItem, known: KnownDocument | None) -> Seen:
        observation, content = observe(item)
        change = judge(observation, known)
        if content is None or change.action not in ("added", "updated"):
            return Seen(item, change)
        try:
            document = self._parser.parse(content.data, content.hints)
            if self._stopped.is_set():  # the lock on writing is another's by now
                return Seen(item, change)
            sha256 = originals.store(self._data_dir, content.data)
        except UnsupportedFormat as error:
            return Seen(item, replace(change, action="skipped", reason=str(error)))
        except (CorpusError, OSError) as error:
            stays = " The version in force stays." if change.document_id else ""
            return Seen(item, replace(change, action="failed", reason=f"{error}{stays}"))
        incoming = Incoming(change.source_root, change.source, content.fingerprint, sha256, document)
        return Seen(item, change, incoming)


def _n_chars(seen: Seen) -> int:
    return len(seen.incoming.document.text) if seen.incoming else 0
