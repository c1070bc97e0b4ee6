"""Building a canonical text block by block, with exact offsets."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus.documents import Block, BlockKind
from corpus.text import normalise, one_line


@dataclass(slots=True)
class DraftSection:
    """A section whose language is not known yet."""

    page: int | None
    heading_path: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)


class TextBuilder:
    """Appends headings, paragraphs, list items and tables; knows page and heading path.

    Set ``page`` (1-based) before the blocks of that page. Blocks are separated
    by an empty line, consecutive list items by a line end. Blocks without any
    visible character are dropped. ``bold`` has where the paragraphs begin that are bold throughout.
    """

    def __init__(self) -> None:
        self.page: int | None = None
        self.sections: list[DraftSection] = []
        self.bold: set[int] = set()
        self._parts: list[str] = []
        self._length = 0
        self._last_kind: BlockKind | None = None
        self._headings: list[tuple[int, str]] = []

    @property
    def text(self) -> str:
        """The canonical text so far."""
        return "".join(self._parts)

    @property
    def opening_heading(self) -> str | None:
        """The heading that the document begins with, if it does."""
        first = self.sections[0] if self.sections else None
        if first is None or first.blocks[0].kind != "heading":
            return None
        return first.heading_path[-1]

    def enter(self, heading: str, level: int) -> None:
        """Begin a heading that the text itself does not show (an outline entry)."""
        title = one_line(heading)
        if title:
            self._headings = [(n, text) for n, text in self._headings if n < level]
            self._headings.append((level, title))

    def leave_headings(self) -> None:
        """End every heading: what follows stands under none (a new slide)."""
        self._headings = []

    def heading(self, text: str, level: int) -> None:
        """Append a heading of a level (1 is the outermost); what follows stands under it."""
        title = one_line(text)
        if not title:
            return
        self.enter(title, level)
        self._append(title, "heading", new_section=True)

    def paragraph(self, text: str, *, verbatim: bool = False, bold: bool = False) -> None:
        """Append a paragraph; ``verbatim`` keeps its line ends (code, verse), ``bold``: all of it is."""
        before = self._length
        self._append(_verbatim(text) if verbatim else one_line(text), "paragraph")
        if bold and self._length > before:
            self.bold.add(self.sections[-1].blocks[-1].start_char)

    def list_item(self, text: str) -> None:
        """Append one list item, marker included."""
        self._append(one_line(text), "list_item")

    def table(self, rows: list[list[str]]) -> None:
        """Append a table: a line for each row, cells separated by `` | ``."""
        lines = []
        for row in rows:
            cells = [one_line(cell) for cell in row]
            if any(cells):
                lines.append(" | ".join(cells).strip())
        self._append("\n".join(lines), "table")

    def _append(self, text: str, kind: BlockKind, *, new_section: bool = False) -> None:
        if not text:
            return
        if self._parts:
            separator = "\n" if kind == "list_item" and self._last_kind == "list_item" else "\n\n"
            self._parts.append(separator)
            self._length += len(separator)
        path = tuple(title for _, title in self._headings)
        last = self.sections[-1] if self.sections else None
        if last is None or new_section or last.page != self.page or last.heading_path != path:
            last = DraftSection(self.page, path)
            self.sections.append(last)
        last.blocks.append(Block(self._length, self._length + len(text), kind))
        self._parts.append(text)
        self._length += len(text)
        self._last_kind = kind


def _verbatim(text: str) -> str:
    lines = [line.rstrip() for line in normalise(text).split("\n")]
    return "\n".join(lines).strip()
