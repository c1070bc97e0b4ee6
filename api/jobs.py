"""Running jobs: a thread a lane takes the oldest one that waits and gives it to a child process."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import Engine

from helpdesk_bot.operations import jobs
from helpdesk_bot.operations.jobs import Job, Lane, State
from helpdesk_bot.settings import Settings

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""Seconds between two looks at whether a job is to be stopped."""

STOP_S = 5.0
"""Seconds that a child has to end by itself."""


class Jobs:
    """The lanes of one server process; a lane's thread lives as long as the server.

    (On Linux a child ends when the thread that started it does.)
    """

    def __init__(self, settings: Settings, engine: Callable[[], Engine]) -> None:
        self._settings = settings
        self._engine = engine
        self._threads: dict[str, threading.Thread] = {}
        self._wake = {lane: threading.Event() for lane in get_args(Lane)}
        self._stopping = threading.Event()
        self._lock = threading.Lock()

    def submit(self, lane: Lane, request: Mapping[str, Any], *, who: str, subject: str) -> Job:
        """Queue a job and see that it is run."""
        job = jobs.submit(self._engine(), lane, request, who, subject)
        self.wake(lane)
        return job

    def wake(self, lane: Lane) -> None:
        """Look whether a job of the lane waits (after a start of the server, too)."""
        with self._lock:
            if self._stopping.is_set():
                return
            if lane not in self._threads:
                thread = threading.Thread(target=self._run, args=(lane,), name=f"jobs-{lane}", daemon=True)
                self._threads[lane] = thread
                thread.start()
        self._wake[lane].set()

    def close(self) -> None:
        """Stop what runs; it is noted as failed."""
        self._stopping.set()
        for event in self._wake.values():
            event.set()
        for thread in self._threads.values():
            thread.join(STOP_S + 5)

    def _run(self, lane: Lane) -> None:
        waiting = False
        while True:
            self._wake[lane].wait(1.0 if waiting else None)
            self._wake[lane].clear()
            if self._stopping.is_set():
                return
            try:
                waiting = self._take(lane)
            except Exception:
                log.exception("a job could not be run")
                waiting = False

    def _take(self, lane: Lane) -> bool:
        """Run the jobs that wait; return whether one waits for another process."""
        engine = self._engine()
        while (job := jobs.claim(engine, lane)) is not None and not self._stopping.is_set():
            state, result, error = self._do(engine, job)
            jobs.finish(engine, job.job_id, state, result, error)
        return any(each.state == "queued" for each in jobs.latest(engine, lane))

    def _do(self, engine: Engine, job: Job) -> tuple[State, Mapping[str, Any], str | None]:
        settings = self._settings.model_dump(mode="json") | dict(job.request.get("settings") or {})
        order = {**job.request, "settings": settings}
        end: dict[str, Any] = {}
        with tempfile.TemporaryFile() as noise, _start(noise) as child:

            def listen() -> None:
                for line in child.stdout or ():
                    message = json.loads(line)
                    if "progress" in message:
                        jobs.tell(engine, job.job_id, *message["progress"])
                    else:
                        end.update(message)

            listener = threading.Thread(target=listen, daemon=True)
            listener.start()
            if child.stdin is not None:
                try:
                    child.stdin.write(json.dumps(order).encode() + b"\n")
                    child.stdin.flush()  # the pipe stays open: the child ends when it closes
                except BrokenPipeError:
                    pass
            cancelled = self._wait(engine, job, child)
            listener.join(STOP_S)
            noise.seek(0)
            words = noise.read().decode(errors="replace").strip().splitlines()
        if cancelled:
            return cancelled
        if "result" in end:
            return "done", end["result"], None
        if words:
            log.warning("job %s: %s", job.job_id, words[-1])
        return "failed", {}, end.get("error") or f"the process ended with status {child.returncode}"

    def _wait(
        self, engine: Engine, job: Job, child: subprocess.Popen[bytes]
    ) -> tuple[State, Mapping[str, Any], str | None] | None:
        """Wait for a child to end; stop it when that is asked for."""
        while True:
            try:
                child.wait(LOOK_S)
            except subprocess.TimeoutExpired:
                if self._stopping.is_set():
                    _stop(child)
                    return "failed", {}, jobs.DIED
                if jobs.get(engine, job.job_id).state == "cancelling":
                    _stop(child)
                    return "cancelled", {}, None
            else:
                return None


def _start(noise: Any) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        # -P: the working folder may hold an `api` of its own.
        [sys.executable, "-P", "-m", "api.job_worker", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=noise,
        env={**os.environ, "PYTHONPATH": path},
    )


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
