import io
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from corpus import isolation, parser_worker
from corpus.errors import BrokenDocument, CorpusError, LimitExceeded, NoText, TransientError
from corpus.hints import Hints
from corpus.isolation import ParserProcess
from tests.corpus.sample_files import shared

TEXTS = {
    "en": "A page about digital public services.",
    "sv": "En sida om digitala offentliga tjänster.",
    "vi": "Một trang về dịch vụ công trực tuyến.",
}
# Stand-ins for what hostile files make parsers do, run in the real child.
HOSTILE = {
    "hang": "import time; time.sleep(60)",
    "loop": "while True: pass",
    "memory": "x = bytearray(4 << 30)",
    "crash": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "abort": "import os; os.abort()",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.fixture(scope="module")
def process():
    with ParserProcess() as parser:
        yield parser


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """Make the child's plain-text loader do what the file says."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'corpus.parser_worker' in sys.orig_argv:\n"
        "    import corpus.plain as plain\n"
        "    real = plain.load\n"
        "    def load(data, hints):\n"
        "        if data.startswith(b'#!'):\n"
        "            exec(data[2:].decode())\n"
        "        return real(data, hints)\n"
        "    plain.load = load\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.parametrize("code", TEXTS)
def test_one_child_reads_many_files(process, code):
    first = process.parse(TEXTS[code].encode(), Hints("a.txt"))
    child = process._child
    assert first.text == TEXTS[code]
    with pytest.raises(NoText, match=r"b\.txt: the file is empty"):
        process.parse(b"", Hints("b.txt"))
    assert process.parse(f"# {TEXTS[code]}".encode(), Hints("c.md")).text == TEXTS[code]
    assert process._child is child


@pytest.mark.parametrize(
    ("deed", "error", "says"),
    [
        ("hang", LimitExceeded, "not read within 5 s"),
        ("loop", LimitExceeded, "not read within 5 s"),
        ("memory", LimitExceeded, "too much memory"),
        ("crash", BrokenDocument, "crashed"),
        ("abort", LimitExceeded, "1024 MiB"),
        ("killed", LimitExceeded, "stopped by the system"),
    ],
)
def test_hostile_files_cost_no_more_than_the_limits(hostile, deed, error, says):
    # Where the time is not what stops it, a child may start slowly on a busy machine.
    with ParserProcess(max_seconds=5 if "5 s" in says else 60) as process:
        with pytest.raises(error, match=says):
            process.parse(f"#!{HOSTILE[deed]}".encode(), Hints("evil.txt"))
        assert process.parse(TEXTS["sv"].encode(), Hints("next.txt")).text == TEXTS["sv"]


@pytest.mark.parametrize("starved", [False, True])
def test_a_file_that_waits_for_a_processor_is_given_time(hostile, monkeypatch, starved):
    # A sleeping child stands in for one that a busy machine does not let run.
    monkeypatch.setattr(isolation, "_waits_for_a_processor", lambda _pid: starved)
    monkeypatch.setattr(isolation, "_LOOK_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(isolation, "_STARVED_FACTOR", 200.0)
    with ParserProcess(max_seconds=60) as process:
        process.parse(TEXTS["sv"].encode(), Hints("warm.txt"))
        process._max_seconds = 0.3
        slow = f"#!import time; time.sleep(1) # {TEXTS['sv']}".encode()
        if starved:
            assert TEXTS["sv"] in process.parse(slow, Hints("a.txt")).text
        else:
            with pytest.raises(LimitExceeded, match=r"a\.txt: not read within"):
                process.parse(slow, Hints("a.txt"))


def test_who_waits_for_a_processor():
    assert isolation._waits_for_a_processor(os.getpid()) == (sys.platform == "linux")
    assert not isolation._waits_for_a_processor(2**22 + 1)


def test_a_child_that_was_killed_between_files_is_replaced(process):
    process.parse(b"text one", Hints("a.txt"))
    os.kill(process._child.pid, signal.SIGKILL)
    assert process.parse(TEXTS["vi"].encode(), Hints("a.txt")).text == TEXTS["vi"]


def test_the_child_outlives_no_thread_that_needs_it(process):
    # The kernel ties the child to the thread that started it.
    process.close()
    thread = threading.Thread(target=lambda: process.parse(b"text one", Hints("a.txt")))
    thread.start()
    thread.join()
    assert process.parse(TEXTS["en"].encode(), Hints("b.txt")).text == TEXTS["en"]


def test_the_child_dies_with_its_parent(tmp_path):
    code = (
        "import os, signal\n"
        "from corpus.isolation import ParserProcess\n"
        "from corpus.hints import Hints\n"
        "process = ParserProcess()\n"
        "process.parse(b'some text', Hints('a.txt'))\n"
        "print(process._child.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    for _ in range(1200):
        if not _alive(pid):
            return
        time.sleep(0.05)
    pytest.fail("the child is still there")


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_the_child_inherits_no_open_file(process, tmp_path):
    path = tmp_path / "lock"
    with path.open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        process.close()
        process.parse(b"some text", Hints("a.txt"))
        folder = f"/proc/{process._child.pid}/fd"
        opened = [os.readlink(f"{folder}/{number}") for number in os.listdir(folder)]
    assert str(path) not in opened


def test_a_worn_child_is_replaced(process, monkeypatch):
    monkeypatch.setattr(isolation, "_MAX_FILES_A_CHILD", 1)
    process.parse(b"some text", Hints("a.txt"))
    assert process._child is None


def test_a_child_that_does_not_start(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with ParserProcess() as process, pytest.raises(TransientError, match="did not start"):
        process.parse(b"text", Hints("a.txt"))


def test_the_workers_conversation():
    def message(data):
        stream = io.BytesIO()
        parser_worker.write_message(stream, data)
        return stream.getvalue()

    header = b'{"hints": {"source": "a.txt"}, "cpu_seconds": 0}'
    replies = io.BytesIO()
    parser_worker.serve(
        io.BytesIO(message(header) + message(TEXTS["sv"].encode()) + message(header)), replies
    )
    replies.seek(0)
    assert parser_worker.read_message(replies) == b"{}"
    assert TEXTS["sv"].encode("unicode_escape").split()[0] in (parser_worker.read_message(replies) or b"")
    assert parser_worker.read_message(replies) is None
    assert parser_worker.answer(b"", {"source": "a.txt"})["error"] == "NoText"


def test_memory_errors_of_the_exchange_are_values(monkeypatch):
    def fail(_data, _hints):
        raise MemoryError

    monkeypatch.setattr(parser_worker, "parse", fail)
    assert parser_worker.answer(b"x", {"source": "a.txt"})["error"] == "LimitExceeded"


# What these files hold, told by their makers: a password, no text, or damage beyond repair.
@pytest.mark.timeout(280)
def test_every_hard_file_gives_text_or_a_typed_error(process):
    files = sorted(shared("hard-documents", "pypdf-resources").rglob("*.pdf"))
    assert len(files) > 50
    outcomes, messages = {}, {}
    for path in files:
        if path.stat().st_size > 5_000_000:
            continue  # 200 ordinary pages; covered by the manuals
        try:
            document = process.parse(path.read_bytes(), Hints(path.name))
        except CorpusError as error:
            messages[path.name] = str(error)
            outcomes[path.name] = type(error).__name__
        else:
            assert any(map(str.isalnum, document.text))
            outcomes[path.name] = "text"
    assert (
        outcomes["r3-user-password.pdf"] == outcomes["libreoffice-writer-password.pdf"] == "EncryptedDocument"
    )
    assert outcomes["r2-empty-password.pdf"] == outcomes["r6-empty-password.pdf"] == "text"
    assert all(message.startswith(name) for name, message in messages.items())
    assert outcomes["imagemagick-lzw.pdf"] == "NoText"
    assert sum(outcome == "text" for outcome in outcomes.values()) >= 40
