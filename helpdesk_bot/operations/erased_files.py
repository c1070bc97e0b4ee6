"""Erasing what a conversation left in files: cases made of it, and the runs that asked them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from pathlib import Path

from helpdesk_bot.operations.askers_words import SHORT, holds

PLACES = ("suites/reported", "suites/reviews", "evals/runs", "evals/comparisons")
"""Folders of the data directory that hold words of an asker; other suites are an evaluator's own."""

_MADE_AGAIN = ("report.html", "report.md", "report.json", "figures.csv", "cases.csv")
"""Files that `helpdesk eval report` writes anew."""

_NOBODYS = ("suite.toml", "texts.jsonl")
"""Files of suites and runs without a word of an asker; the second holds the texts of cited documents."""

_RUNS = Path("evals") / "runs"
_COMPARISONS = Path("evals") / "comparisons"


def erase_from_files(data_dir: Path, texts: Collection[str]) -> int:
    """Take the lines that hold one of these texts out of the suites and runs made of conversations.

    Args:
        data_dir: the data directory.
        texts: what was asked and written.

    Returns:
        how many lines went, or files where a file holds no lines.
    """
    wanted = frozenset(text for text in texts if text.strip())
    n_erased = 0
    for place in PLACES if wanted else ():
        files = sorted((data_dir / place).rglob("*")) if (data_dir / place).is_dir() else []
        # What is made of lines comes after them: without its lines it goes, whatever it holds.
        for file in sorted(files, key=lambda file: file.name in _MADE_AGAIN):
            if file.is_file() and not file.is_symlink() and file.name not in _NOBODYS:
                n_erased += _erase_from(data_dir, file, wanted)
    return n_erased


def _erase_from(data_dir: Path, file: Path, texts: Collection[str]) -> int:
    """Cut the lines that hold a text out of a file, or remove one without lines; return how many went."""
    data = file.read_bytes()
    if file.suffix != ".jsonl":
        if not _mentions(data_dir, file, data, texts):
            return 0
        # Reports are made again; anything else of a run cannot be cut and goes whole.
        file.unlink()
        return 1
    lines = data.splitlines(keepends=True)
    kept = [line for line in lines if not _line_holds(line, texts)]
    if len(kept) == len(lines):
        return 0
    # Before the lines: after a kill in between, what was made of them would seem to quote a document.
    _forget_comparisons(data_dir, file)
    for made in (folder / name for folder in _folders_of(data_dir, file) for name in _MADE_AGAIN):
        made.unlink(missing_ok=True)
    aside = file.with_name(f"{file.name}.part")
    aside.write_bytes(b"".join(kept))
    aside.replace(file)
    return len(lines) - len(kept)


def _line_holds(line: bytes, texts: Collection[str]) -> bool:
    try:
        return holds(json.loads(line), texts)
    except ValueError:  # cut off by a crash
        return _holds_bytes(line, texts)


def _mentions(data_dir: Path, file: Path, data: bytes, texts: Collection[str]) -> bool:
    """Tell whether a file holds a text that is not among what its runs quote from documents."""
    if file.name in _MADE_AGAIN:
        left = b"\n".join(path.read_bytes() for path in _lines_behind(data_dir, file))
        return any(_holds_bytes(data, [text]) and not _holds_bytes(left, [text]) for text in texts)
    if file.suffix == ".json":
        return _line_holds(data, texts)
    return _holds_bytes(data, texts)


def _lines_behind(data_dir: Path, file: Path) -> list[Path]:
    """Return the files of lines that a report or comparison was made of."""
    compared = file.is_relative_to(data_dir / _COMPARISONS)
    runs = [data_dir / _RUNS / name for name in file.parent.name.split("--")]
    folders = runs if compared else _folders_of(data_dir, file)
    return [path for folder in folders for path in sorted(folder.rglob("*.jsonl"))]


def _folders_of(data_dir: Path, file: Path) -> list[Path]:
    """Return the folder that a file lies in, and that of its run."""
    runs = data_dir / _RUNS
    return [file.parent, *([runs / file.relative_to(runs).parts[0]] if file.is_relative_to(runs) else [])]


def _holds_bytes(data: bytes, texts: Collection[str]) -> bool:
    """Tell whether a file that is no JSON holds one of the long texts, plainly or as JSON within it."""
    forms = {
        form
        for text in texts
        if len(text) >= SHORT
        for form in (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    }
    return any(form.encode("utf-8", "replace") in data for form in forms)


def _forget_comparisons(data_dir: Path, file: Path) -> None:
    """Remove the kept comparisons of the run that a file belongs to: they are made again."""
    runs = data_dir / _RUNS
    if not file.is_relative_to(runs) or not (data_dir / _COMPARISONS).is_dir():
        return
    run = file.relative_to(runs).parts[0]
    for folder in (data_dir / _COMPARISONS).iterdir():
        if run in folder.name.split("--"):
            shutil.rmtree(folder, ignore_errors=True)
