"""Writes a source as DOCX or PPTX with fixed dates, so that every run gives the same bytes."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import docx
import pptx
from pptx.util import Emu, Pt

from tools.starter_corpus.source import Block, Source

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that the format can hold
_STAMP = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def write_docx(source: Source, target: Path) -> None:
    """Headings as Word's heading styles, lists as its list styles, tables as real tables."""
    document = docx.Document()
    _describe(document.core_properties, source)
    for block in source.blocks:
        if block.kind == "heading":
            document.add_heading(block.text, level=block.level)
        elif block.kind == "table":
            _docx_table(document, block)
        else:
            style = {"bullet": "List Bullet", "number": "List Number"}.get(block.kind)
            _runs(document.add_paragraph(style=style), block.text)
    buffer = io.BytesIO()
    document.save(buffer)
    target.write_bytes(_same_bytes(buffer.getvalue()))


def write_pptx(source: Source, target: Path) -> None:
    """One slide a ``##`` heading, the ``#`` heading on a title slide with its first paragraph."""
    deck = pptx.Presentation()
    _describe(deck.core_properties, source)
    slide: Any = None
    frame: Any = None
    for block in source.blocks:
        if block.kind == "heading":
            slide = deck.slides.add_slide(deck.slide_layouts[0 if block.level == 1 else 1])
            slide.shapes.title.text_frame.text = block.text
            frame = slide.placeholders[1].text_frame
            frame.word_wrap = True
        elif block.kind == "table":
            frame.text = ""
            _pptx_table(deck, slide, block)
        else:
            paragraph = frame.paragraphs[0] if not frame.text else frame.add_paragraph()
            paragraph.text = block.text.replace("**", "")
            paragraph.font.size = Pt(20)
    buffer = io.BytesIO()
    deck.save(buffer)
    target.write_bytes(_same_bytes(buffer.getvalue()))


def _describe(properties: Any, source: Source) -> None:
    properties.title = source.field("title")
    properties.author = source.field("publisher")
    properties.language = source.field("language")
    properties.created = properties.modified = _STAMP
    properties.last_modified_by = properties.author


def _runs(paragraph: Any, text: str) -> None:
    for index, part in enumerate(re.split(r"\*\*", text)):
        if part:
            paragraph.add_run(part).bold = index % 2 == 1 or None


def _docx_table(document: Any, block: Block) -> None:
    table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _pptx_table(deck: Any, slide: Any, block: Block) -> None:
    slide.placeholders[1].element.getparent().remove(slide.placeholders[1].element)
    width = int(deck.slide_width * 0.9)
    shape = slide.shapes.add_table(
        len(block.rows),
        len(block.rows[0]),
        Emu((deck.slide_width - width) // 2),
        Emu(int(deck.slide_height * 0.25)),
        Emu(width),
        Emu(int(deck.slide_height * 0.5)),
    )
    for cells, row in zip(shape.table.rows, block.rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text


def _same_bytes(data: bytes) -> bytes:
    """The same archive with every member's date set to the format's zero."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return buffer.getvalue()
