"""Writes a source as a PDF: embedded DejaVu, outline of the headings, same bytes on every run."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from tools.starter_corpus.source import Block, Source

BODY, BOLD = "DejaVuSans", "DejaVuSans-Bold"

_TEXT = ParagraphStyle("text", fontName=BODY, fontSize=10.5, leading=15.5, spaceAfter=7)
_STYLES = {
    1: ParagraphStyle("h1", parent=_TEXT, fontName=BOLD, fontSize=18, leading=23, spaceAfter=12),
    2: ParagraphStyle(
        "h2", parent=_TEXT, fontName=BOLD, fontSize=13.5, leading=18, spaceBefore=12, keepWithNext=1
    ),
    3: ParagraphStyle(
        "h3", parent=_TEXT, fontName=BOLD, fontSize=11.5, leading=16, spaceBefore=8, keepWithNext=1
    ),
}
_ITEM = ParagraphStyle("item", parent=_TEXT, leftIndent=16, bulletIndent=2, spaceAfter=4)
_CELL = ParagraphStyle("cell", parent=_TEXT, fontSize=9, leading=12, spaceAfter=0)
_HEAD = ParagraphStyle("head", parent=_CELL, fontName=BOLD)


class _Heading(Paragraph):  # type: ignore[misc]  # reportlab has no types
    """A heading that enters itself in the outline at its own place."""

    def __init__(self, text: str, level: int, key: str) -> None:
        super().__init__(_inline(text), _STYLES[level])
        self.outline = (text, level, key)

    def draw(self) -> None:
        text, level, key = self.outline
        self.canv.bookmarkHorizontal(key, 0, self.height)
        self.canv.addOutlineEntry(text, key, level=level - 1, closed=0)
        super().draw()


def register_fonts(folder: Path) -> None:
    """Make the two faces known; raises ``FileNotFoundError`` with the package that brings them."""
    for name in (BODY, BOLD):
        path = folder / f"{name}.ttf"
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: install Debian's fonts-dejavu-core or name --fonts")
        pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily(BODY, normal=BODY, bold=BOLD, italic=BODY, boldItalic=BOLD)


def write(source: Source, target: Path) -> None:
    """Write ``source`` to ``target``; the fonts must have been registered."""
    document = SimpleDocTemplate(
        str(target),
        pagesize=A4,
        leftMargin=24 * mm,
        rightMargin=24 * mm,
        topMargin=26 * mm,
        bottomMargin=24 * mm,
        title=source.field("title"),
        author=source.field("publisher"),
        subject=source.field("kind"),
        lang=source.field("language"),
        invariant=1,
    )
    footer = source.field("footer") or source.field("title")

    def decorate(canvas: Canvas, template: SimpleDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(BODY, 8)
        canvas.drawString(24 * mm, 14 * mm, footer)
        canvas.drawRightString(A4[0] - 24 * mm, 14 * mm, str(template.page))
        canvas.restoreState()

    story = _story(source.blocks, document.width)
    document.build(story, onFirstPage=decorate, onLaterPages=decorate)


def _story(blocks: tuple[Block, ...], width: float) -> list[Flowable]:
    story: list[Flowable] = []
    number = 0
    for index, block in enumerate(blocks):
        number = number + 1 if block.kind == "number" else 0
        if block.kind == "heading":
            story.append(_Heading(block.text, min(block.level, 3), f"h{index}"))
        elif block.kind == "table":
            story.append(_table(block.rows, width))
        elif block.kind == "paragraph":
            story.append(Paragraph(_inline(block.text), _TEXT))
        else:
            mark = f"{number}." if block.kind == "number" else "•"
            story.append(Paragraph(_inline(block.text), _ITEM, bulletText=mark))
    return story


def _table(rows: tuple[tuple[str, ...], ...], width: float) -> Table:
    cells = [
        [Paragraph(_inline(cell), _HEAD if index == 0 else _CELL) for cell in row]
        for index, row in enumerate(rows)
    ]
    columns = len(rows[0])
    table = Table(cells, colWidths=[width / columns] * columns, repeatRows=1, spaceBefore=6, spaceAfter=12)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return table


def _inline(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text))
