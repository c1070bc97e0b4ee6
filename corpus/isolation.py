"""Parsing untrusted files in a child process with limits (promise P7).

One child parses many files. It is killed and replaced when a file takes too
long or too much memory or crashes it, and now and then so that nothing piles
up in it.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from corpus import exchange
from corpus.documents import Document
from corpus.errors import BrokenDocument, LimitExceeded, PermanentError, TransientError
from corpus.hints import Hints
from corpus.parser_worker import write_message

MAX_MEMORY_BYTES = 1 << 30
MAX_SECONDS = 30.0
_STARVED_FACTOR = 10.0
"""A file whose parser gets no processor may take this many times as long, and no more processor time."""
_LOOK_AGAIN_SECONDS = 1.0
_START_SECONDS = 60.0  # a cold start on a busy machine is not the file's fault
_MAX_FILES_A_CHILD = 500
_MAX_RESIDENT_BYTES = 400 << 20
_MAX_REPLY_BYTES = 512 << 20


class _Hung(Exception):
    """The child has not answered in time."""


class ParserProcess:
    """A reusable child process that parses files within limits.

    Use as a context manager; safe to share between threads (one file at a
    time). The child starts with the first file, dies with this process and
    inherits no open file, so no lock either.

    Args:
        max_seconds: processor time and wall clock for one file. On a machine so busy
            that the child waits for a processor, only the processor time counts.
        max_memory_bytes: address space of the child.
    """

    def __init__(self, *, max_seconds: float = MAX_SECONDS, max_memory_bytes: int = MAX_MEMORY_BYTES) -> None:
        self._max_seconds = max_seconds
        self._max_memory_bytes = max_memory_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._n_files = 0
        self._lock = threading.Lock()
        self._abandoned = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; parsing again starts a new one."""
        with self._lock:
            self._stop()

    def abandon(self) -> None:
        """End the child at once and for good, even while another thread parses: that one fails."""
        self._abandoned = True
        child = self._child
        if child is not None:
            child.kill()

    def parse(self, data: bytes, hints: Hints) -> Document:
        """Parse one file in the child.

        Raises:
            PermanentError: as `corpus.loading.parse`; `LimitExceeded` where the
                file took too long or too much memory, `BrokenDocument` where
                it crashed the parser.
            TransientError: the child could not be started, or was abandoned.
        """
        with self._lock:
            try:
                reply = self._ask(data, hints)
                if reply is None:
                    reply = self._ask(data, hints)
            except _Hung:
                self._stop()
                raise self._too_slow(hints) from None
            except BaseException:
                self._stop()
                raise
            self._retire_if_worn()
        if reply is None:
            raise self._too_slow(hints)
        if "document" in reply:
            return exchange.document_from_json(reply["document"])
        raise exchange.error_from_json(reply)

    def _ask(self, data: bytes, hints: Hints) -> dict[str, Any] | None:
        """Return the child's answer; None where something else than the file killed it."""
        child = self._running()
        header = {"hints": exchange.hints_to_json(hints), "cpu_seconds": self._max_seconds}
        self._n_files += 1
        started = time.monotonic()
        try:
            write_message(_pipe(child.stdin), json.dumps(header).encode("utf-8"))
            write_message(_pipe(child.stdin), data)
            reply = _read(child, started + self._max_seconds, started + _STARVED_FACTOR * self._max_seconds)
        except BrokenPipeError:
            reply = None
        if reply is None:
            code = child.wait()
            self._stop()
            if code == -signal.SIGKILL and time.monotonic() - started < self._max_seconds:
                # The kernel ends a child together with the thread that started
                # it, and may choose it when memory is short.
                return None
            raise self._death(code, hints)
        answer: dict[str, Any] = json.loads(reply)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._stop()
            self._go_on()
            root = str(Path(__file__).resolve().parent.parent)
            # Two arenas: each of glibc's reserves 64 MiB of the address space
            # that the limit counts. One thread: numpy's pools do the same.
            environment = {
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
                "MALLOC_ARENA_MAX": "2",
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
            }
            self._child = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "corpus.parser_worker",
                    str(self._max_memory_bytes),
                    str(os.getpid()),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                close_fds=True,
            )
            self._n_files = 0
            self._go_on()  # it may have been abandoned in between
            # Its first word is that it is ready, so that a slow start is not
            # held against the first file.
            try:
                ready = _read(self._child, time.monotonic() + _START_SECONDS)
            except _Hung:
                ready = None
            if ready is None:
                self._stop()
                raise TransientError(
                    "the parsing process did not start; try again when the machine is less busy"
                )
        return self._child

    def _go_on(self) -> None:
        if self._abandoned:
            self._stop()
            raise TransientError("parsing was given up")

    def _retire_if_worn(self) -> None:
        worn = self._n_files >= _MAX_FILES_A_CHILD
        if worn or (self._child is not None and _resident_bytes(self._child.pid) > _MAX_RESIDENT_BYTES):
            self._stop()

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:  # what was still buffered for it
                    continue

    def _too_slow(self, hints: Hints) -> LimitExceeded:
        return LimitExceeded(
            f"{hints.source}: not read within {self._max_seconds:.0f} s, or stopped by the system; "
            "split it, or save it again from the program that made it"
        )

    def _death(self, code: int, hints: Hints) -> PermanentError:
        if code == -signal.SIGXCPU:
            return self._too_slow(hints)
        if code == -signal.SIGABRT:
            # How libraries in C and Rust end when memory is refused.
            return LimitExceeded(
                f"{hints.source}: needs more than {self._max_memory_bytes >> 20} MiB of memory to be read; "
                "split it, or save it again from the program that made it"
            )
        return BrokenDocument(
            f"{hints.source}: crashed its parser (exit {code}); the file is damaged or hostile, "
            "save it again from the program that made it"
        )


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the parsing child was started without pipes")
    return stream


def _read(child: subprocess.Popen[bytes], deadline: float, starved_until: float = 0.0) -> bytes | None:
    """Read one message; None where the child has died, `_Hung` where it is late.

    A child that waits for a processor when it is late is given until ``starved_until``.
    """
    descriptor = _pipe(child.stdout).fileno()
    received = bytearray()
    wanted = 4
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while len(received) < wanted:
            if not selector.select(max(deadline - time.monotonic(), 0.0)):
                if time.monotonic() >= starved_until or not _waits_for_a_processor(child.pid):
                    raise _Hung
                deadline = time.monotonic() + _LOOK_AGAIN_SECONDS
                continue
            piece = os.read(descriptor, 1 << 20)
            if not piece:
                return None
            received += piece
            if len(received) >= 4:
                wanted = 4 + int.from_bytes(received[:4], "big")
                if wanted > _MAX_REPLY_BYTES:
                    return None
    return bytes(received[4:])


def _waits_for_a_processor(pid: int) -> bool:
    """Tell whether a process could run (Linux; elsewhere it is not known, and False)."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[:1] in (["R"], ["D"])


def _resident_bytes(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")
