"""Walking through a JSON document with errors that name file, record and field.

EvalError
└── SuiteError
    └── DatasetError    a file of a data set is not as its reader expects
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import SuiteError


class DatasetError(SuiteError):
    """A file of a data set is not as its reader expects it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a JSON document and where it stands.

    ``place``: from the document down, such as ``data[3].title``; empty for the
    whole. ``line``: of a file with one document a line (1-based).
    """

    path: Path
    place: str
    value: Any
    line: int | None = None

    def error(self, message: str) -> DatasetError:
        """Return the error to raise about this value."""
        return DatasetError(self.path, message, line=self.line, field=self.place or None)

    def __getitem__(self, field: str) -> Node:
        """Return a field of an object.

        Raises:
            DatasetError: no object, or the field is missing.
        """
        if not isinstance(self.value, dict):
            raise self.error("must be an object")
        place = f"{self.place}.{field}" if self.place else field
        if field not in self.value:
            raise DatasetError(self.path, "is missing", line=self.line, field=place)
        return Node(self.path, place, self.value[field], self.line)

    def get(self, field: str) -> Node | None:
        """Return a field of an object, None where it is missing."""
        if not isinstance(self.value, dict):
            raise self.error("must be an object")
        return self[field] if field in self.value else None

    def items(self) -> Iterator[Node]:
        """Yield the members of a list."""
        if not isinstance(self.value, list):
            raise self.error("must be a list")
        for position, item in enumerate(self.value):
            yield Node(self.path, f"{self.place}[{position}]", item, self.line)

    def fields(self) -> Iterator[tuple[str, Node]]:
        """Yield the fields of an object."""
        if not isinstance(self.value, dict):
            raise self.error("must be an object")
        for name in self.value:
            yield name, self[name]

    def text(self, *, empty: bool = False) -> str:
        """Return a string; an empty one only where ``empty`` allows it."""
        if not isinstance(self.value, str):
            raise self.error("must be a string")
        if not empty and not self.value.strip():
            raise self.error("is empty")
        return self.value

    def texts(self) -> tuple[str, ...]:
        """Return a list of strings, empty ones among them."""
        return tuple(item.text(empty=True) for item in self.items())

    def count(self) -> int:
        """Return a whole number from 0 on."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise self.error("must be a whole number from 0 on")
        return self.value

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self.error("must be true or false")
        return self.value


def read_document(path: Path) -> Node:
    """Read a JSON file.

    Raises:
        DatasetError: missing, not UTF-8 or not JSON.
    """
    try:
        return Node(path, "", json.loads(_read(path)))
    except ValueError as error:
        raise DatasetError(path, f"not JSON: {error}") from error


def read_lines(path: Path) -> Iterator[Node]:
    """Yield the values of a JSON Lines file; blank lines are passed over.

    Raises:
        DatasetError: as `read_document`, with the line.
    """
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield Node(path, "", json.loads(line), number)
        except ValueError as error:
            raise DatasetError(path, f"not JSON: {error}", line=number) from error


def _read(path: Path) -> str:
    try:
        return path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except FileNotFoundError as error:
        raise DatasetError(path, "the file is missing; the data lies beside the project") from error
    except OSError as error:
        raise DatasetError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DatasetError(path, "is not UTF-8") from error
