"""From the bytes of a file to a document, by what the file is rather than what it is called.

``parse`` runs in this process; files from outside go through
`corpus.isolation.ParserProcess`, which calls it in a child with limits.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from importlib import import_module

from corpus import archives
from corpus.documents import Document
from corpus.errors import (
    BrokenDocument,
    EncryptedDocument,
    LimitExceeded,
    NoText,
    PermanentError,
    UnsupportedFormat,
)
from corpus.hints import Hints
from corpus.text import decode

__all__ = ["MAX_BYTES", "SUPPORTED_SUFFIXES", "Hints", "format_of", "parse"]

MAX_BYTES = 100_000_000
"""Larger files are refused before anything reads them."""

_BY_SUFFIX = {
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".text": "plain",
    ".docx": "docx",
    ".pptx": "pptx",
}
SUPPORTED_SUFFIXES = frozenset(_BY_SUFFIX)
"""The endings of files that a loader reads."""

_BY_MEDIA_TYPE = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/plain": "plain",
    "application/pdf": "pdf",
}
_MODULES = {
    "pdf": "corpus.pdf",
    "html": "corpus.html",
    "markdown": "corpus.markdown",
    "plain": "corpus.plain",
    "docx": "corpus.office",
    "pptx": "corpus.slides",
}
_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    r"^(?:\s|<!--.*?-->|<\?xml[^>]*>)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_PDF_HEADER_WITHIN = 1024  # readers accept some bytes before the header


def parse(data: bytes, hints: Hints) -> Document:
    """Read one file.

    Args:
        data: the whole file.
        hints: its name, sidecar, folder and declared type.

    Returns:
        its text, sections and metadata.

    Raises:
        PermanentError: one of `corpus.errors`, with a message that names the
            file, the fault and how to mend it.
    """
    try:
        found = format_of(data, hints)
        load: Callable[[bytes, Hints], Document] = import_module(_MODULES[found]).load
        document = load(data, hints)
    except PermanentError as error:
        raise _named(error, hints.source) from error
    except RecursionError as error:
        raise LimitExceeded(
            f"{hints.source}: nested too deeply to be read; save it again from the program that made it"
        ) from error
    except MemoryError as error:
        raise LimitExceeded(f"{hints.source}: needs too much memory to be read; split it") from error
    except Exception as error:
        # Parsers of damaged files fail in countless ways; none may stop the batch.
        raise BrokenDocument(
            f"{hints.source}: cannot be read ({type(error).__name__}: {error}); "
            "the file is probably damaged, save it again from the program that made it"
        ) from error
    expected = _BY_SUFFIX.get(hints.suffix)
    if expected is not None and expected != found and "markdown" not in (expected, found):
        note = f"named {hints.suffix}, but it is {found}; it was read as {found}"
        return dataclasses.replace(document, notes=(*document.notes, note))
    return document


def format_of(data: bytes, hints: Hints) -> str:
    """Return which loader reads a file: its content decides, then its name and declared type.

    Raises:
        PermanentError: no loader reads it.
    """
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise NoText("the file is empty; put the right file in its place or remove it")
    if len(data) > MAX_BYTES:
        raise LimitExceeded(
            f"{len(data) / 1e6:.0f} MB, more than the limit of {MAX_BYTES / 1e6:.0f} MB; split it"
        )
    binary = _binary_format(data)
    if binary:
        return binary
    declared = _BY_MEDIA_TYPE.get((hints.media_type or "").split(";")[0].strip().lower())
    named = _BY_SUFFIX.get(hints.suffix)
    if named is None and declared is None and hints.suffix and "://" not in hints.source:
        raise UnsupportedFormat(
            f"files ending in {hints.suffix} are not read; give PDF, HTML, Markdown, plain text, DOCX or PPTX"
        )
    head = decode(data)[:4096]
    if _HTML.match(head):
        return "html"
    for candidate in (named, declared):
        if candidate in ("html", "markdown", "plain"):
            return candidate
    return "plain"


def _binary_format(data: bytes) -> str | None:
    if data.startswith(b"PK\x03\x04"):
        return archives.office_format(data)
    start = data.find(b"%PDF-", 0, _PDF_HEADER_WITHIN + 5)
    if start >= 0 and b"<html" not in data[:start].lower():
        return "pdf"
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise EncryptedDocument("protected by a password; save it without one")
        raise UnsupportedFormat("an old binary Office file; save it as .docx or .pptx")
    if data.startswith(_IMAGES):
        raise UnsupportedFormat("an image; give a document with text (run text recognition over it first)")
    if data.startswith(b"{\\rtf"):
        raise UnsupportedFormat("an RTF file; save it as .docx or PDF")
    return None


def _named(error: PermanentError, source: str) -> PermanentError:
    message = str(error)
    return error if message.startswith(source) else type(error)(f"{source}: {message}")
