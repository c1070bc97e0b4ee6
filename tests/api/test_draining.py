"""``helpdesk serve`` as a process: readiness, a second start, and a stop that ends open streams."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from api.cli import main
from tests.api.serving import PATIENCE_S

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, types
from tests.api.house import FakeHelpdesk
sys.modules["helpdesk_bot.helpdesk"] = types.SimpleNamespace(open_helpdesk=FakeHelpdesk)
from api.cli import main
sys.exit(main(sys.argv[1:]))
"""


def free_port() -> int:
    """A port for a process that is about to start.

    Not one that the system gives out: any client might be given it in the meantime.
    """
    ports = list(range(20_000, 32_000))
    for port in random.sample(ports, 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


class Served:
    def __init__(self, data_dir: Path, program: str = PROGRAM, **settings: str) -> None:
        self.port = free_port()
        self.data_dir = data_dir
        environment = os.environ | {"PORT": str(self.port), "HOST": "127.0.0.1", "PYTHONPATH": str(ROOT)}
        environment |= settings
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, "serve", "--data-dir", str(data_dir)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.address = f"http://127.0.0.1:{self.port}"

    def wait(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                if httpx.get(f"{self.address}/health/ready", timeout=PATIENCE_S).status_code == 200:
                    return
            except httpx.TransportError:
                assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.05)


def gauge(served: Served, name: str) -> float:
    text = httpx.get(f"{served.address}/metrics", timeout=PATIENCE_S).text
    return float(re.findall(rf"^helpdesk_{name} (\S+)$", text, re.MULTILINE)[0])


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "var")
    try:
        served.wait()
        yield served
    finally:
        if served.process.poll() is None:
            served.process.kill()
        served.process.communicate()


def test_a_stop_ends_open_streams_and_exits_0(served: Served) -> None:
    last: list[str] = []
    ended: list[float] = []

    def read() -> None:
        body = {"question": "slow please"}
        with httpx.stream(
            "POST",
            f"{served.address}/api/v1/ask",
            json=body,
            headers={"Accept": "text/event-stream"},
            timeout=PATIENCE_S,
        ) as response:
            last.extend(line for line in response.iter_lines() if line.startswith("event:"))
        ended.append(time.monotonic())

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    until(lambda: gauge(served, "questions_being_answered") + gauge(served, "questions_waiting") == 3)
    served.process.send_signal(signal.SIGTERM)
    stopped = time.monotonic()
    out, err = served.process.communicate(timeout=50)  # five times the promise
    for reader in readers:
        reader.join()
    assert served.process.returncode == 0, err
    assert max(ended) - stopped < 10  # the promise itself, not a measure of speed
    assert last.count("event: error") == 3
    assert out == ""
    assert f"Chat page: {served.address}/" in err
    assert "Traceback" not in err


def test_one_server_to_a_data_directory(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--data-dir", str(served.data_dir), "--port", "0"]) == 2
    message = capsys.readouterr().err
    assert f"process {served.process.pid} is already serving" in message
    assert len(message.splitlines()) == 1


def test_a_taken_port_is_one_clear_line(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--data-dir", str(tmp_path / "other"), "--port", str(served.port)]) == 2
    message = capsys.readouterr().err
    assert f"Cannot listen on 127.0.0.1 port {served.port}" in message
    assert len(message.splitlines()) == 1
