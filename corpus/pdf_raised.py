"""Marks of footnotes in a PDF: numbers set small and high behind a word, which its text joins to that.

"In 2020" with a mark of 2 is "in 20202" to an extractor. Exponents and formulas stay,
since "20 m2" is what people write: a mark follows a word, or a number such as a year.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Box = tuple[float, float, float, float]
"""Left, bottom, right and top of a character in points, by its font's size and not by its shape."""

_NUMBER = re.compile(r"(?<=\S)\d{1,3}(?!\w)|\d{2,7}(?!\w)")
_MARKED_WORD = re.compile(r"[^\W\d_]{4,}[.,;:!?)\]”“’\"»%]{0,3}$")
_MARKED_NUMBER = re.compile(r"(?<![\w.,])\d[\d.,]{3,}$")
_FURTHEST = 40
"""Characters before a mark that are looked at."""
_SMALL = 0.8
"""Of the height of the character before."""
_HIGH = 0.1
"""Of that height: how much higher it stands. What is set low belongs to a formula (CO2)."""


def without_raised_numbers(text: str, box_of: Callable[[int], Box | None]) -> str:
    """Return a line without the numbers that are set small and high behind what they follow.

    Args:
        text: the line.
        box_of: gives the box of a character by its position in the line, ``None`` where it is not known.
    """
    kept, last = [], 0
    for match in _NUMBER.finditer(text):
        start = _raised_from(text, match.start(), match.end(), box_of)
        if start is not None:
            kept.append(text[last:start])
            last = match.end()
    return "".join((*kept, text[last:]))


def _raised_from(text: str, start: int, end: int, box_of: Callable[[int], Box | None]) -> int | None:
    """Return where the mark begins in a number, ``None`` where there is none."""
    near = max(0, start - _FURTHEST)
    if _MARKED_WORD.search(text, near, start):
        return start if _is_raised(box_of(start), box_of(start - 1)) else None
    if not _is_raised(box_of(end - 1), box_of(start)):
        return None
    at = next(at for at in range(start + 1, end) if _is_raised(box_of(at), box_of(start)))
    return at if _MARKED_NUMBER.search(text, near, at) else None


def _is_raised(box: Box | None, before: Box | None) -> bool:
    if box is None or before is None:
        return False
    height = before[3] - before[1]
    return 0 < box[3] - box[1] < _SMALL * height and box[1] > before[1] + _HIGH * height
