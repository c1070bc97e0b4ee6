"""Word documents (DOCX): styles give headings and lists; tables; core properties.

Deleted and hidden text is left out (`corpus.office_hidden`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from corpus.assembly import assemble
from corpus.building import TextBuilder
from corpus.documents import Document
from corpus.errors import BrokenDocument
from corpus.hints import Hints
from corpus.office_hidden import HiddenText, hides_row
from corpus.office_properties import read_properties

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Style names are stored in English whatever the language of the program, but
# templates made by hand translate them.
_HEADING_NAME = re.compile(
    r"^(?:heading|rubrik|überschrift|titre|título|titolo|nagłówek|overskrift|otsikko|kop|tiêu đề|đầu đề)"
    r"\s*([1-9])$",
    re.IGNORECASE,
)
_UNSEEN = frozenset(f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText"))
_MAX_DEPTH = 50
_MAX_OUTLINE_LEVEL = 8  # 9 means body text


def load(data: bytes, hints: Hints) -> Document:
    """Read a DOCX file.

    Raises:
        BrokenDocument: the file is damaged.
        NoText: there is no text in it.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise BrokenDocument(
            f"not a sound Word document ({error}); open it in Word and save it again"
        ) from error
    builder = TextBuilder()
    reader = _Reader(builder, document)
    reader.read(document.element.body, 0)
    builder.leave_headings()
    for note in _notes(document):
        reader.read(note, 0)
    properties = read_properties(document.core_properties, data)
    return assemble(builder, hints, _MEDIA_TYPE, file_metadata=properties)


class _Reader:
    """Goes through the body in order, content controls and nested tables included."""

    def __init__(self, builder: TextBuilder, document: Any) -> None:
        self._builder = builder
        self._levels, self._list_styles, self._titles = _styles(document)
        self._numbering = _Numbering(document)
        self._hidden = HiddenText(document.styles.element)

    def read(self, container: Any, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise RecursionError
        for element in container:
            if element.tag == f"{_W}p":
                self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                self._table(element, depth)
            elif element.tag in (
                f"{_W}sdt",
                f"{_W}sdtContent",
                f"{_W}ins",
                f"{_W}smartTag",
                f"{_W}customXml",
            ):
                self.read(element, depth + 1)

    def _paragraph(self, element: Any) -> None:
        text = paragraph_text(element, self._hidden)
        if not text.strip():
            return
        properties = element.find(f"{_W}pPr")
        style = _value(properties, "pStyle")
        outline = _value(properties, "outlineLvl")
        level = int(outline) + 1 if outline and outline.isdigit() else self._levels.get(style or "")
        if style in self._titles:
            self._builder.heading(text, 1)
        elif level is not None and level <= _MAX_OUTLINE_LEVEL + 1:
            # Level 1 stays under the title, which is often a paragraph of its own.
            self._builder.heading(text, level + 1)
        elif style in self._list_styles or (
            properties is not None and properties.find(f"{_W}numPr") is not None
        ):
            self._builder.list_item(self._numbering.marker(properties, style) + text)
        else:
            self._builder.paragraph(text, bold=_is_bold(element))

    def _table(self, element: Any, depth: int) -> None:
        rows = []
        shown = [row for row in element.iterchildren(f"{_W}tr") if not hides_row(row)]
        for row in shown:
            cells = list(row.iterchildren(f"{_W}tc"))
            rows.append(
                [" ".join(paragraph_text(p, self._hidden) for p in cell.iter(f"{_W}p")) for cell in cells]
            )
        if rows and all(len(row) == 1 for row in rows):
            # A one-column table is a frame around ordinary text.
            for row in shown:
                for cell in row.iterchildren(f"{_W}tc"):
                    self.read(cell, depth + 1)
            return
        self._builder.table(rows)


def _notes(document: Any) -> Iterator[Any]:
    """Yield the footnotes and endnotes, which Word keeps in files of their own, less the lines above them."""
    from docx.oxml import parse_xml

    for relation in document.part.rels.values():
        if not relation.reltype.endswith(("/footnotes", "/endnotes")) or relation.is_external:
            continue
        try:
            root = parse_xml(relation.target_part.blob)
        except SyntaxError:
            continue  # damaged notes must not cost the text
        yield from (note for note in root if note.get(f"{_W}type") is None)


class _Numbering:
    """Tells bullets from numbers and counts the numbered ones."""

    def __init__(self, document: Any) -> None:
        self._bullets: dict[str, bool] = {}
        self._counts: dict[tuple[str, str], int] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        formats = {
            abstract.get(f"{_W}abstractNumId"): next(
                (f.get(f"{_W}val") for f in abstract.iter(f"{_W}numFmt")), "bullet"
            )
            for abstract in root.iter(f"{_W}abstractNum")
        }
        for num in root.iter(f"{_W}num"):
            reference = num.find(f"{_W}abstractNumId")
            chosen = formats.get(reference.get(f"{_W}val")) if reference is not None else "bullet"
            self._bullets[num.get(f"{_W}numId")] = chosen in ("bullet", "none", None)

    def marker(self, properties: Any, style: str | None) -> str:
        numbering = properties.find(f"{_W}numPr") if properties is not None else None
        number_id = _value(numbering, "numId") or ""
        level = _value(numbering, "ilvl") or "0"
        is_bullet = self._bullets.get(number_id, "number" not in (style or "").lower())
        if is_bullet:
            return "• "
        key = (number_id or style or "", level)
        self._counts[key] = self._counts.get(key, 0) + 1
        for other in list(self._counts):
            if other[0] == key[0] and other[1] > level:
                del self._counts[other]
        return f"{self._counts[key]}. "


def _is_bold(element: Any) -> bool:
    """Tell whether all runs of a paragraph that have text are set bold by themselves."""
    runs = [run for run in element.iter(f"{_W}r") if "".join(run.itertext(f"{_W}t")).strip()]
    weights = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    return bool(runs) and all(
        weight is not None and weight.get(f"{_W}val") not in ("0", "false", "off") for weight in weights
    )


def paragraph_text(element: Any, hidden: HiddenText) -> str:
    """Return a paragraph's text: insertions kept; deletions, hidden text and fallback copies left out."""
    return "".join(_pieces(element, hidden, _value(element.find(f"{_W}pPr"), "pStyle")))


def _pieces(element: Any, hidden: HiddenText, style: str | None) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            continue
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            yield " "
        elif tag == f"{_W}noBreakHyphen":
            yield "-"
        elif tag in _UNSEEN or tag.endswith("}Fallback"):
            continue
        elif tag == f"{_W}p":  # a text box inside the paragraph
            yield paragraph_text(child, hidden) + " "
        elif tag != f"{_W}r" or not hidden.hides_run(child, style):
            yield from _pieces(child, hidden, style)


def _styles(document: Any) -> tuple[dict[str, int], set[str], set[str]]:
    levels: dict[str, int] = {}
    lists: set[str] = set()
    titles: set[str] = set()
    parents: dict[str, str] = {}
    for style in document.styles.element.iter(f"{_W}style"):
        identifier = style.get(f"{_W}styleId") or ""
        name = (_value(style, "name") or "").strip()
        properties = style.find(f"{_W}pPr")
        outline = _value(properties, "outlineLvl")
        heading = _HEADING_NAME.match(name)
        parents[identifier] = _value(style, "basedOn") or ""
        if heading:
            levels[identifier] = int(heading.group(1))
        elif name.lower() in ("title", "titel", "titre", "título"):
            titles.add(identifier)
        elif outline and outline.isdigit() and int(outline) <= _MAX_OUTLINE_LEVEL:
            levels[identifier] = int(outline) + 1
        elif name.lower().startswith("list ") and name.lower() != "list paragraph":
            lists.add(identifier)
    for identifier in parents:
        ancestor, steps = parents[identifier], 0
        while ancestor and steps < 20 and identifier not in levels | dict.fromkeys(lists | titles, 0):
            if ancestor in levels:
                levels[identifier] = levels[ancestor]
            elif ancestor in lists:
                lists.add(identifier)
            ancestor, steps = parents.get(ancestor, ""), steps + 1
    return levels, lists, titles


def _value(parent: Any, name: str) -> str | None:
    if parent is None:
        return None
    child = parent.find(f"{_W}{name}")
    found = child.get(f"{_W}val") if child is not None else None
    return str(found) if found is not None else None
