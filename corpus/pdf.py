"""PDF: pypdf for structure, metadata and a reading of the text; PDFium for layout and a second one.

Invisible letters (text rendering mode 3, ISO 32000-2, 9.3.6) are kept, unlike
hidden text in web pages: text recognition lays its result over the picture of
a scanned page in this mode, so that the reader sees the same words.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Iterator
from typing import Any

from corpus.assembly import assemble
from corpus.building import TextBuilder
from corpus.documents import Document
from corpus.errors import BrokenDocument, EncryptedDocument, LimitExceeded
from corpus.hints import Hints
from corpus.pdf_furniture import without_furniture
from corpus.pdf_layout import read_layout
from corpus.pdf_outline import read_outline
from corpus.pdf_pages import read_pages

MAX_PAGES = 3_000
_DATE = re.compile(r"^(?:D:)?(\d{4})(\d{2})?(\d{2})?")
_NOBODY = frozenset({"anonymous", "(anonymous)", "unspecified", "unknown", "user"})
"""Authors that programs fill in by themselves."""
_SCANNED = (
    "the pages hold no text, only pictures (a scan) or drawings; run text recognition (OCR) over it "
    "and give the result"
)


def load(data: bytes, hints: Hints) -> Document:
    """Read a PDF file.

    Raises:
        EncryptedDocument: it opens only with a password.
        BrokenDocument: neither reader can open it.
        LimitExceeded: too many pages.
        NoText: a scan.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs each oddity of a damaged file
    reader = _open_pypdf(data)
    with _open_pdfium(data) as document:
        n_pages = _n_pages(reader, document)
        if n_pages > MAX_PAGES:
            raise LimitExceeded(f"{n_pages:,} pages, more than the limit of {MAX_PAGES:,}; split it")
        pages, notes = read_pages(reader, document, n_pages)
    builder = TextBuilder()
    for piece in read_layout(without_furniture(pages), read_outline(reader)):
        builder.page = piece.page
        if piece.kind == "heading":
            builder.heading(piece.text, piece.level)
        elif piece.kind == "entry":
            builder.enter(piece.text, piece.level)
        elif piece.kind == "list_item":
            builder.list_item(piece.text)
        else:
            builder.paragraph(piece.text)
    return assemble(
        builder,
        hints,
        "application/pdf",
        file_metadata=_metadata(reader),
        titles=_titles(builder),
        notes=notes,
        no_text=_SCANNED,
    )


def _open_pypdf(data: bytes) -> Any | None:
    import pypdf
    from pypdf.errors import DependencyError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EncryptedDocument("protected by a password; save it without one")
        len(reader.pages)
    except (EncryptedDocument, MemoryError, RecursionError):
        raise
    except DependencyError:
        return None  # a cipher that PDFium reads by itself
    except Exception:
        # pypdf raises whatever a damaged file leads it to; PDFium may still read it.
        return None
    return reader


@contextlib.contextmanager
def _open_pdfium(data: bytes) -> Iterator[Any | None]:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise EncryptedDocument("protected by a password; save it without one") from error
        yield None
        return
    try:
        yield document
    finally:
        document.close()


def _n_pages(reader: Any | None, document: Any | None) -> int:
    n_pages = max(len(reader.pages) if reader else 0, len(document) if document else 0)
    if n_pages == 0:
        raise BrokenDocument(
            "a damaged or truncated PDF: no page can be found in it; "
            "fetch it again or save it again from the program that made it"
        )
    return n_pages


def _metadata(reader: Any | None) -> dict[str, Any]:
    if reader is None:
        return {}
    try:
        info = reader.metadata or {}
        root = reader.trailer["/Root"].get_object()
        found = {
            "title": str(info.get("/Title") or ""),
            "publisher": str(info.get("/Author") or ""),
            "themes": str(info.get("/Keywords") or ""),
            "language": str(root.get("/Lang") or ""),
        }
        if found["publisher"].strip().casefold() in _NOBODY:
            found["publisher"] = ""
        date = _DATE.match(str(info.get("/CreationDate") or ""))
    except (MemoryError, RecursionError):
        raise
    except Exception:
        # Unreadable properties are no reason to refuse a text that can be read.
        return {}
    if date:
        found["date"] = "-".join(filter(None, date.groups()))
    return {name: value for name, value in found.items() if "\ufffd" not in value and "\x00" not in value}


def _titles(builder: TextBuilder) -> list[str]:
    """Return the first heading on the first page that has one; of one word with what belongs to it.

    That is a heading right behind it that begins in lower case ("Framework" - "for
    trust services"), or all of a cover that holds headings alone.
    """
    headed = [draft for draft in builder.sections if draft.heading_path]
    if not headed or headed[0].page != 1:
        return []
    title = headed[0].heading_path[0]
    found = [title, headed[0].heading_path[-1]]
    cover = [draft for draft in builder.sections if draft.page == 1]
    only_headings = all(block.kind == "heading" for draft in cover for block in draft.blocks)
    if len(title.split()) == 1 and len(headed) > 1 and cover[0] is headed[0]:
        rest = [draft.heading_path[-1] for draft in headed[1:] if draft.page == 1]
        follows = len(headed[0].blocks) == 1 and bool(rest) and rest[0][0].islower()
        if follows or only_headings:
            found.insert(0, " ".join([title, *(rest if only_headings else rest[:1])]))
    return found
