"""Reads one text source: YAML front matter, then a small part of Markdown.

Understood are headings (``#`` to ``###``), paragraphs, ``-`` and ``1.`` lists and
pipe tables; ``**bold**`` is the only inline mark. A heading is one line, a list
item may go on in indented lines, a blank line ends a paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

BlockKind = Literal["heading", "paragraph", "bullet", "number", "table"]

_ITEM = re.compile(r"(?P<mark>-|\d+\.)\s+(?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """One heading (``level`` 1-3), paragraph, list item or table (``rows``)."""

    kind: BlockKind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed source: its metadata, in the order in which it was written, and its blocks."""

    metadata: dict[str, object]
    blocks: tuple[Block, ...]

    def field(self, name: str) -> str:
        """The metadata field as text; empty where it is missing."""
        value = self.metadata.get(name)
        return "" if value is None else str(value)


def read(path: Path) -> Source:
    """Parse ``path``; raises ``ValueError`` where the front matter is missing."""
    text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
    _, separator, rest = text.partition("---\n")
    front, closing, body = rest.partition("\n---\n")
    if not separator or not closing:
        raise ValueError(f"{path}: no front matter; begin the file with a block between two lines of ---")
    metadata = yaml.safe_load(front)
    if not isinstance(metadata, dict):
        raise ValueError(f"{path}: the front matter is no mapping; write it as `name: value` lines")
    return Source(metadata, tuple(_blocks(body)))


def _blocks(body: str) -> list[Block]:
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", body.strip("\n")):
        lines = [line.rstrip() for line in part.split("\n") if line.strip()]
        if lines:
            found.extend(_part(lines))
    return found


def _part(lines: list[str]) -> list[Block]:
    first = lines[0]
    if first.startswith("#"):
        marks = len(first) - len(first.lstrip("#"))
        rest = _part(lines[1:]) if lines[1:] else []
        return [Block("heading", first.lstrip("# "), level=marks), *rest]
    if first.startswith("|"):
        cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
        rows = tuple(row for row in cells if not all(re.fullmatch(r":?-+:?", cell) for cell in row))
        return [Block("table", rows=rows)]
    if _ITEM.match(first):
        return _items(lines)
    return [Block("paragraph", " ".join(line.strip() for line in lines))]


def _items(lines: list[str]) -> list[Block]:
    items: list[Block] = []
    for line in lines:
        match = _ITEM.match(line)
        if match:
            items.append(Block("bullet" if match["mark"] == "-" else "number", match["text"]))
        else:
            items[-1] = Block(items[-1].kind, f"{items[-1].text} {line.strip()}")
    return items
