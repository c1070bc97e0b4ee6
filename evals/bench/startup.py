"""``bench startup``: how long ``helpdesk --help`` takes, and a server until it is ready.

The command is run as a user runs it, in processes of its own; the server is
known to be ready by the public health address of the contract.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from evals.bench.documents import Recipe, write_documents
from evals.bench.processes import BenchFailedError
from evals.bench.report import BenchResult, Line, at_most
from evals.indexes import Progress, index_targets
from evals.provenance import ROOT
from helpdesk_bot.settings import Settings

COMMAND = (sys.executable, "-m", "api.cli")
RECIPE = Recipe(n_documents=9, n_sections=3, section_chars=400)
N_HELP, N_SERVE = 5, 3
HELP_S, READY_S, GIVE_UP_S = 0.5, 15.0, 120.0


def bench_startup(settings: Settings, folder: Path, progress: Progress) -> BenchResult:
    """Measure and return the figures; the first start of each warms the disk and is not counted.

    The baseline of ``--help`` is the interpreter itself, starting and doing nothing.

    Args:
        settings: which embedder, and where its weights are.
        folder: where a small index is kept between runs.
        progress: told what runs.
    """
    documents = write_documents(RECIPE, folder / "documents-startup")
    own, _ = index_targets((str(documents),), settings, folder / "indexes", progress)
    n_steps = N_HELP + N_SERVE + 2
    help_s, bare_s, ready_s = [], [], []
    for number in range(N_HELP + 1):
        progress("startup: --help", number, n_steps)
        bare_s.append(_seconds((sys.executable, "-c", "pass")))
        help_s.append(_seconds((*COMMAND, "--help")))
    for number in range(N_SERVE + 1):
        progress("startup: server", N_HELP + 1 + number, n_steps)
        ready_s.append(seconds_until_ready(own))
    progress("startup", n_steps, n_steps)
    goal = at_most(statistics.median(help_s[1:]), HELP_S, "s")
    shown, bare, ready = (statistics.median(times[1:]) for times in (help_s, bare_s, ready_s))
    return BenchResult(
        "startup",
        (
            Line(
                "helpdesk --help",
                shown,
                "s",
                "python -c pass",
                bare,
                shown / bare,
                *goal,
            ),
            Line("server ready, warm", ready, "s", None, None, None, *at_most(ready, READY_S, "s")),
        ),
        {"starts": f"{N_HELP} and {N_SERVE}, after one each to warm"},
    )


def seconds_until_ready(settings: Settings) -> float:
    """Start a server on a free port, wait until it says that it is ready, stop it.

    Raises:
        BenchFailedError: it ended, or was not ready within `GIVE_UP_S`.
    """
    port = _free_port()
    environment = os.environ | {
        "HELPDESK_MODEL_CACHE": str(settings.model_cache),
        "HELPDESK_EMBEDDER": settings.embedder,
    }
    begun = time.perf_counter()
    arguments = ["serve", "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(settings.data_dir)]
    server = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        while time.perf_counter() - begun < GIVE_UP_S:
            if server.poll() is not None:
                raise BenchFailedError(f"helpdesk serve ended with {server.returncode}; run it to see why")
            if _is_ready(port):
                return time.perf_counter() - begun
            time.sleep(0.05)
        raise BenchFailedError(f"helpdesk serve was not ready within {GIVE_UP_S:.0f} s")
    finally:
        _stop(server)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        server.send_signal(signal.SIGTERM)
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _seconds(command: tuple[str, ...]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
