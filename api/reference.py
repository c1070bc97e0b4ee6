"""Writes ``docs/reference/cli.md`` from the command line's own help; a test compares.

Run it with ``python -m api.reference``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from api.parser import build_parser

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "cli.md"
INTRODUCTION = """# The command `helpdesk`

Made from the command's own help by `python -m api.reference`; do not edit it here.
"""


def reference() -> str:
    """Return the reference as Markdown, the same on every terminal width."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "100"  # argparse wraps help to this
    try:
        parts = [INTRODUCTION]
        for name, parser in _parsers("helpdesk", build_parser()):
            parts.append(f"## `{name}`\n\n```text\n{parser.format_help().strip()}\n```\n")
        return "\n".join(parts)
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before


def _parsers(name: str, parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:  # argparse has no public way to list subcommands
        if isinstance(action, argparse._SubParsersAction):
            for subname, subparser in action.choices.items():
                yield from _parsers(f"{name} {subname}", subparser)


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(reference(), encoding="utf-8")
