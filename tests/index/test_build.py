"""Ingesting real files: every outcome, idempotence, dry runs, failures that stay alone, locks."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from corpus import originals
from corpus.catalog import Catalog
from corpus.errors import MisusedError
from corpus.schema import document_versions
from corpus.storage import begin_write
from corpus.sync import READ_AGAIN
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings
from index import build, consistency, store
from index.build import index_documents, ingest
from index.dense import DenseIndex
from index.document_passages import passages_of
from index.embedding import Embedder
from index.errors import EmbedderMismatch, GenerationDamaged, Locked
from index.ingest_report import IngestEvent, IngestReport
from index.locks import write_lock
from index.writing import DocumentWriter
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

ACTIONS = {"added", "updated", "unchanged", "withdrawn", "skipped", "failed"}


class House:
    """A data directory, a folder of documents, and an embedder whose use is counted."""

    def __init__(self, folder: Path) -> None:
        self.settings: Settings = library.settings_for(folder / "var")
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.engine: Engine = open_database(self.settings)
        self.n_loaded = 0
        self.embedder: Embedder = FakeEmbedder()

    def load(self) -> Embedder:
        self.n_loaded += 1
        return self.embedder

    def ingest(self, *targets: Path, **more: Any) -> IngestReport:
        return ingest(
            self.engine,
            self.settings.data_dir,
            self.load,
            [str(target) for target in targets or (self.inbox,)],
            database_url=self.settings.database,
            **more,
        )

    def put(self, name: str, text: str | bytes) -> None:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def ingest_as_before(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ingest the inbox with the loaders of an older release."""
        with monkeypatch.context() as older:
            older.setattr("corpus.editions.EDITIONS", {})
            assert {item.action for item in self.ingest().items} == {"added"}

    def digest(self) -> dict[str, str]:
        """What every file of the data directory holds; the log and its index are as they like."""
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.settings.data_dir.rglob("*"))
            if path.is_file() and not path.name.endswith(("-wal", "-shm"))
        }


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house whose runs end without building a generation: searches are exact, and tests quick."""
    monkeypatch.setattr(build, "build_generation", lambda *_args: "gen-0")
    monkeypatch.setattr(build, "Builder", contextlib.nullcontext)
    return House(tmp_path)


def actions(report: IngestReport) -> dict[str, str]:
    return {item.source: item.action for item in report.items}


def test_a_whole_life_of_documents(tmp_path: Path) -> None:
    """Added, unchanged, updated, withdrawn, back; with the real generation at the end of each run."""
    house = House(tmp_path)
    index_dir = house.settings.data_dir / "index"
    library.write_files(house.inbox, library.TEXTS)
    events: list[IngestEvent] = []
    first = house.ingest(progress=events.append)
    assert actions(first) == dict.fromkeys(library.TEXTS, "added")
    assert first.index_note is None
    assert [event.done for event in events if event.item] == list(range(1, len(library.TEXTS) + 1))
    assert all(event.done <= event.total for event in events)
    assert events[-1].stage == "index"
    assert consistency.verify(house.engine, index_dir).clean
    catalog = Catalog(house.engine)
    for item in first.items:
        assert item.document_id is not None
        record = catalog.get(item.document_id)
        stored = originals.path(house.settings.data_dir, record.versions[0].content_sha256)
        assert stored.read_bytes() == (house.inbox / item.source).read_bytes()

    before, pointer = house.digest(), (index_dir / "CURRENT").read_bytes()
    again = house.ingest()
    assert actions(again) == dict.fromkeys(library.TEXTS, "unchanged")
    assert (house.n_loaded, again.n_passages) == (1, 0)
    changed = {path for path, digest in house.digest().items() if before.get(path) != digest}
    assert {Path(path).name for path in changed} <= {"write.lock"}
    assert (index_dir / "CURRENT").read_bytes() == pointer

    source = "projects/identitet.sv.md"
    house.put(source, library.TEXTS[source].replace("57 kommuner", "61 kommuner"))
    (house.inbox / "news/cong-dich-vu.vi.md").unlink()
    house.put("new.en.txt", "A new document.\n\nIt says that ferries are free for pupils.\n")
    third = house.ingest()
    counts = {"added": 1, "updated": 1, "withdrawn": 1, "unchanged": len(library.TEXTS) - 2}
    assert third.counts == {**dict.fromkeys(ACTIONS, 0), **counts}
    assert actions(third)[source] == "updated"
    assert consistency.verify(house.engine, index_dir).clean
    by_source = catalog.known(str(house.inbox))
    document_id = by_source[source].document_id
    assert "57 kommuner" in catalog.text(document_id, 1)
    assert "61 kommuner" in catalog.text(document_id)
    withdrawn = by_source["news/cong-dich-vu.vi.md"]
    assert withdrawn.status == "withdrawn"
    assert "84000" in catalog.text(withdrawn.document_id)
    dense = DenseIndex(house.engine, index_dir)
    assert (dense.status().n_newer, dense.status().n_withdrawn) == (0, 0)
    dense.close()
    house.engine.dispose()


def test_a_failing_file_does_not_stop_the_batch(house: House) -> None:
    library.write_files(house.inbox, library.TEXTS)
    house.put("empty.txt", "")
    house.put("blank.en.md", "   \n\n \t\n")
    house.put("broken.pdf", b"%PDF-1.7\nthis is no PDF\n")
    house.put("truncated.docx", b"PK\x03\x04 half of it")
    house.put("menus.html", "<html><nav><a href='/'>Home</a></nav></html>")
    house.put("binary.txt", bytes(range(256)) * 40)
    house.put("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    house.put("mislabelled.pdf", library.TEXTS["reports/tablets.en.md"])
    (house.inbox / "dangling.txt").symlink_to(house.inbox / "nowhere.txt")
    report = house.ingest()
    found = actions(report)
    assert {found[name] for name in library.TEXTS} == {"added"}
    for name in ("empty.txt", "blank.en.md", "broken.pdf", "truncated.docx", "menus.html"):
        assert found[name] == "failed", name
    assert found["picture.png"] == "skipped"
    assert report.failed
    assert set(found.values()) <= ACTIONS
    for item in report.items:
        if item.action in ("failed", "skipped"):
            assert item.reason
            assert item.n_passages == 0
    known = Catalog(house.engine).known(str(house.inbox))
    assert set(known) == {name for name, action in found.items() if action == "added"}
    assert report.to_json()["counts"]["failed"] == report.counts["failed"] >= 5


def test_a_known_document_that_breaks_stays_in_force(house: House) -> None:
    house.put("a.en.txt", "Libraries lend tablets to residents, free of charge.\n")
    house.ingest()
    house.put("a.en.txt", "")
    report = house.ingest()
    (item,) = report.items
    assert item.action == "failed"
    assert "stays" in (item.reason or "")
    known = Catalog(house.engine).known(str(house.inbox))["a.en.txt"]
    assert (known.status, known.version) == ("in_force", 1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_fails_and_is_not_withdrawn(house: House) -> None:
    house.put("a.en.txt", "Libraries lend tablets to residents, free of charge.\n")
    house.ingest()
    (house.inbox / "a.en.txt").chmod(0)
    assert actions(house.ingest()) == {"a.en.txt": "failed"}
    assert Catalog(house.engine).known(str(house.inbox))["a.en.txt"].status == "in_force"


def test_a_dry_run_says_what_would_happen_and_changes_nothing(house: House) -> None:
    library.write_files(house.inbox, library.TEXTS)
    house.ingest()
    source = "reports/tablets.en.md"
    house.put(source, library.TEXTS[source] + "\nAnd more.\n")
    (house.inbox / "webinars/tre-em.vi.md").unlink()
    house.put("new.sv.txt", "Ett nytt dokument om färjor.\n")
    house.put("x.png", b"\x89PNG\r\n\x1a\n")
    house.put("half.pdf", b"%PDF-1.7\n")
    house.put("empty.sv.txt", "")
    before, loaded = house.digest(), house.n_loaded
    dry = house.ingest(dry_run=True)
    assert dry.dry_run
    assert house.digest() == before
    assert house.n_loaded == loaded
    real = house.ingest()
    assert actions(dry) == actions(real)
    assert dry.counts == real.counts
    reasons = [{item.source: item.reason for item in each.items if item.reason} for each in (dry, real)]
    assert reasons[0] == reasons[1]
    assert dry.counts["failed"] == 2


def test_withdrawing_needs_no_model(house: House) -> None:
    library.write_files(house.inbox, library.TEXTS)
    house.ingest()
    (house.inbox / "news/cong-dich-vu.vi.md").unlink()
    assert house.ingest().counts["withdrawn"] == 1
    assert house.n_loaded == 1


def test_another_model_is_refused_even_after_a_withdrawal(house: House, tmp_path: Path) -> None:
    library.write_files(house.inbox, library.TEXTS)
    house.ingest()
    (house.inbox / "news/cong-dich-vu.vi.md").unlink()
    other = tmp_path / "other"
    library.write_files(other, {"b.en.txt": "Another document about ferries and pupils.\n"})
    house.embedder = FakeEmbedder(name="another")
    with pytest.raises(EmbedderMismatch, match="rebuild"):
        house.ingest(house.inbox, other)
    assert Catalog(house.engine).known(str(other)) == {}


def test_a_missing_target_is_refused_before_anything_is_changed(house: House, tmp_path: Path) -> None:
    house.put("a.en.txt", "Libraries lend tablets to residents.\n")
    with pytest.raises(MisusedError, match="nowhere"):
        house.ingest(house.inbox, tmp_path / "nowhere")
    assert Catalog(house.engine).known_documents() == []
    assert house.n_loaded == 0


def test_an_emptied_folder_withdraws_and_a_removed_one_does_not(house: House) -> None:
    house.put("a.en.txt", "Libraries lend tablets to residents.\n")
    house.ingest()
    shutil.rmtree(house.inbox)
    with pytest.raises(MisusedError):
        house.ingest()
    assert Catalog(house.engine).known(str(house.inbox))["a.en.txt"].status == "in_force"
    house.inbox.mkdir()
    assert house.ingest().counts["withdrawn"] == 1


def test_a_file_alone_withdraws_none_of_its_neighbours(house: House) -> None:
    library.write_files(house.inbox, library.TEXTS)
    house.ingest()
    (house.inbox / "news/cong-dich-vu.vi.md").unlink()
    source = "reports/tablets.en.md"
    house.put(source, library.TEXTS[source] + "\nAnd more.\n")
    report = house.ingest(house.inbox / source)
    assert actions(report) == {source: "updated"}
    statuses = {each.status for each in Catalog(house.engine).known(str(house.inbox)).values()}
    assert statuses == {"in_force"}


def test_one_file_named_twice_is_one_document(house: House) -> None:
    house.put("a.en.txt", "Libraries lend tablets to residents.\n")
    report = house.ingest(house.inbox / "a.en.txt", house.inbox, house.inbox)
    assert report.counts["added"] == 1
    assert Catalog(house.engine).counts()["in_force"] == 1


def test_one_folder_under_several_names_is_read_once(house: House, tmp_path: Path) -> None:
    house.put("phi.txt", "Lệ phí cấp phép là 55 euro mỗi năm.")
    link = tmp_path / "länk"
    link.symlink_to(house.inbox)
    report = house.ingest(house.inbox, link, house.inbox / ".." / "inbox", dry_run=True)
    assert [item.action for item in report.items] == ["added"]
    report = house.ingest(house.inbox, link, house.inbox / ".." / "inbox")
    assert [item.action for item in report.items] == ["added"]


def test_two_writers_are_not_let_in(house: House) -> None:
    house.put("a.en.txt", "Libraries lend tablets to residents.\n")
    with write_lock(house.settings.data_dir):
        with pytest.raises(Locked, match="already ingesting"):
            house.ingest()
        assert house.ingest(dry_run=True).counts["added"] == 1
    assert house.ingest().counts["added"] == 1


def test_a_generation_that_cannot_be_built_is_a_note(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> str:
        raise GenerationDamaged("no room on the disk")

    monkeypatch.setattr(build, "build_generation", broken)
    house.put("a.en.txt", "Libraries lend tablets to residents.\n")
    report = house.ingest()
    assert (report.index_note, report.failed) == ("no room on the disk", False)
    assert report.counts["added"] == 1


def test_small_batches_commit_the_same(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "BATCH_CHARS", 1)
    library.write_files(house.inbox, library.TEXTS)
    assert house.ingest().counts["added"] == len(library.TEXTS)
    assert house.n_loaded == 1
    with house.engine.connect() as connection:
        assert store.count_in_force(connection) >= len(library.TEXTS)


def test_documents_in_memory_take_the_same_way(house: House) -> None:
    made = [library.incoming(house.settings.data_dir, *item) for item in library.TEXTS.items()]
    index: Callable[..., int] = index_documents
    n_passages = index(
        house.engine,
        house.settings.data_dir,
        FakeEmbedder(),
        [(each.source, each.document) for each in made],
        database_url=house.settings.database,
    )
    with house.engine.connect() as connection:
        assert store.count_in_force(connection) == n_passages
    assert set(Catalog(house.engine).known("memory:")) == set(library.TEXTS)


def test_newer_loaders_that_read_the_same_change_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in {
        "a.en.md": "# One\n\nThe fee is 5 euro.\n",
        "b.sv.md": "# Två\n\nAvgiften är 6 euro.\n",
    }.items():
        house.put(name, text)
    house.put(
        "c.vi.html", "<html><body><p>Lệ phí là 7 euro.</p><p hidden>Lệ phí là 0 euro.</p></body></html>"
    )
    house.ingest_as_before(monkeypatch)
    with house.engine.connect() as connection:
        revision = store.revision(connection)

    planned = house.ingest(dry_run=True)
    assert {(item.action, item.reason) for item in planned.items} == {("updated", READ_AGAIN)}
    again = house.ingest()
    assert actions(again) == dict.fromkeys(("a.en.md", "b.sv.md", "c.vi.html"), "unchanged")
    assert (again.n_read_again, again.to_json()["n_read_again"]) == (3, 3)
    with house.engine.connect() as connection:
        assert store.revision(connection) == revision
    assert Catalog(house.engine).counts()["versions"] == 3
    for report in (house.ingest(dry_run=True), house.ingest()):
        assert {(item.action, item.reason) for item in report.items} == {("unchanged", None)}
        assert report.n_read_again == 0


FEES = {"en": "The fee is 5 euro.", "sv": "Avgiften är 5 euro.", "vi": "Lệ phí là 5 euro."}


@pytest.mark.parametrize("language", FEES)
def test_a_document_that_a_newer_loader_reads_otherwise_gets_a_version(
    house: House, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    for code, text in FEES.items():
        house.put(f"{code}.md", f"# {code}\n\n{text}\n")
    house.ingest_as_before(monkeypatch)
    catalog = Catalog(house.engine)
    (changed,) = [each for each in catalog.known_documents() if each.source == f"{language}.md"]
    with begin_write(house.engine) as connection:
        misread = catalog.text(changed.document_id).replace("5 euro", "6 euro")
        row = document_versions.c.document_id == changed.document_id
        connection.execute(update(document_versions).where(row).values(text=misread, notes=["old"]))

    report = house.ingest()
    assert actions(report) == {f"{code}.md": "unchanged" for code in FEES} | {f"{language}.md": "updated"}
    assert report.n_read_again == 3
    assert catalog.text(changed.document_id) == f"{language}\n\n{FEES[language]}"
    assert catalog.text(changed.document_id, 1) == misread, "what an answer may cite stays as it was"
    assert catalog.get(changed.document_id).notes == ()
    with house.engine.connect() as connection:
        found = passages_of(connection, changed.document_id, 2)
    assert [FEES[language] in passage.text for passage, _ in found] == [True]
    assert set(actions(house.ingest()).values()) == {"unchanged"}


def test_reading_again_goes_on_where_it_was_interrupted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code, text in FEES.items():
        house.put(f"{code}.md", f"# {code}\n\n{text}\n")
    house.ingest_as_before(monkeypatch)
    commit_one = DocumentWriter._commit_one
    done: list[str] = []

    def commit_two(writer: DocumentWriter, incoming: Any, *more: Any) -> Any:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(incoming.source)
        return commit_one(writer, incoming, *more)

    with monkeypatch.context() as interrupted:
        interrupted.setattr(DocumentWriter, "_commit_one", commit_two)
        with pytest.raises(KeyboardInterrupt):
            house.ingest()
    outdated = {each.source for each in Catalog(house.engine).known_documents() if each.outdated}
    assert outdated == {f"{code}.md" for code in FEES} - set(done)
    report = house.ingest()
    assert {item.source for item in report.items if item.reason == READ_AGAIN} == outdated
    assert Catalog(house.engine).counts()["versions"] == 3
