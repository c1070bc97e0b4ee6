"""Where an expected quote stands inside a cited one."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

Piece = tuple[str, bool]
"""A stretch of text, and whether it is to be marked."""


def mark_expected(quote: str, expected: Sequence[str]) -> tuple[Piece, ...]:
    """Part a cited quote into pieces, those that an expected quote covers marked.

    Compared as ``quote_hit`` does (`evals.measures.normalisation.squash`): NFC,
    case folded, white space squashed. The pieces joined are the quote in NFC.
    """
    from evals.measures.normalisation import squash

    text = unicodedata.normalize("NFC", quote)
    squashed = squash(quote)
    found = [wanted for wanted in map(squash, expected) if wanted and wanted in squashed]
    if not found:
        return ((text, False),)
    folded, origins = _fold(text)
    marked = [False] * len(text)
    for wanted in found:
        start = folded.find(wanted)
        if start >= 0:
            first, last = origins[start], origins[start + len(wanted) - 1]
            marked[first : last + 1] = [True] * (last + 1 - first)
    return _pieces(text, marked)


def _fold(text: str) -> tuple[str, list[int]]:
    """Return the folded text and, for each of its characters, the place it comes from."""
    folded: list[str] = []
    origins: list[int] = []
    for place, char in enumerate(text):
        if char.isspace():
            if folded and folded[-1] != " ":
                folded.append(" ")
                origins.append(place)
            continue
        for part in unicodedata.normalize("NFC", char.casefold()):
            folded.append(part)
            origins.append(place)
    return "".join(folded), origins


def _pieces(text: str, marked: Sequence[bool]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or marked[place] != marked[begin]:
            pieces.append((text[begin:place], marked[begin]))
            begin = place
    return tuple(pieces)
