"""The scripts that drive Chromium: one process and one browser for as long as a file of tests needs them.

To start node and Chromium costs more than most tests do in them. Every order gets a context of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def chromium() -> str | None:
    """Where the browser is, or ``None``.

    The headless shell is the same engine without the windows of a browser around it: half the work.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def missing() -> str | None:
    """What a browser test lacks, or ``None``."""
    if shutil.which("node") is None:
        return "node is missing"
    if not all((ROOT / "node_modules" / name).is_dir() for name in ("playwright-core", "axe-core")):
        return "the npm packages are missing"
    return None if chromium() else "chromium is missing"


class Driver:
    """A script in node that reads a line of JSON for each call and prints one."""

    def __init__(self, script: Path) -> None:
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (closed with the process)
        self._process = subprocess.Popen(
            ["node", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            cwd=ROOT,
        )

    def call(self, sent: dict[str, Any]) -> Any:
        """Have an order carried out; return what the script reports."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(sent) + "\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline()
        if not told:
            self._process.wait()
            self._errors.seek(0)
            raise AssertionError(f"the driver ended: {self._errors.read()}")
        return json.loads(told)

    def close(self, at_once: bool = False) -> None:
        """End the script and its browser."""
        if at_once:
            self._process.terminate()
        try:
            self._process.communicate(timeout=60)  # the end of its input is the end of the script
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._errors.close()


_running: dict[Path, Driver] = {}


def carry_out(script: Path, **sent: Any) -> Any:
    """Send an order to a script, started first where it does not run."""
    driver = _running.get(script) or _running.setdefault(script, Driver(script))
    try:
        return driver.call({"chromium": chromium(), **sent})
    except BaseException:  # a timeout, too: what it prints later answers no other call
        del _running[script]
        driver.close(at_once=True)
        raise


def close_all() -> None:
    """End what still runs."""
    while _running:
        _running.popitem()[1].close()
