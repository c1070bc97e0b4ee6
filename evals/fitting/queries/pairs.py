"""What queries learn from: a query with the passages that answer it, in one language and between them.

Questions with their answers; titles of help pages with the first passage of the
page in every language; and paragraphs of help pages as queries for the same
passage in the other languages. Everything is a row of one bank of passages, in
which the others are what a query must not come near to.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.datasets.gnome_help import read_gnome_help
from evals.datasets.parallel_rows import read_parallel_rows
from evals.fitting.reader.examples import MAX_CHARS, is_held_out, text_of
from evals.fitting.reader.parallel import LANGUAGES, Block, page_blocks
from evals.fitting.reader.questions import asked_questions

_LEAST_CHARS, _MOST_CHARS = 25, 220
"""Of a paragraph that stands for a query."""


@dataclass(frozen=True, slots=True)
class QueryPair:
    """A query with the places of the passages, in the bank, that are right for it."""

    query: str
    places: tuple[int, ...]
    source: str


@dataclass(slots=True)
class Bank:
    """Passages; ``groups``: the page or paragraph of each, in any language. Two of one are not told apart."""

    passages: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def add(self, passage: str, group: str) -> int:
        """Add a passage and return its place."""
        self.passages.append(_nfc(passage))
        self.groups.append(group)
        return len(self.passages) - 1


def query_pairs(folder: Path, rng: random.Random) -> tuple[Bank, list[QueryPair]]:
    """Return the passages and pairs of the training sets; held-out documents are in neither.

    Args:
        folder: the sets marked for training.
        rng: decides how much of a scenario stands before its question.
    """
    bank = Bank()
    return bank, [*_questions(folder, bank, rng), *_gnome(folder, bank), *_libreoffice(folder, bank)]


def _questions(folder: Path, bank: Bank, rng: random.Random) -> list[QueryPair]:
    windows: dict[int, list[tuple[int, int, int]]] = {}
    pairs = []
    for number, one in enumerate(asked_questions(folder, rng)):
        text = one.text
        if is_held_out(text.document):
            continue
        if id(text) not in windows:
            windows[id(text)] = [
                (
                    text.sentences[first][0],
                    text.sentences[last][1],
                    bank.add(f"{text.title}\n{text.excerpt(first, last)[1]}".strip(), f"question/{number}"),
                )
                for first, last in text.windows
            ]
        if not one.places:
            continue
        start, end = one.places[0]
        right = tuple(place for at, until, place in windows[id(text)] if at <= start and end <= until)
        if right:
            pairs.append(QueryPair(_nfc(one.question), right, one.source))
    return pairs


def _gnome(folder: Path, bank: Bank) -> list[QueryPair]:
    titles = {code: read_gnome_help(folder / "gnome-help", code) for code in LANGUAGES}
    pairs = []
    for name, found in page_blocks(folder).items():
        group = f"gnome/{name.removesuffix('.page')}"
        versions = _of_one_length(found)
        if not versions or is_held_out(group):
            continue
        for number, run in enumerate(_runs(next(iter(versions.values())))):
            places = {
                code: bank.add("\n".join(blocks[i].text for i in run), group)
                for code, blocks in versions.items()
            }
            if number == 0:
                pairs += [
                    QueryPair(_nfc(pages[page].title), tuple(places.values()), "title")
                    for pages in titles.values()
                    if (page := group.removeprefix("gnome/")) in pages
                ]
            for code, blocks in versions.items():
                others = tuple(place for other, place in places.items() if other != code)
                pairs += [
                    QueryPair(_nfc(blocks[i].text), others, "paragraph")
                    for i in run
                    if others and _LEAST_CHARS < len(blocks[i].text) < _MOST_CHARS
                ]
    return pairs


def _of_one_length(versions: dict[str, list[Block]]) -> dict[str, list[Block]]:
    """Return the versions whose paragraphs stand beside those of the first language that there is."""
    reference = next((versions[code] for code in LANGUAGES if code in versions), [])
    return {code: blocks for code, blocks in versions.items() if blocks and len(blocks) == len(reference)}


def _runs(blocks: Sequence[Block]) -> list[list[int]]:
    """Pack paragraphs up to the length of an excerpt."""
    runs: list[list[int]] = []
    size = 0
    for i, block in enumerate(blocks):
        if runs and size + len(block.text) <= MAX_CHARS:
            runs[-1].append(i)
        else:
            runs.append([i])
            size = 0
        size += len(block.text)
    return runs


def _libreoffice(folder: Path, bank: Bank) -> list[QueryPair]:
    pairs = []
    for name in ("doc_en-q_vi", "doc_vi-q_en", "doc_vi-q_vi"):
        for row in read_parallel_rows(folder / f"libreoffice-help-{name}"):
            text = text_of(row.document, "", row.text, row.text_language)
            group = f"libreoffice/{row.document}"
            if text.windows and not is_held_out(group):
                place = bank.add(text.excerpt(*text.windows[0])[1], group)
                pairs.append(QueryPair(_nfc(row.title), (place,), "libreoffice"))
    return pairs


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
