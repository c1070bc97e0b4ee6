"""What an expert changed: two texts compared word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Op = Literal["equal", "insert", "delete"]

MOST_WORDS = 2000
"""Of a changed stretch on either side; a longer one is shown as taken out and put in."""

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_SIGNS = r".,;:!?…()\[\]\"“”„»«"
_TOKEN = re.compile(rf"\s+|[{_UNSPACED}]|[{_SIGNS}]|[^\s{_UNSPACED}{_SIGNS}]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, or that was put in or taken out."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class WordDiff:
    """The pieces in order; ``distance``: words put in and taken out, as a share of all words, 0..1."""

    pieces: tuple[Piece, ...]
    changed_words: int
    distance: float

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as JSON."""
        return {
            "words": [{"op": piece.op, "text": piece.text} for piece in self.pieces],
            "changed_words": self.changed_words,
            "distance": self.distance,
        }


def word_diff(before: str, after: str) -> WordDiff:
    """Compare two texts.

    The pieces that are equal or deleted, joined, are ``before``; those that
    are equal or inserted, joined, are ``after``.
    """
    old_lines, new_lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    for op, first, last, start, end in SequenceMatcher(None, old_lines, new_lines, False).get_opcodes():
        old, new = "".join(old_lines[first:last]), "".join(new_lines[start:end])
        if op == "equal":
            _put(pieces, "equal", old)
        else:
            _compare(pieces, _TOKEN.findall(old), _TOKEN.findall(new))
    changed = sum(len(piece.text.split()) for piece in pieces if piece.op != "equal")
    total = len(before.split()) + len(after.split())
    return WordDiff(tuple(pieces), changed, round(changed / total, 4) if total else 0.0)


def _compare(pieces: list[Piece], old: Sequence[str], new: Sequence[str]) -> None:
    if max(len(old), len(new)) > MOST_WORDS:
        _put(pieces, "delete", "".join(old))
        _put(pieces, "insert", "".join(new))
        return
    for op, first, last, start, end in SequenceMatcher(None, old, new, False).get_opcodes():
        if op == "equal":
            _put(pieces, "equal", "".join(old[first:last]))
        else:
            _put(pieces, "delete", "".join(old[first:last]))
            _put(pieces, "insert", "".join(new[start:end]))


def _put(pieces: list[Piece], op: Op, text: str) -> None:
    if not text:
        return
    if pieces and pieces[-1].op == op:
        pieces[-1] = Piece(op, pieces[-1].text + text)
    else:
        pieces.append(Piece(op, text))
