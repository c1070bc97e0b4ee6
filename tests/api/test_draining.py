"""``helpdesk serve`` as a process: readiness, a second start, and a stop that ends open streams."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.cli import main

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, types
from tests.api.house import FakeHelpdesk
sys.modules["helpdesk_bot.helpdesk"] = types.SimpleNamespace(open_helpdesk=FakeHelpdesk)
from api.cli import main
sys.exit(main(sys.argv[1:]))
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


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
                if httpx.get(f"{self.address}/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < deadline
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

    def read() -> None:
        body = {"question": "slow please"}
        with httpx.stream(
            "POST",
            f"{served.address}/api/v1/ask",
            json=body,
            headers={"Accept": "text/event-stream"},
            timeout=30,
        ) as response:
            last.extend(line for line in response.iter_lines() if line.startswith("event:"))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    time.sleep(0.5)  # let the questions arrive
    served.process.send_signal(signal.SIGTERM)
    stopped = time.monotonic()
    out, err = served.process.communicate(timeout=20)
    for reader in readers:
        reader.join()
    assert served.process.returncode == 0, err
    assert time.monotonic() - stopped < 10  # the promise itself, not a measure of speed
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
