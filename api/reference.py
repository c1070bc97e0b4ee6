"""Writes the generated pages of ``docs/reference``: the command line's help, and the settings.

``python -m api.reference`` writes them, ``--check`` tells whether they are up to date.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from api.parser import build_parser
from helpdesk_bot.settings import ENVIRONMENT_PREFIX, Settings

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
TARGET = FOLDER / "cli.md"
SETTINGS_INTRODUCTION = """# Settings

Made from `helpdesk_bot/settings.py` by `python -m api.reference`; do not edit it here.

A setting is given as an environment variable (`HELPDESK_` and its name in capitals) or as a line of the
TOML file named with `--config`. The command line goes before the environment, the environment before the
file. An unknown name in the file is refused.

| setting | variable | default | what it does |
|---|---|---|---|
"""
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


def settings_reference() -> str:
    """Return the table of settings as Markdown."""
    rows = []
    own = Settings.__annotations__  # its own come first, then those of the parts that it takes over
    for name, field in sorted(Settings.model_fields.items(), key=lambda item: item[0] not in own):
        default = "none" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{name}` | `{ENVIRONMENT_PREFIX}{name.upper()}` | {default} | {field.description} |")
    return SETTINGS_INTRODUCTION + "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` name those that are out of date."""
    pages = {TARGET: reference(), FOLDER / "settings.md": settings_reference()}
    if "--check" not in arguments:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path, text in pages.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [
        path.name
        for path, text in pages.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    if stale:
        print(f"out of date: {', '.join(stale)}; run `make docs`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
