"""Plain text as it comes: bullets, numbered headings, wrapped lines.

Nothing but white space and drawn rules is ever dropped. A line is taken for a
heading only when its form and both neighbours say so.
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus import lines as reading
from corpus.assembly import assemble
from corpus.building import TextBuilder
from corpus.documents import Document
from corpus.hints import Hints
from corpus.text import decode, normalise

_BODY_CHARACTERS = 80
_TOP_UNITS = 12


@dataclass(slots=True)
class Unit:
    """One or more lines that belong together."""

    text: str
    is_item: bool
    blank_before: bool
    indent: int
    n_lines: int = 1
    underline: str | None = None


def load(data: bytes, hints: Hints) -> Document:
    """Read a plain text file.

    Raises:
        BrokenDocument: the bytes are not text.
        NoText: there is none.
    """
    text = normalise(decode(data))
    units = group(text.split("\n"))
    builder = TextBuilder()
    fill(builder, units)
    return assemble(builder, hints, "text/plain", titles=_titles(units))


def group(lines: list[str]) -> list[Unit]:
    """Join the lines of a text into list items, paragraphs and possible headings."""
    width = reading.wrap_width(lines)
    units: list[Unit] = []
    parts: list[str] = []  # of the last unit, whose text is its first line until it is complete
    blank, last = True, ""
    for raw in lines:
        line = raw.strip()
        if not line:
            # An empty line after a lone bullet separates nothing.
            blank = blank or not (units and reading.bare_marker(last))
            continue
        indent = len(raw) - len(raw.lstrip())
        unit = units[-1] if units else None
        if reading.is_rule(line):
            if unit and not blank and unit.n_lines == 1 and len(line) >= 0.8 * len(unit.text):
                unit.underline = line[0]
            blank = True
            continue
        if unit and not blank and _belongs(unit, last, line, indent, width):
            parts.append(reading.join(last, line)[len(last) :])
            unit.n_lines += 1
        else:
            if unit:
                unit.text = "".join(parts)
            is_item = reading.bullet(line) or reading.numbered(line)
            units.append(Unit(line, is_item, blank, indent))
            parts = [line]
        blank, last = False, line
    if units:
        units[-1].text = "".join(parts)
    return units


def _belongs(unit: Unit, last: str, line: str, indent: int, width: int | None) -> bool:
    if reading.continues(last, line, width):
        return True
    if not unit.is_item or reading.bullet(line) or reading.numbered(line):
        return False
    return reading.bullet(unit.text) and indent > unit.indent


def fill(builder: TextBuilder, units: list[Unit]) -> None:
    """Append units to a text, deciding which of them are headings."""
    underlines: list[str] = []
    for number, unit in enumerate(units):
        depth = reading.section_depth(unit.text)
        if unit.underline:
            if unit.underline not in underlines:
                underlines.append(unit.underline)
            builder.heading(unit.text, underlines.index(unit.underline) + 1)
        elif is_heading(units, number):
            builder.heading(unit.text, 1 + depth)
        elif unit.is_item:
            builder.list_item(unit.text)
        else:
            builder.paragraph(unit.text)


def is_heading(units: list[Unit], number: int) -> bool:
    """Tell whether a unit heads what follows it."""
    unit = units[number]
    if unit.n_lines > 2 or reading.bullet(unit.text) or not reading.looks_like_title(unit.text):
        return False
    if number + 1 >= len(units) or reading.is_navigation(unit.text):
        return False
    after = units[number + 1]
    if unit.is_item:
        return _is_body(after, unit) and not after.is_item
    before = units[number - 1] if number else None
    starts_afresh = (
        unit.blank_before or before is None or reading.ends_sentence(before.text) or bool(before.underline)
    )
    if reading.bullet(after.text):
        short = len(unit.text.split()) <= 8
        return starts_afresh or (short and unit.n_lines == 1)
    if after.is_item:
        return starts_afresh and is_heading(units, number + 1)
    return starts_afresh and _is_body(after, unit)


def _is_body(unit: Unit, heading: Unit) -> bool:
    """Tell whether a unit is running text, not another short line."""
    if unit.underline or reading.is_address(unit.text):
        return False
    if len(unit.text) >= _BODY_CHARACTERS and not reading.looks_like_title(unit.text):
        return True
    return (
        reading.ends_sentence(unit.text)
        and len(unit.text.split()) >= 5
        and len(unit.text) >= 0.6 * len(heading.text)
    )


def _titles(units: list[Unit]) -> list[str]:
    """Return the short lines that open the document, before its first running text."""
    found = []
    for unit in units[:_TOP_UNITS]:
        if unit.is_item or (len(unit.text) > _BODY_CHARACTERS and not reading.looks_like_title(unit.text)):
            if reading.is_navigation(unit.text):
                continue
            break
        if reading.looks_like_title(unit.text) and len(unit.text.split()) >= 2:
            if reading.is_navigation(unit.text):
                continue
            found.append(unit.text)
    return [*[title for title in found if len(title.split()) >= 3], *found]
