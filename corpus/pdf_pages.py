"""The lines of a PDF's pages, from whichever of two extractors reads a page better.

pypdf loses the spaces of many real files ("thepackage'scontrolfiles"). PDFium
keeps them and tells where each line stands, in a sixteenth of the time, but now
and then drops text that pypdf finds. So both read, and each page is judged.
"""

from __future__ import annotations

import ctypes
import re
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import Any

from corpus.errors import BrokenDocument
from corpus.pdf_raised import Box, without_raised_numbers

_WORD = re.compile(r"\w+")
_LINE_END = re.compile(r"\r\n|\r|\n|[\ufffe\x02]")
_HYPHENS = "\ufffe\x02"  # how PDFium marks a hyphen that it takes for one of line wrapping
SECOND_OPINION_PAGES = 40
"""pypdf takes 50 ms a page: of longer files it reads this many, spread evenly."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; coordinates in points from the page's lower left, None where not known."""

    text: str
    left: float | None = None
    right: float | None = None
    bottom: float | None = None
    top: float | None = None
    size: float | None = None
    bold: bool = False
    hyphenated: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page. ``number`` is 1-based; ``height`` in points, None where not known."""

    number: int
    lines: tuple[Line, ...]
    height: float | None = None

    @property
    def text(self) -> str:
        """The page's text, a line for each line."""
        return "\n".join(line.text for line in self.lines)


def read_pages(reader: Any | None, document: Any | None, n_pages: int) -> tuple[list[Page], list[str]]:
    """Read all pages.

    Args:
        reader: the file opened by pypdf, None where it could not.
        document: the file opened by pypdfium2, None where it could not.
        n_pages: how many pages there are.

    Returns:
        the pages, and notes on what was mended.

    Raises:
        BrokenDocument: not one page can be read.
    """
    step = max(n_pages / SECOND_OPINION_PAGES, 1.0)
    sampled = {int(i * step) for i in range(min(n_pages, SECOND_OPINION_PAGES))}
    pages: list[Page] = []
    n_poor = n_lost = n_unread = 0
    for index in range(n_pages):
        rich = _by_pdfium(document, index)
        plain = None
        if rich is None or index in sampled or not _WORD.search(rich.text):
            plain = _by_pypdf(reader, index)
        if plain and rich:
            n_poor += words_are_lost(plain.text, rich.text)
            if prefer_first(plain.text, rich.text):
                n_lost += 1
                rich = None
        n_unread += rich is None and plain is None
        pages.append(rich or plain or Page(index + 1, ()))
    if n_unread == n_pages:
        raise BrokenDocument(
            "a damaged PDF: none of its pages can be read; fetch it again or save it again from the program "
            "that made it"
        )
    notes = [f"{n_unread} of {n_pages} pages are damaged and could not be read"] if n_unread else []
    if n_poor:
        notes.append(
            f"pypdf ran words together or lost them on {n_poor} of the {len(sampled)} pages that it read; "
            "PDFium was used"
        )
    if n_lost:
        notes.append(f"PDFium lost text on {n_lost} pages; pypdf was used there")
    return pages, notes


def words_are_lost(text: str, other: str) -> bool:
    """Tell whether a text lacks words that another reading of the same page has.

    More than a tenth missing means that spaces (or text) went missing.
    """
    words, wanted = Counter(_WORD.findall(text)), Counter(_WORD.findall(other))
    n_wanted = sum(wanted.values())
    return n_wanted >= 10 and sum((wanted - words).values()) > 0.1 * n_wanted


def prefer_first(first: str, second: str) -> bool:
    """Tell whether the first of two readings of a page is plainly the better one."""
    n_first, n_second = _n_sound(first), _n_sound(second)
    if n_second < 0.8 * n_first:
        return True
    return _is_spaced_out(second) and not _is_spaced_out(first) and n_first >= 0.8 * n_second


def _n_sound(text: str) -> int:
    # Private-use characters and U+FFFD are not `isalnum`: glyphs without a meaning do not count.
    return sum(map(str.isalnum, text))


def _is_spaced_out(text: str) -> bool:
    """Tell whether words have been torn into letters ("t h i s")."""
    words = [word for word in _WORD.findall(text) if word.isalpha()]
    return len(words) >= 20 and statistics.mean(map(len, words)) < 1.6


def _by_pypdf(reader: Any | None, index: int) -> Page | None:
    if reader is None:
        return None
    try:
        text = reader.pages[index].extract_text()
    except (MemoryError, RecursionError):
        raise
    except Exception:
        # One damaged page must not cost the others; pypdf raises whatever comes.
        return None
    return Page(index + 1, tuple(Line(line.strip()) for line in text.splitlines() if line.strip()))


def _by_pdfium(document: Any | None, index: int) -> Page | None:
    if document is None:
        return None
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return None
    try:
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        page.close()
        return None
    try:
        return Page(index + 1, tuple(_lines(text_page)), page.get_height())
    finally:
        text_page.close()
        page.close()


def _lines(text_page: Any) -> list[Line]:
    from pypdfium2 import raw

    n_characters = text_page.count_chars()
    if n_characters <= 0:
        return []
    # One call for the page; where its units do not match the characters'
    # indices (glyphs without a meaning are left out), one call a character.
    text = text_page.get_text_range()
    if len(text) != n_characters:
        codes = (raw.FPDFText_GetUnicode(text_page, i) for i in range(n_characters))
        text = "".join(chr(code) if 0 < code <= 0x10FFFF else "\ufffd" for code in codes)
        text = text.replace("\ufffd", " ") if text.count("\ufffd") < 0.05 * n_characters else text
    lines = []
    start = 0
    for match in [*_LINE_END.finditer(text), None]:
        end = match.start() if match else len(text)
        hyphenated = match is not None and match.group() in _HYPHENS
        line = _line(text_page, text[start:end], start, hyphenated=hyphenated)
        if line:
            lines.append(line)
        start = match.end() if match else end
    return lines


def _line(text_page: Any, text: str, offset: int, *, hyphenated: bool) -> Line | None:
    stripped = text.strip()
    if not stripped:
        return None
    first = offset + len(text) - len(text.lstrip())
    last = first + len(stripped) - 1
    boxes = [_box(text_page, i) for i in (first, (first + last) // 2, last)]
    known = [box for box in boxes if box and box[3] > box[1]]
    if not known:
        return Line(stripped, hyphenated=hyphenated)
    sizes = [top - bottom for _, bottom, _, top in known]
    return Line(
        without_raised_numbers(stripped, lambda at: _box(text_page, first + at)),
        left=min(box[0] for box in known),
        right=max(box[2] for box in known),
        bottom=min(box[1] for box in known),
        top=max(box[3] for box in known),
        size=round(statistics.median(sizes), 1),
        bold=all(_is_bold(text_page, i) for i in {first, last}),
        hyphenated=hyphenated,
    )


def _box(text_page: Any, index: int) -> Box | None:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text_page, index, box):
        return None
    low, high = sorted((box.bottom, box.top))
    return (box.left, low, box.right, high)


def _is_bold(text_page: Any, index: int) -> bool:
    from pypdfium2 import raw

    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page, index, name, len(name), flags)
    return b"bold" in name.value.lower() or b"black" in name.value.lower()
