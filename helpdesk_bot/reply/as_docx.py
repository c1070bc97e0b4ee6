"""A reply as a Word document: real headings and lists, links, and the language of every text."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from helpdesk_bot.reply.layout import Block, Page, Piece

_STYLES = {
    "title": "Title",
    "heading": "Heading 1",
    "subheading": "Heading 2",
    "question": "Quote",
    "item": "List Bullet",
}
_EAST_ASIAN = frozenset({"ja", "ko", "zh"})
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_LINK_COLOUR = "0B4FB3"
_NOT_XML = re.compile("[\ufffe\uffff]")


def as_docx(page: Page) -> bytes:
    """Return the page as the bytes of a DOCX file."""
    import docx

    document = docx.Document()
    _describe(document, page)
    for block in page.blocks:
        _add(document, block)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _describe(document: Any, page: Page) -> None:
    """Set the properties and the language of the whole document."""
    properties = document.core_properties
    properties.title, properties.language = page.title, page.language
    properties.author = properties.last_modified_by = properties.comments = ""
    made = datetime.fromisoformat(page.created_at.replace("Z", "+00:00")).replace(tzinfo=None)
    properties.created = properties.modified = made
    defaults = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")
    for run_properties in defaults:
        for old in run_properties.xpath("w:lang"):
            run_properties.remove(old)
        run_properties.append(_language_element(page.language))


def _add(document: Any, block: Block) -> None:
    paragraph = document.add_paragraph(style=_STYLES.get(block.kind))
    if block.kind == "source":
        _hang(paragraph)
        _bookmark(paragraph, block.number or 0)
        paragraph.add_run(f"[{block.number}]\t")
    for place, line in enumerate(block.lines):
        if place:
            paragraph.add_run().add_break()
        _write(paragraph, line)
    if block.kind == "note":
        for run in paragraph.runs:
            run.italic = True


def _write(paragraph: Any, pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        text = _NOT_XML.sub("", piece.text)
        if piece.number is not None:
            run = _linked(paragraph, text, anchor=f"source_{piece.number}")
        elif piece.url:
            run = _linked(paragraph, text, url=piece.url)
        else:
            run = paragraph.add_run(text)
        run.bold = True if piece.strong else None
        if piece.language:
            run._r.get_or_add_rPr().append(_language_element(piece.language))


def _linked(paragraph: Any, text: str, *, url: str | None = None, anchor: str | None = None) -> Any:
    """Add a link to an address or to a bookmark of the document; python-docx has no call for it."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    link = OxmlElement("w:hyperlink")
    if url is not None:
        link.set(qn("r:id"), paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    if anchor is not None:
        link.set(qn("w:anchor"), anchor)
    run = paragraph.add_run(text)
    run.font.color.rgb = RGBColor.from_string(_LINK_COLOUR)
    run.underline = url is not None
    link.append(run._r)
    paragraph._p.append(link)
    return run


def _bookmark(paragraph: Any, number: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), str(number))
        if tag == "w:bookmarkStart":
            mark.set(qn("w:name"), f"source_{number}")
        paragraph._p.append(mark)


def _hang(paragraph: Any) -> None:
    """Let the number stand out to the left of the source."""
    from docx.shared import Cm

    paragraph.paragraph_format.left_indent = Cm(1)
    paragraph.paragraph_format.first_line_indent = Cm(-1)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(1))


def _language_element(code: str) -> Any:
    """Return the language of a run or of the document, with its likeliest country, as Word wants it."""
    from babel.core import get_global
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    likely = str(get_global("likely_subtags").get(code, code)).split("_")
    tag = f"{code}-{likely[-1]}" if len(likely) > 1 else code
    element = OxmlElement("w:lang")
    element.set(qn("w:val"), tag)
    if code in _EAST_ASIAN:
        element.set(qn("w:eastAsia"), tag)
    if code in _RIGHT_TO_LEFT:
        element.set(qn("w:bidi"), tag)
    return element
