"""kill -9 in the middle of an ingest: what was committed is whole, one more run does the rest."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text

from corpus.catalog import Catalog
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import Settings
from index import consistency
from index.build import ingest
from index.schema import passages
from tests.fakes import FakeEmbedder
from tests.helpdesk_bot import library

ROOT = Path(__file__).resolve().parents[2]
DRIVER = """
import sys
from pathlib import Path
from helpdesk_bot.database import open_database
from helpdesk_bot.settings import load_settings
from index import build
from tests.fakes import FakeEmbedder
build.BATCH_CHARS = 2000  # many small batches: many moments to be killed at
settings = load_settings(None, Path(sys.argv[1]), {})
def tell(event):
    if event.item and event.item.action in ("added", "updated"):
        print(event.item.source, event.item.version, flush=True)
    elif event.stage == "index":
        print("building the generation", flush=True)
build.ingest(open_database(settings), settings.data_dir, FakeEmbedder, [sys.argv[2]],
             database_url=settings.database, progress=tell)
"""
SENTENCES = {
    "en": "Library {n} lent {n} tablets to residents. The loans were free.",
    "sv": "Kommun {n} införde tjänst {n} för invånarna. Den är gratis.",
    "vi": "Xã {n} tiếp nhận {n} hồ sơ của người dân. Dịch vụ miễn phí.",
}


def write_documents(folder: Path, n_documents: int) -> None:
    for n in range(n_documents):
        language = list(SENTENCES)[n % 3]
        body = "\n\n".join(SENTENCES[language].format(n=n * 100 + part) for part in range(4))
        path = folder / f"{n:04}.{language}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\nlanguage: {language}\n---\n# {language} {n}\n\n{body}\n", "utf-8")


def killed_run(settings: Settings, folder: Path, moment: random.Random, most_s: float) -> dict[str, int]:
    """Start an ingest in a process group of its own and kill it; return what it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(settings.data_dir), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert child.stdout is not None
    first = child.stdout.readline()  # from here on there is something to lose
    time.sleep(moment.uniform(0.0, most_s))
    os.killpg(child.pid, signal.SIGKILL)
    rest, _ = child.communicate(timeout=60)
    acknowledged = {}
    lines = [first, *rest.splitlines()]
    for line in lines if rest.endswith("\n") or not rest else lines[:-1]:
        source, _, version = line.strip().rpartition(" ")
        if version.isdigit():
            acknowledged[source] = int(version)
    return acknowledged


def check_whole(settings: Settings, folder: Path, acknowledged: dict[str, int]) -> int:
    """Hold every committed document against its text; return how many there are."""
    engine = open_database(settings)
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    catalog = Catalog(engine)
    known = catalog.known(str(folder))
    for source, version in acknowledged.items():
        assert known[source].version >= version
    for each in known.values():
        document = catalog.text(each.document_id)
        query = (
            select(passages.c.start_char, passages.c.end_char, passages.c.text)
            .where(passages.c.document_id == each.document_id, passages.c.in_force == 1)
            .order_by(passages.c.start_char)
        )
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        assert rows
        assert all(document[row.start_char : row.end_char] == row.text for row in rows)
        covered = "".join("".join(row.text.split()) for row in rows)
        assert covered == "".join(document.split())
    found = consistency.verify(engine, settings.data_dir / "index").differences
    # A generation is built after the documents: until then it lacks the new ones, and no more than that.
    assert {each.kind for each in found} <= {
        "generation_missing",
        "generation_lacks_passage",
        "generation_holds_withdrawn",
    }
    engine.dispose()
    return len(known)


def finish(settings: Settings, folder: Path, n_documents: int) -> None:
    """Run once more, undisturbed: everything is there, everything agrees."""
    engine = open_database(settings)
    report = ingest(engine, settings.data_dir, FakeEmbedder, [str(folder)], database_url=settings.database)
    assert not report.failed
    assert Catalog(engine).counts()["in_force"] == n_documents
    verified = consistency.verify(engine, settings.data_dir / "index")
    assert verified.clean, verified
    leftovers = [path.name for path in (settings.data_dir / "originals").rglob(".incoming-*")]
    assert leftovers == []
    engine.dispose()


def rounds(folder: Path, n_rounds: int, n_documents: int, most_s: float, seed: int) -> None:
    moment = random.Random(seed)
    inbox = folder / "inbox"
    write_documents(inbox, n_documents)
    settings = library.settings_for(folder / "var")
    acknowledged: dict[str, int] = {}
    for number in range(n_rounds):
        acknowledged |= killed_run(settings, inbox, moment, most_s)
        n_whole = check_whole(settings, inbox, acknowledged)
        print(f"round {number + 1}: {len(acknowledged)} acknowledged, {n_whole} whole")
        if n_whole == n_documents:  # all done: start again with new versions to lose
            for path in inbox.iterdir():
                path.write_text(path.read_text("utf-8") + f"\nRound {number}.\n", "utf-8")
    finish(settings, inbox, n_documents)


def test_a_killed_ingest_loses_nothing(tmp_path: Path) -> None:
    rounds(tmp_path, n_rounds=3, n_documents=40, most_s=0.6, seed=7)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.skipif(os.environ.get("HELPDESK_SOAK") != "1", reason="a long run: `make soak-ingest`")
def test_twenty_kills_of_an_ingest_of_three_hundred_documents(tmp_path: Path) -> None:
    rounds(tmp_path, n_rounds=20, n_documents=300, most_s=4.0, seed=20)
