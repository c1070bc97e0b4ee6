"""``--kind loading``: what comes out of PDF files that are hard to read.

Each file gives text or an error of a known kind (a password, no text, damage).
A file that overran the limits, or ended otherwise, failed. Of the manuals with
a text twin: the share of the twin's words that the PDF gave, each as often as
it stands there.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus.errors import CorpusError
from corpus.hints import Hints
from corpus.isolation import MAX_SECONDS, ParserProcess
from evals.datasets.hard_documents import Manual, list_manuals, list_samples
from evals.indexes import Progress

KNOWN = frozenset({"EncryptedDocument", "NoText", "BrokenDocument"})
"""What a hard file may be refused for."""
_WORD = re.compile(r"\w+")
TEXT = "text"
MAX_SECONDS_A_FILE = 4 * MAX_SECONDS
"""More than an ingest allows: what is measured here is the file, not how busy the machine is."""


def measure_loading(folder: Path, progress: Progress) -> dict[str, Any]:
    """Load every PDF below a folder in a child process with limits.

    Args:
        folder: ``hard-documents``: manuals in ``manuals``, samples beside it.
        progress: told how many files are read.

    Returns:
        the shape of a run's summary, with ``kind`` ``loading``; ``outcomes``:
        how many files ended how; ``failed``: files that crashed or overran the
        limits; ``manuals``: ``recall`` and the number of words of each.
    """
    manuals = list_manuals(folder / "manuals") if (folder / "manuals").is_dir() else ()
    samples = list_samples(folder)
    paths = [sample.path for sample in samples]
    outcomes: Counter[str] = Counter()
    failed: dict[str, str] = {}
    texts: dict[Path, str] = {}
    with ParserProcess(max_seconds=MAX_SECONDS_A_FILE) as process:
        for number, path in enumerate(paths, 1):
            outcome, text = _load(process, path, folder)
            outcomes[outcome] += 1
            if text is None and outcome not in KNOWN:
                failed[path.relative_to(folder).as_posix()] = outcome
            texts[path] = text or ""
            progress("loading", number, len(paths))
    return {
        "kind": "loading",
        "n_cases": len(paths),
        "errors": len(failed),
        "measures": {},
        "outcomes": dict(outcomes.most_common()),
        "failed": failed,
        "manuals": {manual.name: _recall(manual, texts[manual.pdf]) for manual in manuals},
    }


def _load(process: ParserProcess, path: Path, folder: Path) -> tuple[str, str | None]:
    try:
        document = process.parse(path.read_bytes(), Hints(path.relative_to(folder).as_posix()))
    except CorpusError as error:
        return type(error).__name__, None
    return TEXT, document.text


def _recall(manual: Manual, text: str) -> dict[str, Any]:
    wanted = _words(manual.text.read_text(encoding="utf-8"))
    missing = wanted - _words(text)
    n = sum(wanted.values())
    return {"recall": 1 - sum(missing.values()) / n if n else None, "n_words": n}


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def loading_tables(summary: Mapping[str, Any]) -> list[str]:
    """Return what came out as lines of Markdown."""
    lines = [f"## Files that are hard to read ({summary['n_cases']})", ""]
    lines += ["| outcome | files |", "| --- | --- |"]
    lines += [f"| {outcome} | {n} |" for outcome, n in summary["outcomes"].items()]
    lines += ["", "| manual | words of the text twin | word recall |", "| --- | --- | --- |"]
    for name, item in summary["manuals"].items():
        told = "-" if item["recall"] is None else f"{item['recall']:.3f}"
        lines.append(f"| {name} | {item['n_words']} | {told} |")
    if summary["failed"]:
        lines += ["", *(f"- {name}: {outcome}" for name, outcome in summary["failed"].items())]
    return [*lines, ""]
