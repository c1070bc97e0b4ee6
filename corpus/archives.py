"""Looking at a zip archive's directory before anything is unpacked."""

from __future__ import annotations

import io
import zipfile

from corpus.errors import BrokenDocument, LimitExceeded, UnsupportedFormat

MAX_UNPACKED_BYTES = 300_000_000
MAX_XML_BYTES = 30_000_000  # a tree of XML takes five to fifteen times its size in memory
MAX_ENTRIES = 10_000
_KINDS = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
}


def office_format(data: bytes) -> str:
    """Return ``docx`` or ``pptx`` for a zip archive that is one and is of sane size.

    Raises:
        BrokenDocument: the archive is damaged.
        LimitExceeded: it would unpack to too much.
        UnsupportedFormat: it is another kind of archive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise BrokenDocument(
            f"a damaged or truncated Office file or zip archive ({error}); "
            "save it again from the program that made it"
        ) from error
    check_sizes(entries)
    names = {entry.filename for entry in entries}
    for name, kind in _KINDS.items():
        if name in names:
            return kind
    if "[Content_Types].xml" in names and any(name.startswith("word/document") for name in names):
        return "docx"
    if any(name.startswith("xl/") for name in names):
        raise UnsupportedFormat("a spreadsheet; save what matters as PDF, DOCX or HTML")
    if "mimetype" in names:
        raise UnsupportedFormat("an OpenDocument or EPUB file; save it as DOCX, PPTX or PDF")
    raise UnsupportedFormat("a zip archive; unpack it and give the documents in it")


def check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """Check the declared sizes of an archive's entries.

    Raises:
        LimitExceeded: there is too much, or too many, in it. (What is larger
            than it declares fails while it is unpacked: `zipfile` stops there.)
    """
    if len(entries) > MAX_ENTRIES:
        raise LimitExceeded(
            f"{len(entries):,} parts in one file, more than the limit of {MAX_ENTRIES:,}; split it"
        )
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNPACKED_BYTES:
        raise LimitExceeded(
            f"unpacks to {total / 1e6:,.0f} MB, more than the limit of {MAX_UNPACKED_BYTES / 1e6:.0f} MB; "
            "take images out of it or split it"
        )
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels")) and entry.file_size > MAX_XML_BYTES:
            raise LimitExceeded(
                f"its part {entry.filename} unpacks to {entry.file_size / 1e6:,.0f} MB, "
                f"more than the limit of {MAX_XML_BYTES / 1e6:.0f} MB; split it"
            )
