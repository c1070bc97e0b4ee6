"""Presentations (PPTX): a slide is a page, its title a heading; tables and notes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from corpus import lines as reading
from corpus.assembly import assemble
from corpus.building import TextBuilder
from corpus.documents import Document
from corpus.errors import BrokenDocument, LimitExceeded
from corpus.hints import Hints
from corpus.office_properties import read_properties
from corpus.text import one_line

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_MAX_SLIDES = 2_000
_MAX_DEPTH = 20
_TITLES = ("TITLE", "CENTER_TITLE", "VERTICAL_TITLE")
_FURNITURE = ("SLIDE_NUMBER", "FOOTER", "DATE", "HEADER")


def load(data: bytes, hints: Hints) -> Document:
    """Read a PPTX file.

    Raises:
        BrokenDocument: the file is damaged.
        LimitExceeded: too many slides.
        NoText: there is no text in it.
    """
    import pptx
    from pptx.exc import PackageNotFoundError

    try:
        presentation = pptx.Presentation(io.BytesIO(data))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise BrokenDocument(
            f"not a sound presentation ({error}); open it in PowerPoint and save it again"
        ) from error
    if len(presentation.slides) > _MAX_SLIDES:
        raise LimitExceeded(
            f"{len(presentation.slides)} slides, more than the limit of {_MAX_SLIDES}; split it"
        )
    builder = TextBuilder()
    for number, slide in enumerate(presentation.slides, start=1):
        builder.page = number
        _slide(builder, slide)
    properties = read_properties(presentation.core_properties, data)
    return assemble(builder, hints, _MEDIA_TYPE, file_metadata=properties)


def _slide(builder: TextBuilder, slide: Any) -> None:
    shapes = list(_flat(slide.shapes, 0))
    title = next((shape for shape in shapes if _role(shape) in _TITLES and _shape_text(shape)), None)
    builder.leave_headings()
    if title is not None:
        builder.heading(_shape_text(title), 1)
    for shape in sorted((s for s in shapes if s is not title), key=_place):
        if _role(shape) in _FURNITURE:
            continue
        if getattr(shape, "has_table", False) and shape.has_table:
            builder.table([[cell.text for cell in row.cells] for row in shape.table.rows])
        elif getattr(shape, "has_text_frame", False) and shape.has_text_frame:
            _text_frame(builder, shape)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for line in slide.notes_slide.notes_text_frame.text.split("\n"):
            builder.paragraph(line)


def _text_frame(builder: TextBuilder, shape: Any) -> None:
    paragraphs = [p for p in shape.text_frame.paragraphs if one_line(_paragraph_text(p))]
    # The body of a slide is a list, unless it is one paragraph.
    is_list = _role(shape) in ("BODY", "OBJECT") and len(paragraphs) > 1
    for paragraph in paragraphs:
        text = one_line(_paragraph_text(paragraph))
        if reading.bullet(text) or reading.numbered(text):
            builder.list_item(text)
        elif is_list or paragraph.level > 0:
            builder.list_item(f"• {text}")
        else:
            builder.paragraph(text)


def _paragraph_text(paragraph: Any) -> str:
    # A line break inside a paragraph comes as a vertical tab.
    return str(paragraph.text).replace("\v", " ")


def _shape_text(shape: Any) -> str:
    return one_line(shape.text_frame.text) if getattr(shape, "has_text_frame", False) else ""


def _flat(shapes: Any, depth: int) -> Iterator[Any]:
    if depth > _MAX_DEPTH:
        raise RecursionError
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes, depth + 1)
        else:
            yield shape


def _role(shape: Any) -> str:
    if not shape.is_placeholder:
        return ""
    kind = shape.placeholder_format.type
    return str(getattr(kind, "name", "OBJECT"))


def _place(shape: Any) -> tuple[int, int]:
    # Rows of about a centimetre, so that boxes side by side are read from the left.
    return (int(shape.top or 0) // 360_000, int(shape.left or 0))
