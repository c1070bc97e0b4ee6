"""The cell of a table that a question asks for: its row by the label, its column by the heading.

Rows are alike, so that neither their vectors nor the reader tell which one is
meant; the words of the question do, where they name one row and one column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpdesk_bot.citations import MAX_QUOTE_CHARS, Evidence
from helpdesk_bot.extractive import Words
from helpdesk_bot.list_lines import CELLS, Line, groups_of, lines_of
from helpdesk_bot.names_asked import question_names
from index.lexical import tokens

MOST_NEIGHBOURS = 2
"""Of a row in its quote."""

LABELS_SHARE = 1 / 3
"""Of a row's label, that stands in the question; a long label that shares one word is another thing."""

RIVALS_SHARE = 0.5
"""Of what a question says of one row or column: more of another one in words of its own means both."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The row as it is quoted, and the cell in it: half-open, in code points of the document's text."""

    row: Evidence
    start_char: int
    end_char: int

    def is_held_by(self, piece: Evidence) -> bool:
        """Tell whether a quote holds it."""
        same = piece.candidate.passage.passage_id == self.row.candidate.passage.passage_id
        return same and piece.start_char <= self.start_char and self.end_char <= piece.end_char


def cell_asked(pieces: Sequence[Evidence], words: Words, question: str) -> Cell | None:
    """Return the cell that a question names by row and column, in the first table where it does.

    Args:
        pieces: the chosen quotes, in order; the tables of their passages are looked at.
        words: the question's; a table in another language has none of them.
        question: as it is searched. A name or number of it (`names_asked.question_names`) that neither the
            row, the head, the headings nor the title holds asks for something else: "all firms in
            Denmark" is not the row "All".
    """
    names = question_names(question, words.language)
    for piece in pieces:
        passage = piece.candidate.passage
        if passage.language != words.language:
            continue
        lines = lines_of(passage)
        for group in groups_of(lines, is_headed=True):
            rows = [lines[at] for at in group]
            found = _named(rows, words) if rows[0].mark == "row" else None
            if found is not None and _holds_all(names, piece, rows[0], found[0]):
                return _cell(piece, rows[0], *found)
    return None


def _holds_all(names: Sequence[str], piece: Evidence, head: Line, row: Line) -> bool:
    candidate = piece.candidate
    parts = (candidate.document.title, candidate.passage.context, head.text, row.text)
    held = " ".join(parts).casefold()
    return all(name in held for name in names)


def _named(rows: Sequence[Line], words: Words) -> tuple[Line, int] | None:
    """Return the row and the column that the question names, if it names just one of each."""
    table = [row.text.split(CELLS) for row in rows]
    width = len(table[0])
    labels = {at: cells[0] for at, cells in enumerate(table) if at and len(cells) == width}
    row = _the_one(labels, words, LABELS_SHARE)
    columns = {at: cell for at, cell in enumerate(table[0]) if at}
    column = 1 if width == 2 else _the_one(columns, words, 0.0)
    if row is None or column is None or not table[row][column].strip():
        return None
    return rows[row], column


def _the_one(cells: dict[int, str], words: Words, share: float) -> int | None:
    """Return the place of the cell that the question names, and no other one by words of its own."""
    own = {at: set(tokens(cell, words.language)) for at, cell in cells.items()}
    said = {at: {token for token in own[at] if token in words.weight} for at in cells}
    named = {at: held for at, held in said.items() if held and len(held) >= share * len(own[at])}
    most = max(named, key=lambda at: len(named[at]), default=None)
    if most is None:
        return None
    others = [held for at, held in named.items() if at != most]
    alike = any(held == named[most] for held in others)
    rivalled = any(len(held - named[most]) > RIVALS_SHARE * len(named[most]) for held in others)
    return None if alike or rivalled else most


def _cell(piece: Evidence, head: Line, row: Line, column: int) -> Cell | None:
    """Return a cell with its row as a quote, from the head of the table on where a quote may hold both."""
    passage = piece.candidate.passage
    quoted = replace(piece, first=row.first, last=row.last, best=row.first)
    headed = replace(quoted, first=head.first)
    if row.last - head.first <= MOST_NEIGHBOURS and headed.end_char - headed.start_char <= MAX_QUOTE_CHARS:
        quoted = headed
    before = row.text.split(CELLS)[:column]
    cell = row.text.split(CELLS)[column]
    line = passage.text.rfind("\n", 0, passage.sentences[row.first][0] - passage.start_char) + 1
    start = passage.start_char + line + sum(len(text) + len(CELLS) for text in before)
    start += len(cell) - len(cell.lstrip())
    end = start + len(cell.strip())
    return Cell(quoted, start, end) if quoted.start_char <= start and end <= quoted.end_char else None
