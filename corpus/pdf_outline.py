"""The outline of a PDF: its headings, with the page and height where each stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.pdf_pages import Line
from corpus.text import one_line

_MAX_ENTRIES = 5_000
_MAX_DEPTH = 12
_MAX_HEADING_LINES = 3
_BOOKMARK = re.compile(r"_\w+")  # what a program calls a place ("_Toc4711"): nobody reads it
# A number that the page shows and the outline may not: "3.14.", "Chapter 3", "A.", "§ 4".
_NUMBERING = re.compile(r"^\W*(?:[^\W\d_a-zà-ÿ][^\W\d_]{0,11}\s*){0,2}(?:[\dIVXivx]+|[A-Z])?(?:[.\d]*)\W*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: ``level`` from 1, ``page`` from 1, ``top`` in points or None."""

    title: str
    level: int
    page: int
    top: float | None


def read_outline(reader: Any | None) -> list[Entry]:
    """Return the outline's entries in reading order; empty where there is none or it is damaged."""
    if reader is None:
        return []
    try:
        return sorted(_entries(reader, reader.outline, 1), key=lambda entry: entry.page)[:_MAX_ENTRIES]
    except (MemoryError, RecursionError):
        raise
    except Exception:
        # Damaged outlines are common and no reason to refuse a text that can be read.
        return []


def _entries(reader: Any, items: Any, level: int) -> Iterator[Entry]:
    if level > _MAX_DEPTH:
        return
    for item in items:
        if isinstance(item, list):
            yield from _entries(reader, item, level + 1)
            continue
        title = one_line(str(item.title or ""))
        page = reader.get_destination_page_number(item)
        if title and not _BOOKMARK.fullmatch(title) and page is not None and page >= 0:
            top = item.top
            yield Entry(title, level, page + 1, float(top) if isinstance(top, int | float) else None)


def find(entry: Entry, lines: tuple[Line, ...], taken: set[int]) -> range | None:
    """Return which lines of a page show an entry as a heading, None where none do.

    Among several, the one that stands nearest to where the outline points.
    """
    wanted = _key(entry.title)
    if not wanted:
        return None
    found: list[tuple[float, range]] = []
    for start in range(len(lines)):
        text = ""
        for end in range(start + 1, min(start + _MAX_HEADING_LINES, len(lines)) + 1):
            text = f"{text} {lines[end - 1].text}".strip()
            span = range(start, end)
            if _shows(text, wanted) and not taken.intersection(span):
                found.append((_distance(entry, lines[start]), span))
                break
            if len(_key(text)) > len(wanted) + 20:
                break
    return min(found, key=lambda pair: (pair[0], pair[1].start))[1] if found else None


def _shows(text: str, wanted: str) -> bool:
    key = _key(text)
    if key == wanted:
        return True
    if not key.endswith(wanted):
        return False
    # What stands before it must be a number, not the end of a sentence.
    words = text.split()
    for n_words in range(1, min(4, len(words))):
        if _key(" ".join(words[n_words:])) == wanted:
            return bool(_NUMBERING.match(" ".join(words[:n_words])))
    return False


def _distance(entry: Entry, line: Line) -> float:
    if entry.top is None or line.top is None:
        return 0.0
    return abs(entry.top - line.top)


def _key(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
