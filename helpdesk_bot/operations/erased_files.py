"""Erasing what a conversation left in files: cases made of it, and the runs that asked them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from pathlib import Path

from helpdesk_bot.operations.erasing import SHORT, holds

PLACES = ("suites/reported", "suites/reviews", "evals/runs", "evals/comparisons")
"""Folders of the data directory that hold words of an asker; other suites are an evaluator's own."""

_MADE_AGAIN = ("report.html", "report.md", "report.json", "figures.csv", "cases.csv")
"""Files that `helpdesk eval report` writes anew."""

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
    n_lines = 0
    for place in PLACES if wanted else ():
        files = sorted((data_dir / place).rglob("*")) if (data_dir / place).is_dir() else []
        for file in files:
            if file.is_file() and not file.is_symlink():
                n_erased = _erase_from(file, wanted)
                if n_erased and place == "evals/runs":
                    _forget_comparisons(data_dir, file)
                n_lines += n_erased
    return n_lines


def _erase_from(file: Path, texts: Collection[str]) -> int:
    data = file.read_bytes()
    if file.suffix != ".jsonl":
        if file.name == "suite.toml" or not _mentions(file, data, texts):
            return 0
        # Reports are made again; anything else of a run cannot be cut and goes whole.
        file.unlink()
        return 1
    lines = data.splitlines(keepends=True)
    kept = [line for line in lines if not _line_holds(line, texts)]
    if len(kept) == len(lines):
        return 0
    aside = file.with_name(f"{file.name}.part")
    aside.write_bytes(b"".join(kept))
    aside.replace(file)
    for name in _MADE_AGAIN:
        (file.parent / name).unlink(missing_ok=True)
    return len(lines) - len(kept)


def _line_holds(line: bytes, texts: Collection[str]) -> bool:
    try:
        return holds(json.loads(line), texts)
    except ValueError:  # cut off by a crash
        return _holds_bytes(line, texts)


def _mentions(file: Path, data: bytes, texts: Collection[str]) -> bool:
    if file.suffix == ".json":
        return _line_holds(data, texts)
    return _holds_bytes(data, texts)


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
    run = file.relative_to(data_dir / "evals" / "runs").parts[0]
    folders = (data_dir / _COMPARISONS).iterdir() if (data_dir / _COMPARISONS).is_dir() else ()
    for folder in folders:
        if run in folder.name.split("--"):
            shutil.rmtree(folder, ignore_errors=True)
