"""The child that parses untrusted files: limits first, then one file after another.

Started by `corpus.isolation` as ``python -m corpus.parser_worker PARENT_PID``.
Messages on its pipes are a length (4 bytes, big-endian) and that many bytes of
JSON; a request is followed by a length and the bytes of the file.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from typing import IO, Any

from corpus import exchange, language
from corpus.errors import CorpusError, LimitExceeded
from corpus.loading import parse

_LENGTH = struct.Struct(">I")
_PR_SET_PDEATHSIG = 1


def limit_process(max_memory_bytes: int, parent_pid: int) -> None:
    """Bind this process to its parent's life and to a limit of address space."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent_pid:  # it died before the line above
            os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (max_memory_bytes, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_cpu(seconds: float) -> None:
    """Allow this process so much processor time from now on; more kills it (SIGXCPU)."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(usage.ru_utime + usage.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    """Say that the child is ready, then answer parse requests until the pipe is closed."""
    write_message(replies, b"{}")
    while (header := read_message(requests)) is not None:
        request = json.loads(header)
        data = read_message(requests)
        if data is None:
            return
        if request["cpu_seconds"]:
            limit_cpu(request["cpu_seconds"])
        write_message(replies, json.dumps(answer(data, request["hints"])).encode("utf-8"))


def answer(data: bytes, hints: dict[str, Any]) -> dict[str, Any]:
    """Parse one file; errors come back as values."""
    try:
        return {"document": exchange.document_to_json(parse(data, exchange.hints_from_json(hints)))}
    except CorpusError as error:
        return exchange.error_to_json(error)
    except MemoryError:
        source = hints["source"]
        return exchange.error_to_json(
            LimitExceeded(f"{source}: needs too much memory to be read; split it or take images out of it")
        )


def write_message(stream: IO[bytes], message: bytes) -> None:
    """Write one message with its length."""
    stream.write(_LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def read_message(stream: IO[bytes]) -> bytes | None:
    """Read one message; None at the end of the stream."""
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(prefix)
    message = stream.read(length)
    return message if len(message) == length else None


def main() -> None:
    """Run the child."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints must not get between the replies
    limit_process(int(sys.argv[1]), int(sys.argv[2]))
    language.rank("warm up")  # every file needs it; its loading is not held against the first one
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
