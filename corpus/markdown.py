"""Markdown with YAML front matter: headings, paragraphs, list items, tables, code.

Comments, and what inline HTML hides from a reader, are left out
(`corpus.markdown_hidden`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import yaml

from corpus import lines as reading
from corpus.assembly import assemble
from corpus.building import TextBuilder
from corpus.documents import Document
from corpus.errors import BrokenDocument
from corpus.hints import Hints
from corpus.markdown_hidden import visible_markdown
from corpus.note_marks import without_note_marks
from corpus.text import decode, normalise

_FRONT_MATTER = re.compile(r"\A---[ ]*\n(.*?)\n(?:---|\.\.\.)[ ]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ ]+(.*?))?(?:[ ]+#+)?[ ]*$")
_ITEM = re.compile(r"^(\s*)([-*+]|\d{1,9}[.)])(?:\s+(.*)|)$")
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_LINK_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s+\S+(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?\s*$")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(?:(?!\1).)+(?<=\S)\1:?")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MAX_FRONT_MATTER = 20_000


def load(data: bytes, hints: Hints) -> Document:
    """Read a Markdown file.

    Raises:
        BrokenDocument: the bytes are not text, or the front matter is not YAML.
        NoText: there is none.
    """
    text = normalise(decode(data))
    front_matter, body = split_front_matter(text, hints)
    builder = TextBuilder()
    _Reader(builder).read(without_note_marks(visible_markdown(_COMMENT.sub("", body))).split("\n"))
    return assemble(builder, hints, "text/markdown", front_matter=front_matter)


def split_front_matter(text: str, hints: Hints) -> tuple[Mapping[str, Any] | None, str]:
    """Return the fields at the head of a Markdown text, and the text without them.

    Raises:
        BrokenDocument: what stands between the dashes is not YAML.
    """
    match = _FRONT_MATTER.match(text)
    if not match:
        return None, text
    where = f"front matter of {hints.source}"
    source = match.group(1)
    if len(source) > _MAX_FRONT_MATTER or re.search(r"(?:^|[\s\[{,:-])&\w", source, re.MULTILINE):
        # Aliases in YAML can grow a few lines to gigabytes.
        raise BrokenDocument(f"{where}: too long, or it uses YAML anchors; write plain `field: value` lines")
    try:
        fields = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise BrokenDocument(
            f"{where} is not valid YAML ({reason}); quote values that hold a colon"
        ) from error
    if fields is None:
        fields = {}
    if not isinstance(fields, Mapping):
        # A text may simply begin with a drawn line.
        return None, text
    return fields, text[match.end() :]


class _Reader:
    """Goes through the lines once and hands finished blocks to the builder."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._open: list[str] = []  # lines of the paragraph or item that is being read
        self._marker: str | None = None  # of the open list item
        self._blank = True
        self._item_before_blank = False

    def read(self, lines: list[str]) -> None:
        """Read all lines of a document."""
        position = 0
        while position < len(lines):
            position = self._step(lines, position)
        self._close()

    def _step(self, lines: list[str], position: int) -> int:
        line = lines[position]
        fence = _FENCE.match(line)
        if fence:
            return self._code(lines, position, fence.group(1))
        if not line.strip():
            self._close()
            self._blank = True
            return position + 1
        after = lines[position + 1] if position + 1 < len(lines) else ""
        if "|" in line and _TABLE_RULE.match(after) and "-" in after:
            return self._table(lines, position)
        heading = _HEADING.match(line)
        if heading:
            self._close()
            self._builder.heading(plain(heading.group(2) or ""), len(heading.group(1)))
        elif self._underlined(line, after):
            self._builder.heading(plain(" ".join([*self._open, line])), 1 if after.strip()[0] == "=" else 2)
            self._open = []
            return position + 2
        elif reading.is_rule(line.replace(" ", "")):
            self._close()
        elif _LINK_DEFINITION.match(line):
            pass
        else:
            self._text(line)
        self._blank = False
        return position + 1

    def _underlined(self, line: str, after: str) -> bool:
        mark = after.strip()
        return (
            self._marker is None
            and not _ITEM.match(line)
            and not line.lstrip().startswith(">")
            and bool(re.fullmatch(r"=+|-{2,}", mark))
        )

    def _text(self, line: str) -> None:
        item = _ITEM.match(line)
        if item:
            self._close()
            mark = item.group(2)
            self._marker = "•" if mark in "-*+" else mark
            self._item_before_blank = True
            self._open = [item.group(3) or ""]
            return
        line = re.sub(r"^\s*(?:>\s?)+", "", line)
        indented = line.startswith("  ")
        if self._blank and self._item_before_blank and indented:
            # A further paragraph of the item above.
            self._builder.paragraph(plain(line))
            return
        if not self._open:
            self._item_before_blank = False
        self._open.append(line.strip())

    def _close(self) -> None:
        source = " ".join(self._open).strip()
        text = plain(source)
        if self._marker is not None:
            self._builder.list_item(f"{self._marker} {text}" if text else "")
        elif text:
            self._builder.paragraph(text, bold=bool(_BOLD.fullmatch(source)))
        self._open, self._marker = [], None

    def _code(self, lines: list[str], position: int, fence: str) -> int:
        self._close()
        end = position + 1
        while end < len(lines) and not lines[end].strip().startswith(fence):
            end += 1
        self._builder.paragraph("\n".join(lines[position + 1 : end]), verbatim=True)
        return end + 1

    def _table(self, lines: list[str], position: int) -> int:
        self._close()
        rows = [_cells(lines[position])]
        end = position + 2
        while end < len(lines) and "|" in lines[end]:
            rows.append(_cells(lines[end]))
            end += 1
        self._builder.table(rows)
        return end


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [plain(cell.replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", inner)]


def plain(text: str) -> str:
    """Return Markdown's inline text as a reader sees it: no marks of emphasis, links or HTML."""
    text = re.sub(r"!\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)", r"\1", text)
    text = re.sub(r"\[([^\]]+)\](?:\([^)\s]*(?:\s+\"[^\"]*\")?\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(r"<((?:https?://|mailto:)[^>\s]+)>", r"\1", text)
    text = re.sub(r"</?[A-Za-z][^<>]*>", "", text)
    text = re.sub(r"(?<!\\)\{:[ .#][^{}]*\}", "", text)  # attributes, as kramdown writes them
    text = re.sub(r"(?<!\\)(`+)(.+?)(?<!`)\1(?!`)", r"\2", text)
    text = re.sub(r"(?<![\\\w])(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2", text)
    text = re.sub(r"(?<![\\\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\w*])", r"\1", text)
    text = re.sub(r"(?<![\\\w])_(?=[^\s_])(.+?)(?<=[^\s_])_(?!\w)", r"\1", text)
    text = re.sub(r"~~(.+?)~~", r"\1", text)
    return html.unescape(re.sub(r"\\([\\`*_{}\[\]()#+.!|<>~-])", r"\1", text))
