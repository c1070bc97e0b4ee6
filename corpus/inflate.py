"""Decompressing gzip and deflate up to a limit: a few kilobytes can unfold to gigabytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from corpus.errors import BrokenDocument, LimitExceeded

GZIP_MAGIC = b"\x1f\x8b"


def inflate(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    """Return the decompressed bytes of a gzip or zlib stream, all gzip members of it.

    Raises:
        LimitExceeded: there are more than ``max_bytes`` of them.
        BrokenDocument: the stream is damaged or ends early.
    """
    output = bytearray()
    stream = _stream()
    started = False
    for chunk in chunks:
        while chunk:
            if stream.eof:
                stream, started = _stream(), False
            started = True
            try:
                output += stream.decompress(chunk, max_bytes + 1 - len(output))
            except zlib.error as error:
                raise BrokenDocument(f"The compressed data are damaged ({error}); fetch again.") from error
            if len(output) > max_bytes:
                raise LimitExceeded(f"The data unfold to more than the limit of {max_bytes:,} bytes.")
            chunk = stream.unused_data if stream.eof else stream.unconsumed_tail
    if started and not stream.eof:
        raise BrokenDocument("The compressed data end too early; fetch them again.")
    return bytes(output)


def _stream() -> zlib._Decompress:
    return zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: either header, gzip or zlib
