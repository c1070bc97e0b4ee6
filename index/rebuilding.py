"""Building a generation aside, in a child process, and making it the current one."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from index import generations
from index.errors import GenerationDamaged

_ASIDE = "building-"


def build_generation(
    database_url: str, index_dir: Path, builder: Builder | None = None, *, timeout_s: float = 3600.0
) -> str:
    """Build a generation from the vectors in the database, check it, make it current.

    The caller holds the write lock. Searches go on all the while.

    Args:
        database_url: SQLAlchemy address of the database.
        index_dir: where the generations lie; made if it is missing.
        builder: one that was started ahead and has had no order; default: one is started.
        timeout_s: the child is stopped after so many seconds.

    Returns:
        the name of the new generation.

    Raises:
        GenerationDamaged: it could not be built, or failed its check. What
            served before still does, and nothing has to be embedded again.
    """
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        for left_over in index_dir.glob(f"{_ASIDE}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=index_dir))
        aside.chmod(0o755)
    except OSError as error:
        raise GenerationDamaged(_message(index_dir, str(error))) from error
    try:
        order = {"do": "build", "database_url": database_url, "path": str(aside)}
        if builder is None or not builder.alive:
            run_child(order, timeout_s)
        else:
            builder.carry_out(order, timeout_s)
        return generations.publish(index_dir, aside)
    except (OSError, GenerationDamaged) as error:
        raise GenerationDamaged(_message(index_dir, str(error))) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _message(index_dir: Path, reason: str) -> str:
    return (
        f"a new generation of the index in {index_dir} could not be built: {reason}. "
        "Questions are answered without it; mend the cause and run `helpdesk index rebuild`."
    )


def run_child(order: Mapping[str, str], timeout_s: float) -> dict[str, Any]:
    """Have a child process carry out one order (see `index.generation_builder`); return its reply.

    Raises:
        GenerationDamaged: whatever went wrong in it, its death included.
    """
    with Builder() as builder:
        return builder.carry_out(order, timeout_s)


class Builder:
    """A child process that carries out one order; started ahead, it has loaded its libraries by then.

    Use as a context manager. It ends with this process, and on Linux with the thread that started it.
    """

    def __init__(self) -> None:
        root = str(Path(__file__).resolve().parents[1])
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
        }
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `close`)
        self._child = subprocess.Popen(
            # -P: the working folder may hold a `corpus` or an `index` of its own.
            [sys.executable, "-P", "-m", "index.generation_builder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            env=environment,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether the child can still be given its order."""
        return self._child.poll() is None

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout, self._noise):
            with contextlib.suppress(BrokenPipeError):  # what was still buffered for it
                stream.close() if stream is not None else None

    def carry_out(self, order: Mapping[str, str], timeout_s: float) -> dict[str, Any]:
        """Return the reply to an order; raises as `run_child`."""
        child = self._child
        timer = threading.Timer(timeout_s, child.kill)
        timer.start()
        try:
            if child.stdin is None or child.stdout is None:
                raise GenerationDamaged("the builder has no pipes")
            # By pipe, not as an argument: the address may hold a password. The
            # pipe stays open, and the child ends when it closes: with us.
            child.stdin.write(json.dumps(order).encode() + b"\n")
            child.stdin.flush()
            reply = child.stdout.read()
            status = child.wait()
        except BrokenPipeError:
            reply, status = b"", child.wait()
        finally:
            timer.cancel()
        if status != 0 or not reply:
            self._noise.seek(0)
            words = self._noise.read().decode(errors="replace").strip().splitlines()
            last = f": {words[-1]}" if words else ""
            raise GenerationDamaged(f"the builder ended with status {status}{last}")
        answer: dict[str, Any] = json.loads(reply.splitlines()[-1])
        if "error" in answer:
            raise GenerationDamaged(answer["error"])
        return answer
