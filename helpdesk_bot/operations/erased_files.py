"""Erasing what a conversation left in files: cases made of it, and the runs that asked them."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from helpdesk_bot.operations.erasing import SHORT, sought

PLACES = ("suites", "evals/runs", "evals/comparisons")
"""Folders of the data directory that may hold words of an asker."""

_MADE_AGAIN = ("report.html", "report.md", "report.json", "figures.csv", "cases.csv")
"""Files that `helpdesk eval report` writes anew."""


def erase_from_files(data_dir: Path, texts: Collection[str]) -> int:
    """Take the lines that hold one of these texts out of suites and runs.

    Args:
        data_dir: the data directory.
        texts: what was asked and written.

    Returns:
        how many lines went, or files where a file holds no lines.
    """
    forms = {form for text in texts if text.strip() for form in _forms(text)}
    if not forms:
        return 0
    n_lines = 0
    for place in PLACES:
        files = sorted((data_dir / place).rglob("*")) if (data_dir / place).is_dir() else []
        for file in files:
            if file.is_file() and not file.is_symlink():
                n_lines += _erase_from(file, forms)
    return n_lines


def _forms(text: str) -> tuple[bytes, ...]:
    """Return a text as files write it: as JSON with and without letters beyond ASCII, a long one plainly."""
    written = [sought(json.dumps(text, ensure_ascii=False)), sought(json.dumps(text))]
    plain = [text] if len(text) >= SHORT else []
    return tuple(each.encode("utf-8", "replace") for each in (*written, *plain))


def _erase_from(file: Path, forms: Collection[bytes]) -> int:
    data = file.read_bytes()
    if not any(form in data for form in forms):
        return 0
    if file.suffix != ".jsonl":
        # Reports are made again; anything else of a run cannot be cut and goes whole.
        file.unlink()
        return 1
    lines = data.splitlines(keepends=True)
    kept = [line for line in lines if not any(form in line for form in forms)]
    aside = file.with_name(f"{file.name}.part")
    aside.write_bytes(b"".join(kept))
    aside.replace(file)
    for name in _MADE_AGAIN:
        (file.parent / name).unlink(missing_ok=True)
    return len(lines) - len(kept)
