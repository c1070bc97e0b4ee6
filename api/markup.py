"""The answer's text as pieces that a template can show safely: paragraphs, lists, quotes, citation numbers.

The text is Markdown of the simplest kind. Nothing in it becomes markup by
itself: the template escapes every piece, and links lead to citations only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_INLINE = re.compile(r"\[(?P<number>\d{1,2})\]|\*\*(?P<strong>[^*\n]+)\*\*")
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; ``number`` for a citation, ``language`` where it is quoted in another language."""

    text: str
    kind: Literal["text", "strong", "citation"] = "text"
    number: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (one item), a list, or a block quote."""

    kind: Literal["paragraph", "list", "quote"]
    items: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Foreign:
    """A quote, as it stands in running text, whose language is not the answer's."""

    text: str
    language: str


def blocks(text: str, numbers: frozenset[int], foreign: Sequence[Foreign]) -> tuple[Block, ...]:
    """Return the blocks of an answer's text.

    Args:
        text: the answer's Markdown.
        numbers: the citation numbers that exist; any other ``[7]`` stays text.
        foreign: quotes to be marked with their language.
    """
    found: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        for kind, run in _runs(lines):
            shown = tuple(tuple(_inline(line, numbers, foreign)) for line in run)
            found.append(Block(kind, shown))
    return tuple(found)


def _runs(lines: Sequence[str]) -> list[tuple[Literal["paragraph", "list", "quote"], list[str]]]:
    """Group neighbouring lines of one kind; the lines of a paragraph or quote are joined."""
    runs: list[tuple[Literal["paragraph", "list", "quote"], list[str]]] = []
    for line in lines:
        kind: Literal["paragraph", "list", "quote"] = "paragraph"
        if _ITEM.match(line):
            kind, line = "list", _ITEM.sub("", line)
        elif line.lstrip().startswith(">"):
            kind, line = "quote", line.lstrip().removeprefix(">").strip()
        if runs and runs[-1][0] == kind and kind != "list":
            runs[-1][1][-1] += " " + line.strip()
        elif runs and runs[-1][0] == kind:
            runs[-1][1].append(line.strip())
        else:
            runs.append((kind, [line.strip()]))
    return runs


def _inline(line: str, numbers: frozenset[int], foreign: Sequence[Foreign]) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for match in _INLINE.finditer(line):
        number = int(match["number"]) if match["number"] else None
        if number is not None and number not in numbers:
            continue
        before = line[at : match.start()]
        if number is not None and before.endswith(" "):
            before = before.rstrip(" ") + "\u00a0"  # a number does not begin a line
        pieces.extend(_marked(before, foreign))
        if number is not None:
            pieces.append(Piece(str(number), "citation", number))
        else:
            pieces.append(Piece(match["strong"], "strong"))
        at = match.end()
    pieces.extend(_marked(line[at:], foreign))
    return pieces


def _marked(text: str, foreign: Sequence[Foreign]) -> list[Piece]:
    """Split text so that each foreign quote in it is a piece of its own."""
    for quote in foreign:
        start = text.find(quote.text)
        if quote.text and start >= 0:
            end = start + len(quote.text)
            return [
                *_marked(text[:start], foreign),
                Piece(quote.text, language=quote.language),
                *_marked(text[end:], foreign),
            ]
    return [Piece(text)] if text else []
