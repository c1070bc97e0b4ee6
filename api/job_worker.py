"""The child that does one long job: an ingest or an evaluation run, by the code of the command line.

Started by `api.jobs` as ``python -m api.job_worker PARENT_PID``. One JSON object
comes on standard input (settings and what to do); one a line goes to standard
output: ``{"progress": [stage, done, total]}``, and last ``{"result": …}`` or ``{"error": …}``.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

NICENESS = 10
"""Questions are answered first."""

EVERY_S = 0.5
"""Seconds between two messages about progress."""

LOCKED_FOR_S = 600.0
"""Seconds that an ingest waits for another one."""


def main() -> int:
    """Carry out the order that comes on standard input."""
    _bind_to_parent(int(sys.argv[1]))
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not look like a message
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    teller = _Teller(replies)
    try:
        result = _DOING[order["do"]](order, teller)
    except Exception as error:
        from api.problems import is_misuse

        if not is_misuse(error):
            logging.exception("the job failed")
        teller.send({"error": " ".join(str(error).split()) or type(error).__name__})
        return 1
    teller.send({"result": result})
    return 0


class _Teller:
    """Sends messages; progress no more often than is of use."""

    def __init__(self, replies: IO[str]) -> None:
        self._replies = replies
        self._stage, self._told_at = "", 0.0
        self._lock = threading.Lock()

    def send(self, message: Mapping[str, Any]) -> None:
        with self._lock:
            self._replies.write(json.dumps(message, ensure_ascii=True) + "\n")
            self._replies.flush()

    def progress(self, stage: str, done: int, total: int) -> None:
        moment = time.monotonic()
        if stage == self._stage and moment - self._told_at < EVERY_S and done != total:
            return
        self._stage, self._told_at = stage, moment
        self.send({"progress": [stage, done, total]})


def _ingest(order: Mapping[str, Any], teller: _Teller) -> dict[str, Any]:
    from helpdesk_bot.ingesting import ingest
    from helpdesk_bot.settings import Settings
    from index.errors import Locked

    settings = Settings(**order["settings"])
    deadline = time.monotonic() + LOCKED_FOR_S
    while True:
        try:
            report = ingest(
                settings,
                order["targets"],
                progress=lambda event: teller.progress(event.stage, event.done, event.total),
            )
        except Locked:
            if time.monotonic() > deadline:
                raise
            teller.progress("waiting", 0, 0)
            time.sleep(1)
            continue
        return report.to_json()


def _evaluate(order: Mapping[str, Any], teller: _Teller) -> dict[str, Any]:
    from evals.runs import run_suite
    from helpdesk_bot.settings import Settings

    summary = run_suite(
        Path(order["suite"]),
        out=Path(order["out"]),
        settings=Settings(**order["settings"]),
        limit=order.get("limit"),
        sample=order.get("sample"),
        progress=teller.progress,
        as_answers=bool(order.get("as_answers")),
    )
    return {"run": Path(order["out"]).name, "n_cases": summary["n_cases"], "errors": summary["errors"]}


_DOING = {"ingest": _ingest, "evaluate": _evaluate}


def _bind_to_parent(parent_pid: int) -> None:
    """Run beside the answers, never in their way, and end with the server."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent_pid:  # it died before the line above
            os._exit(1)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
