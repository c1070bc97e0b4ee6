"""Where a command's words go: results to stdout, everything else to stderr."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Console:
    """How one run of the command speaks.

    With ``as_json`` exactly one JSON document goes to stdout (`document`, or
    `refusal` where there is none), and `result` prints nothing.
    """

    quiet: bool = False
    verbose: int = 0
    as_json: bool = False
    _said: list[Any] = field(default_factory=list, repr=False, compare=False)

    def note(self, text: str) -> None:
        """Tell about progress, on stderr; silent with ``-q``."""
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)

    def warn(self, text: str) -> None:
        """Tell about a problem, on stderr, with ``-q`` too."""
        print(text, file=sys.stderr, flush=True)

    def result(self, text: str) -> None:
        """Print a line for people, on stdout."""
        if not self.as_json:
            print(text)

    def document(self, value: Any) -> None:
        """Print the one JSON document, if ``--json`` asked for it."""
        if self.as_json:
            text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
            self._said.append(value)
            print(text)

    def refusal(self, code: str, message: str, exit_code: int) -> None:
        """Print what stands for the document of a command that has no result, unless it was printed.

        Args:
            code: stable, as in the problem documents of HTTP.
            message: what is wrong and how to mend it, one line.
            exit_code: of the command.
        """
        if not self._said:
            self.document({"error": {"code": code, "message": message, "exit_code": exit_code}})


def speak_utf8(as_json: bool) -> None:
    """Make stdout and stderr take every language, whatever the terminal's encoding is.

    JSON is UTF-8 always. Other text keeps the encoding of the terminal, and a
    character that it lacks becomes a question mark, not an error.
    """
    for stream, document in ((sys.stdout, as_json), (sys.stderr, False)):
        if isinstance(stream, io.TextIOWrapper):
            if document:
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="replace")


def table(rows: Sequence[Sequence[object]], header: Sequence[str]) -> str:
    """Return rows as aligned columns of text; numbers stand to the right."""
    cells = [tuple(header), *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    numeric = [all(isinstance(row[column], int | float) for row in rows) for column in range(len(header))]
    lines = []
    for row in cells:
        parts = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def lines_of(values: Mapping[str, Any], indent: str = "") -> str:
    """Return a nested mapping as readable ``name: value`` lines."""
    lines: list[str] = []
    for name, value in values.items():
        label = name.replace("_", " ")
        if isinstance(value, Mapping):
            lines.append(f"{indent}{label}:")
            lines.append(lines_of(value, indent + "  ") or f"{indent}  none")
        elif isinstance(value, list | tuple) and value and all(isinstance(item, Mapping) for item in value):
            lines.append(f"{indent}{label}:")
            lines.extend(f"{indent}  -\n{lines_of(item, indent + '    ')}" for item in value)
        elif isinstance(value, list | tuple):
            shown = ", ".join(str(item) for item in value) if value else "none"
            lines.append(f"{indent}{label}: {shown}")
        else:
            lines.append(f"{indent}{label}: {'none' if value is None else value}")
    return "\n".join(lines)
