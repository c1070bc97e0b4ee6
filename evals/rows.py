"""Reading JSON Lines with errors that name file, line and field."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import SuiteError

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
"""A language code: ``sv``, ``zh-Hant``, ``und``."""

_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that no file or database can keep: NUL, and halves of a surrogate pair."""


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object of a file and the line it stands on (1-based)."""

    path: Path
    line: int
    fields: Mapping[str, Any]

    def error(self, message: str, field: str | None = None) -> SuiteError:
        """Return the error to raise about this row."""
        return SuiteError(self.path, message, line=self.line, field=field)

    def text(self, field: str, *, default: str | None = None, empty: bool = False) -> str:
        """Return a string field; without ``default`` it must be there, with one null counts as missing.

        Raises:
            SuiteError: missing, not a string, or empty where ``empty`` is False.
        """
        if field not in self.fields and default is None:
            raise self.error("is missing", field)
        value = self.fields.get(field)
        value = default if value is None and default is not None else value
        if not isinstance(value, str):
            raise self.error(f"must be a string, not {_kind(value)}", field)
        if not empty and not value.strip():
            raise self.error("is empty", field)
        self.refuse_unusable(value, field)
        return value

    def identifier(self, field: str) -> str:
        """Return an id: a string, or a whole number as it is written (many sets number their rows).

        Raises:
            SuiteError: missing, empty, or neither.
        """
        value = self.fields.get(field)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text(field)

    def flag(self, field: str, *, default: bool) -> bool:
        """Return a true/false field."""
        value = self.fields.get(field, default)
        if not isinstance(value, bool):
            raise self.error(f"must be true or false, not {_kind(value)}", field)
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """Return a list of non-empty strings; a missing or null field is the empty list."""
        value = self.fields.get(field)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.error(f"must be a list of strings, not {_kind(value)}", field)
        for position, item in enumerate(value, 1):
            if not isinstance(item, str) or not item.strip():
                raise self.error(f"item {position} must be a string that is not empty", field)
            self.refuse_unusable(item, field)
        return tuple(value)

    def objects(self, field: str) -> tuple[Mapping[str, Any], ...]:
        """Return a list of objects; a missing or null field is the empty list."""
        value = self.fields.get(field)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.error(f"must be a list of objects, not {_kind(value)}", field)
        for position, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.error(f"must be an object, not {_kind(item)}", f"{field}[{position}]")
        return tuple(value)

    def object(self, field: str) -> Mapping[str, Any]:
        """Return an object; a missing or null field is an empty one."""
        value = self.fields.get(field)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.error(f"must be an object, not {_kind(value)}", field)
        return value

    def language(self, field: str, value: str) -> str:
        """Return the value if it is written as a language code."""
        if not LANGUAGE.fullmatch(value):
            raise self.error(f"'{value}' is no language code such as sv", field)
        return value

    def refuse_unusable(self, value: str, field: str) -> None:
        """Refuse a text that could not be saved with the run."""
        found = _UNUSABLE.search(value)
        if found:
            raise self.error(f"holds the character U+{ord(found[0]):04X}, which is no text", field)

    def refuse_misspelt(self, known: Sequence[str]) -> None:
        """Refuse a field that is nearly a known one: a typo would silently weaken the case.

        Fields that resemble none are allowed, so that suites can carry notes.
        """
        for field in self.fields:
            near = nearest(field, known)
            if near:
                raise self.error(f"is not known; did you mean '{near}'?", field)


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Return the known name that an unknown one was probably meant to be."""
    if name in known:
        return None
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.8)), None)


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the objects of a JSON Lines file; blank lines are passed over.

    Raises:
        SuiteError: the file is missing, not UTF-8, or a line is not a JSON object.
    """
    for line, text in read_lines(path):

        def once(pairs: list[tuple[str, Any]], line: int = line) -> dict[str, Any]:
            fields = dict(pairs)
            if len(fields) < len(pairs):
                names = [name for name, _ in pairs]
                twice = next(name for name in names if names.count(name) > 1)
                raise SuiteError(path, "stands there twice in one object", line=line, field=twice)
            return fields

        try:
            value = json.loads(text, object_pairs_hook=once, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            raise SuiteError(path, f"not JSON ({error.msg} at column {error.colno})", line=line) from error
        except (ValueError, RecursionError) as error:
            raise SuiteError(path, f"not JSON ({error})", line=line) from error
        if not isinstance(value, dict):
            raise SuiteError(path, f"a line must be a JSON object, not {_kind(value)}", line=line)
        yield Row(path, line, value)


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (1-based number, text) of the lines that are not blank.

    Lines end with a line feed alone: JSON strings may hold U+2028 and its like.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise SuiteError(path, "the file is missing") from error
    except OSError as error:
        raise SuiteError(path, f"cannot be read: {error.strerror}") from error
    for line, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            text = raw.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError as error:
            raise SuiteError(path, "is not UTF-8; save the file as UTF-8", line=line) from error
        if text.strip():
            yield line, text


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON value")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true/false", int: "a number"}
    return "null" if value is None else names.get(type(value), "a number")
