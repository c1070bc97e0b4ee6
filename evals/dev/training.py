"""``--kind training``: the sets that may be trained on, and whether anything of them is measured on.

Nothing is asked of these: a figure on what was trained on says nothing. Each is
read by its reader, which checks every record; its passages are counted, and
those that stand in a retrieval set too, where they would make its figures too
good.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.datasets.conditionalqa import read_conditionalqa
from evals.datasets.gnome_help import ENGLISH_FOLDER, read_gnome_help
from evals.datasets.parallel_rows import read_parallel_rows
from evals.datasets.reading import DatasetError, read_lines
from evals.datasets.reading_questions import ReadingQuestion
from evals.datasets.squad import read_squad
from evals.datasets.swequad import read_swequad
from evals.indexes import Progress
from evals.measures.normalisation import squash

_LEAST = 200  # characters: shorter ones (a heading, a legal formula) may well stand in two pages
_NO_PAGES = ("copyright",)  # GNOME help: not a language's folder


@dataclass(frozen=True, slots=True)
class _Read:
    """What one reader gave: questions or pairs, and the passages they are on."""

    n_records: int
    languages: tuple[str, ...]
    passages: frozenset[str]


def measure_training(folder: Path, retrieval: Iterable[Path], progress: Progress) -> dict[str, Any]:
    """Read the training sets.

    Args:
        folder: ``training``.
        retrieval: folders of the sets that are measured on.
        progress: told how many sets are read.

    Returns:
        the shape of a run's summary, with ``kind`` ``training``; ``sets``: of
        each ``n_records``, ``languages``, ``n_passages``, and ``measured_on``:
        passages of at least 200 characters that a retrieval set holds.
        ``unread``: what no reader knows.

    Raises:
        DatasetError: a record is not as its reader expects.
    """
    measured = {squash(row["text"].text(empty=True)) for path in retrieval for row in _corpus(path)}
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    known = [(path, reader) for path in paths if (reader := _reader_of(path))]
    sets: dict[str, dict[str, Any]] = {}
    for number, (path, reader) in enumerate(known, 1):
        found = reader(path)
        long = {passage for passage in map(squash, found.passages) if len(passage) >= _LEAST}
        sets[path.name] = {
            "n_records": found.n_records,
            "languages": list(found.languages),
            "n_passages": len(found.passages),
            "measured_on": len(long & measured),
        }
        progress("reading", number, len(known))
    return {
        "kind": "training",
        "n_cases": sum(item["n_records"] for item in sets.values()),
        "errors": 0,
        "measures": {},
        "sets": sets,
        "unread": [path.name for path in paths if path.name not in sets],
    }


def _corpus(path: Path) -> Iterable[Any]:
    return read_lines(path / "corpus.jsonl")


def _reader_of(path: Path) -> Callable[[Path], _Read] | None:
    readers = {"squad2-": _squad, "swequad-mc-": _swequad, "conditionalqa": _conditionalqa}
    readers |= {"gnome-help": _gnome, "libreoffice-help-": _pairs}
    return next((reader for start, reader in readers.items() if path.name.startswith(start)), None)


def _questions(found: tuple[ReadingQuestion, ...]) -> _Read:
    languages = sorted({question.language for question in found})
    return _Read(len(found), tuple(languages), frozenset(question.context for question in found))


def _squad(path: Path) -> _Read:
    return _questions(read_squad(path))


def _swequad(path: Path) -> _Read:
    return _questions(read_swequad(path))


def _conditionalqa(path: Path) -> _Read:
    found = read_conditionalqa(path)
    return _Read(len(found), ("en",), frozenset(text for question in found for text in question.evidence))


def _gnome(path: Path) -> _Read:
    folders = [each.name for each in sorted(path.iterdir()) if each.is_dir() and each.name not in _NO_PAGES]
    codes = ["en" if name == ENGLISH_FOLDER else name for name in folders]
    if not codes:
        raise DatasetError(path, "holds no folder of a language")
    pages = {code: read_gnome_help(path, code) for code in codes}
    texts = frozenset(page.text for found in pages.values() for page in found.values())
    return _Read(sum(map(len, pages.values())), tuple(code for code in codes if pages[code]), texts)


def _pairs(path: Path) -> _Read:
    found = read_parallel_rows(path)
    languages = sorted({code for pair in found for code in (pair.title_language, pair.text_language)})
    return _Read(len(found), tuple(languages), frozenset(pair.text for pair in found))


def training_tables(summary: Mapping[str, Any]) -> list[str]:
    """Return what was read as lines of Markdown."""
    lines = ["## Training sets, read and not measured on", ""]
    lines += ["| set | records | languages | passages | also in a retrieval set |", "| --- " * 5 + "|"]
    for name, item in summary["sets"].items():
        cells = (item["n_records"], " ".join(item["languages"]), item["n_passages"], item["measured_on"])
        lines.append(f"| {name} | {' | '.join(map(str, cells))} |")
    if summary["unread"]:
        lines += ["", f"No reader knows: {json.dumps(summary['unread'], ensure_ascii=False)[1:-1]}."]
    return [*lines, ""]
