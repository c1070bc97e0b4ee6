"""Uploads by a real child process: a PDF in each of three languages, and files that cannot be taken."""

from __future__ import annotations

import html
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

import corpus
from corpus.catalog import Catalog
from helpdesk_bot.database import open_database
from helpdesk_bot.errors import JobUnknown, OperationRefused
from helpdesk_bot.operations import jobs, uploads
from tests.api.people import signed_in
from tests.api.places import finished, real_house
from tests.helpdesk_bot import library

DOCUMENTS = Path(corpus.__file__).parent / "documents"
PDFS = {
    "plånbok.en.pdf": ("policy_briefs/eudi-wallet.pdf", "en"),
    "utanförskap.sv.pdf": ("reports/digitalt-utanforskap-sverige.pdf", "sv"),
    "quyết-định.vi.pdf": ("policy_briefs/quyet-dinh-749-chuyen-doi-so.pdf", "vi"),
}


def first_page(name: str) -> bytes:
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_page(PdfReader(DOCUMENTS / name).pages[0])
    writer.write(buffer)
    return buffer.getvalue()


def test_pdfs_in_three_languages_and_what_is_set_by_hand_stays(tmp_path: Path) -> None:
    with real_house(tmp_path) as site:
        engine = site.app.state.service.engine
        headers = signed_in(engine, "administrator") | {"Accept": "application/json"}
        sent = [("files", (name, first_page(path), "application/pdf")) for name, (path, _) in PDFS.items()]
        sent += [("files", ("tom.txt", b" ", "text/plain")), ("files", ("run.exe", b"MZ", "x/y"))]
        reply = site.post("/api/v1/documents", headers=headers, files=sent)
        assert reply.status_code == 202
        job = finished(site, headers, f"/api/v1/admin/jobs/{reply.json()['job_id']}")
        assert (job["state"], job["error"]) == ("done", None)
        became = {item["source"]: item for item in job["result"]["items"]}
        assert {name: became[name]["action"] for name in PDFS} == dict.fromkeys(PDFS, "added")
        assert became["tom.txt"]["action"] == "failed"
        assert became["tom.txt"]["reason"]
        assert [each["source"] for each in job["refused"]] == ["run.exe"]
        catalog = Catalog(engine)
        languages = {name: catalog.get(became[name]["document_id"]).metadata.language for name in PDFS}
        assert languages == {name: language for name, (_, language) in PDFS.items()}
        assert (tmp_path / "var" / "uploads" / "quyết-định.vi.pdf").is_file()
        assert not list((tmp_path / "var" / "uploads").glob(".*"))
        page = site.get(
            f"/admin/jobs/{job['job_id']}?lang=vi", headers=headers | {"Accept": "text/html"}
        ).text
        assert "run.exe" in page
        assert "Đã thêm" in page
        listed = site.get("/admin/documents?lang=sv", headers=headers | {"Accept": "text/html"}).text
        assert "Filer som inte kunde läsas: 1" in listed
        assert became["tom.txt"]["reason"] in html.unescape(listed)
        # Described by hand, then sent again: the description stays, the document is the same one.
        document_id = became["utanförskap.sv.pdf"]["document_id"]
        put = site.request(
            "PUT",
            f"/api/v1/documents/{document_id}/metadata",
            headers=headers,
            json={"title": "Digitalt utanförskap", "themes": ["inkludering"]},
        )
        described = finished(site, headers, f"/api/v1/admin/jobs/{put.json()['job_id']}")
        assert [item["action"] for item in described["result"]["items"]] == ["updated"]
        record = catalog.get(document_id)
        assert (record.metadata.title, record.metadata.themes) == ("Digitalt utanförskap", ("inkludering",))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/Báo cáo.pdf", "Báo cáo.pdf"),
        ("C:\\texts\\å.md", "å.md"),
        (".hidden.txt", "hidden.txt"),
        ("a\x00b\n.txt", "ab.txt"),
        ("ﬁ.md", "ﬁ.md"),
        ("report.pdf.meta.yaml", "report.pdf.meta.yaml"),
    ],
)
def test_a_file_keeps_a_plain_name_below_the_uploads(tmp_path: Path, given: str, kept: str) -> None:
    place = uploads.keep(tmp_path, given, io.BytesIO("nội dung".encode()))
    assert place == tmp_path / "uploads" / kept
    assert place.read_text("utf-8") == "nội dung"


@pytest.mark.parametrize(
    "given", ["", "..", ".txt", "x" * 200 + ".txt", "run.exe", "archive.zip", "\ud800.txt"]
)
def test_names_that_cannot_be_are_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(OperationRefused):
        uploads.keep(tmp_path, given, io.BytesIO(b"x"))
    assert not list(tmp_path.rglob("*.*"))


def test_one_job_of_a_lane_at_a_time_and_one_whose_process_died_is_seen(tmp_path: Path) -> None:
    engine = open_database(library.settings_for(tmp_path / "var"))
    first = jobs.submit(engine, "evals", {"do": "nothing"}, "acc1", "s")
    second = jobs.submit(engine, "evals", {"do": "nothing"}, "acc1", "s")
    other = jobs.submit(engine, "documents", {"do": "nothing"}, "acc1", "s")
    claimed = jobs.claim(engine, "evals")
    assert claimed is not None
    assert claimed.job_id == first.job_id
    assert jobs.claim(engine, "evals") is None
    lane = jobs.claim(engine, "documents")
    assert lane is not None
    assert lane.job_id == other.job_id
    assert jobs.cancel(engine, second.job_id, "acc1").state == "cancelled"
    assert jobs.cancel(engine, first.job_id, "acc1").state == "cancelling"
    with pytest.raises(JobUnknown):
        jobs.get(engine, other.job_id, "evals")
    # Another process claims a job and dies.
    jobs.finish(engine, first.job_id, "done", {}, None)
    third = jobs.submit(engine, "evals", {}, "acc1", "s")
    code = (
        "import sys, os; from pathlib import Path; from helpdesk_bot.database import open_database;"
        "from helpdesk_bot.settings import load_settings; from helpdesk_bot.operations import jobs;"
        "jobs.claim(open_database(load_settings(None, Path(sys.argv[1]), {})), 'evals'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "var")], check=False, timeout=120)
    assert jobs.get(engine, third.job_id).state == "running"
    assert jobs.claim(engine, "evals") is None
    died = jobs.get(engine, third.job_id)
    assert (died.state, died.error) == ("failed", jobs.DIED)
    engine.dispose()


@pytest.mark.skipif(sys.platform != "linux", reason="a child learns of its parent's death on Linux")
def test_a_child_ends_with_its_server(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys, time; from api.jobs import _start;"
        "child = _start(subprocess.DEVNULL); print(child.pid, flush=True); time.sleep(60)"
    )
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    child = int(server.stdout.readline())
    server.send_signal(signal.SIGKILL)
    server.communicate()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{child}").exists() and _state(child) != "Z":
        assert time.monotonic() < deadline, "the child outlives its server"
        time.sleep(0.1)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_the_worker_tells_an_error_as_one_line() -> None:
    order = {"do": "evaluate", "suite": "/nowhere", "out": "/nowhere/run", "settings": {}}
    worker = subprocess.Popen(
        [sys.executable, "-m", "api.job_worker", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(json.dumps(order) + "\n")
    worker.stdin.flush()  # the pipe stays open: a worker ends with its server
    told = json.loads(worker.stdout.readline())
    worker.communicate(timeout=100)
    assert worker.returncode == 1
    assert "/nowhere" in told["error"]
