"""A reply as Markdown (CommonMark): what comes from documents is text, never markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpdesk_bot.reply.layout import Block, Page, Piece

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>&|~$])")
_OPENING = re.compile(r"^(?:(\s*)([#+=>-])|(\s*\d+)([.)]))")
_LEVELS = {"title": "#", "heading": "##", "subheading": "###"}


def as_markdown(page: Page) -> str:
    """Return the page as Markdown, ending with a line feed."""
    parts: list[str] = []
    before: str | None = None
    for block in page.blocks:
        listed = block.kind in ("item", "source")
        parts.append("\n" if listed and block.kind == before else "\n\n")
        parts.append("\n".join(_lines(block)))
        before = block.kind
    return "".join(parts).strip() + "\n"


def _lines(block: Block) -> Iterator[str]:
    lines = [_line(line) for line in block.lines]
    match block.kind:
        case "title" | "heading" | "subheading":
            yield f"{_LEVELS[block.kind]} {lines[0]}"
        case "question":
            yield f"> {lines[0]}"
        case "item":
            yield from _item("- ", lines)
        case "source":
            yield from _item(f"{block.number}. ", lines)
        case _:
            yield lines[0]


def _item(mark: str, lines: list[str]) -> Iterator[str]:
    """Give the lines of a list item, each ended by a hard break but the last."""
    for place, line in enumerate(lines):
        end = "\\" if place < len(lines) - 1 else ""
        yield (mark if place == 0 else " " * len(mark)) + line + end


def _line(pieces: tuple[Piece, ...]) -> str:
    text = "".join(_piece(piece) for piece in pieces)
    return _OPENING.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[3]}\\{m[4]}", text)


def _piece(piece: Piece) -> str:
    if piece.number is not None:
        return piece.text  # no text can define what "[1]" would lead to: its brackets are escaped
    text = _SPECIAL.sub(r"\\\1", piece.text)
    if piece.strong and text.strip():
        inner = text.strip()  # Markdown wants the spaces outside
        text = text.replace(inner, f"**{inner}**")
    return f"[{text}](<{piece.url.replace('&', '&amp;')}>)" if piece.url else text
