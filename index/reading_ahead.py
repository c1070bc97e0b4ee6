"""Reading and parsing the next files while the ones before them are embedded."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
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


@dataclass(frozen=True, slots=True)
class Seen:
    """What has to happen to an item; ``incoming`` is set where it is to be embedded."""

    item: SourceItem
    change: Change
    incoming: Incoming | None = None


class ReadingAhead:
    """Reads items in a thread of its own, which touches no database. Use as a context manager."""

    def __init__(self, parser: ParserProcess, data_dir: Path) -> None:
        self._parser = parser
        self._data_dir = data_dir
        # One thread for the whole run: the parser's child ends with the thread that started it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reading-ahead")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def read(self, items: Iterable[SourceItem], known: Mapping[str, KnownDocument]) -> Iterator[Seen]:
        """Yield what was seen of each item, in their order.

        Args:
            items: what a target holds.
            known: the documents by location, see `corpus.sync.by_location`.
        """
        running: deque[Future[Seen]] = deque()
        for item in items:
            running.append(self._thread.submit(self._see, item, known.get(item.location)))
            if len(running) > _MOST_AHEAD:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()

    def _see(self, item: SourceItem, known: KnownDocument | None) -> Seen:
        observation, content = observe(item)
        change = judge(observation, known)
        if content is None or change.action not in ("added", "updated"):
            return Seen(item, change)
        try:
            document = self._parser.parse(content.data, content.hints)
            sha256 = originals.store(self._data_dir, content.data)
        except UnsupportedFormat as error:
            return Seen(item, replace(change, action="skipped", reason=str(error)))
        except (CorpusError, OSError) as error:
            stays = " The version in force stays." if change.document_id else ""
            return Seen(item, replace(change, action="failed", reason=f"{error}{stays}"))
        incoming = Incoming(change.source_root, change.source, content.fingerprint, sha256, document)
        return Seen(item, change, incoming)
