"""Ingesting: from files, folders and addresses to passages that can be found.

Everything a run does to the database it does document by document, each in a
transaction of its own; so a crash anywhere leaves every committed document
whole, the others as they were, and the next run finishes the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Engine

from corpus import originals
from corpus.catalog import Catalog
from corpus.documents import Document
from corpus.identity import KnownDocument
from corpus.isolation import ParserProcess
from corpus.overrides import Override, with_overrides
from corpus.sources import Discovery, SourceItem, discover
from corpus.sync import Change, by_location, preview, withdrawals
from index.consistency import is_current
from index.embedding import Embedder
from index.errors import GenerationDamaged
from index.ingest_report import IngestEvent, IngestItem, IngestReport, Progress
from index.locks import write_lock
from index.reading_ahead import ReadingAhead, Seen
from index.rebuilding import Builder, build_generation
from index.writing import DocumentWriter, Incoming, incoming_text, withdraw

BATCH_CHARS = 200_000
"""Text embedded in one go, in characters: enough to sort by length, little enough to commit often."""
_FIRST_BATCH = 4


def ingest(
    engine: Engine,
    data_dir: Path,
    open_embedder: Callable[[], Embedder],
    targets: Sequence[str],
    *,
    database_url: str,
    dry_run: bool = False,
    progress: Progress = lambda _event: None,
    passage_tokens: int = 256,
    heading_context: bool = True,
    overrides: Mapping[str, Override] = MappingProxyType({}),
) -> IngestReport:
    """Bring the catalogue and the index in line with what the targets hold.

    Args:
        engine: the database, at the newest schema.
        data_dir: where originals, locks and generations lie.
        open_embedder: called only if there is something to embed: a run that
            changes nothing takes no model.
        targets: files, folders, pages, sitemaps.
        database_url: the address of the same database, for the child that builds the generation.
        dry_run: say what would happen, and change nothing.
        progress: called after every item, in the order of finishing.
        passage_tokens: target size of a passage.
        heading_context: whether the embedder sees a passage's title and headings before its text.
        overrides: by document id, what goes before a document's own metadata.

    Raises:
        MisusedError: a target does not exist (before anything is changed).
        Locked: another process is ingesting.
        EmbedderMismatch: the index was made with another model.
    """
    started = time.monotonic()
    catalog = Catalog(engine)
    known = catalog.known_documents()

    def find(target: str, known: Sequence[KnownDocument]) -> Discovery:
        return with_overrides(discover(target, known, data_dir=data_dir), overrides)

    asked: dict[tuple[str, ...], tuple[str, Discovery]] = {}
    for target in targets:  # the same folder under two names is read once
        found = find(target, known)
        asked.setdefault((found.scope.place, *(item.location for item in found.items)), (target, found))
    if dry_run:
        with ParserProcess() as parser:
            changes = [
                change
                for _, found in asked.values()
                for change in preview(found, known, lambda content: parser.parse(content.data, content.hints))
            ]
        items = tuple(_item(change) for change in changes)
        return IngestReport(items, True, time.monotonic() - started)

    def open_writer() -> DocumentWriter:
        return DocumentWriter(engine, open_embedder(), passage_tokens, heading_context=heading_context)

    def start_builder() -> Builder | None:
        try:
            return children.enter_context(Builder())
        except OSError:
            return None  # tried once more when there is something to build

    with (
        write_lock(data_dir),
        ExitStack() as children,
        ParserProcess() as parser,
        ReadingAhead(parser, data_dir) as reading,
    ):
        originals.remove_leftovers(data_dir)
        run = _Run(engine, open_writer, start_builder, reading, progress)
        run.total = sum(len(found.items) for _, found in asked.values())
        for target, _ in asked.values():
            # Looked for again: the target before it may have given a file its identity.
            known = catalog.known_documents()
            run.follow(find(target, known), known)
        note = _renew_generation(engine, data_dir, database_url, run)
    return IngestReport(tuple(run.items), False, time.monotonic() - started, note)


class _Run:
    """The state of one run: what is waiting to be embedded, what was done."""

    def __init__(
        self,
        engine: Engine,
        open_writer: Callable[[], DocumentWriter],
        start_builder: Callable[[], Builder | None],
        reading: ReadingAhead,
        progress: Progress,
    ) -> None:
        self._engine = engine
        self._open_writer = open_writer
        self._start_builder = start_builder
        self._reading = reading
        self._progress = progress
        self._writer: DocumentWriter | None = None
        self._waiting: list[Incoming] = []
        self._reasons: dict[tuple[str, str], str | None] = {}
        self._waiting_chars = 0
        self.items: list[IngestItem] = []
        self.builder: Builder | None = None
        self.total = 0
        self.changed = False

    def follow(self, found: Discovery, known: Sequence[KnownDocument]) -> None:
        """Do what one target needs; transient failures get a second try at its end."""
        by_place = by_location(known)
        again: list[SourceItem] = []
        for seen in self._reading.read(found.items, by_place):
            if seen.change.action == "failed" and seen.change.transient:
                again.append(seen.item)
            else:
                self._take(seen)
        for seen in self._reading.read(again, by_place):
            self._take(seen)
        self._flush()
        for change in withdrawals(found.items, known, found.scope):
            if change.document_id is not None:
                withdraw(self._engine, change.document_id)
                self.changed = True
            self._done(_item(change))

    def _take(self, seen: Seen) -> None:
        change, incoming = seen.change, seen.incoming
        if incoming is None:
            self._done(_item(change))
            return
        self._waiting.append(incoming)
        self._reasons[change.source_root, change.source] = change.reason
        self._waiting_chars += len(incoming.document.text)
        # The first batch is small: until it is read, nothing else goes on.
        if self._waiting_chars >= (BATCH_CHARS if self._writer else BATCH_CHARS // _FIRST_BATCH):
            self._flush()

    def _flush(self) -> None:
        batch, self._waiting, self._waiting_chars = self._waiting, [], 0
        if not batch:
            return
        for done in self._ready_writer().commit(batch):
            self.changed = True
            incoming, about = done.incoming, (done.document_id, done.version, done.n_passages)
            reason = self._reasons.pop((incoming.source_root, incoming.source), None)
            self._done(IngestItem(incoming.source, done.action, reason, *about, incoming.document.notes))

    def _ready_writer(self) -> DocumentWriter:
        if self._writer is None:
            writer = self._open_writer()
            writer.claim()
            self._writer = writer
            # It loads its libraries, about a second, while documents are embedded.
            self.builder = self._start_builder()
        return self._writer

    def announce(self, stage: str) -> None:
        """Tell that the documents are done and another stage begins."""
        self._progress(IngestEvent(len(self.items), max(self.total, len(self.items)), None, stage))

    def _done(self, item: IngestItem) -> None:
        self.items.append(item)
        self._progress(IngestEvent(len(self.items), max(self.total, len(self.items)), item))


def _renew_generation(engine: Engine, data_dir: Path, database_url: str, run: _Run) -> str | None:
    """Build the next generation of the dense index; a failure is a note, since searches go on without it."""
    # Also where nothing changed: an earlier run may have been killed before it got here.
    if is_current(engine, data_dir / "index"):
        return None
    run.announce("index")
    try:
        build_generation(database_url, data_dir / "index", run.builder)
    except GenerationDamaged as error:
        return str(error)
    return None


def index_documents(
    engine: Engine,
    data_dir: Path,
    embedder: Embedder,
    documents: Iterable[tuple[str, Document]],
    *,
    database_url: str,
    source_root: str = "memory:",
    passage_tokens: int = 256,
    heading_context: bool = True,
) -> int:
    """Index documents that were made in memory (evaluation suites, benches) through the same code.

    Returns:
        how many passages were written.
    """
    n_passages = 0
    with write_lock(data_dir):
        writer = DocumentWriter(engine, embedder, passage_tokens, heading_context=heading_context)
        writer.claim()
        for batch in _batches(incoming_text(source_root, source, document) for source, document in documents):
            n_passages += sum(done.n_passages for done in writer.commit(batch))
        build_generation(database_url, data_dir / "index")
    return n_passages


def _batches(documents: Iterator[Incoming]) -> Iterator[list[Incoming]]:
    batch: list[Incoming] = []
    for incoming in documents:
        batch.append(incoming)
        if sum(len(each.document.text) for each in batch) >= BATCH_CHARS:
            yield batch
            batch = []
    if batch:
        yield batch


def _item(change: Change) -> IngestItem:
    return IngestItem(change.source, change.action, change.reason, change.document_id)
