"""Reading an answer suite: ``suite.toml`` and ``cases.jsonl``."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

from evals.errors import SuiteError
from evals.rows import Row, nearest, read_rows
from evals.significance.corrections import CORRECTIONS
from evals.suite import AnswerSuite, Case, Gate
from helpdesk_bot.answers import Turn
from index.chunks import Filters

HEAD_FIELDS = ("name", "description", "documents", "measures", "gate")

CASE_FIELDS = (
    "id",
    "question",
    "language",
    "answerable",
    "expected_documents",
    "expected_quotes",
    "expected_answers",
    "filters",
    "tags",
    "history",
    "group",
)
FILTERS = tuple(Filters.__dataclass_fields__)
EXPECTED_FIELDS = ("expected_documents", "expected_quotes", "expected_answers")
GATE_TABLES = ("minimum", "maximum", "smallest_difference")


def load_answer_suite(folder: Path) -> AnswerSuite:
    """Read ``suite.toml`` and ``cases.jsonl`` of a folder.

    Raises:
        SuiteError: naming file, line and field.
    """
    path = folder / "suite.toml"
    head = _head(path)
    name = head.get("name", folder.resolve().name)
    if not isinstance(name, str) or not name.strip():
        raise SuiteError(path, "must be a string that is not empty", field="name")
    description = head.get("description", "")
    if not isinstance(description, str):
        raise SuiteError(path, "must be a string", field="description")
    return AnswerSuite(
        path=folder,
        name=name,
        description=description,
        documents=_documents(path, head),
        measures=_measures(path, head),
        gate=_gate(path, head),
        cases=_cases(folder / "cases.jsonl"),
    )


def load_gate(folder: Path) -> Gate:
    """Read the gate of ``suite.toml`` alone; the cases are left unread.

    Raises:
        SuiteError: naming file and field.
    """
    path = folder / "suite.toml"
    return _gate(path, _head(path))


def check_documents(suite: AnswerSuite) -> None:
    """Check that the documents are there (a run needs them, scoring a saved one does not).

    Raises:
        SuiteError: a path does not exist.
    """
    for target in suite.documents:
        if not target.startswith(("http://", "https://")) and not Path(target).exists():
            message = f"{target} does not exist (paths count from the suite's folder)"
            raise SuiteError(suite.path / "suite.toml", message, field="documents")


def _head(path: Path) -> dict[str, Any]:
    try:
        head = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise SuiteError(path, f"not TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(path, f"cannot be read: {error}") from error
    for field in head:
        if near := nearest(field, HEAD_FIELDS):
            raise SuiteError(path, f"is not known; did you mean '{near}'?", field=field)
    return head


def _documents(path: Path, head: dict[str, Any]) -> tuple[str, ...]:
    """Return absolute paths and addresses; paths are relative to the suite's folder."""
    given = head.get("documents")
    if isinstance(given, str):
        given = [given]
    if isinstance(given, dict):
        given = given.get("paths")
    if not isinstance(given, list) or not given:
        raise SuiteError(path, "must be a list of paths or addresses, at least one", field="documents")
    targets = []
    for item in given:
        target = item.get("path") if isinstance(item, dict) else item
        if not isinstance(target, str) or not target.strip():
            raise SuiteError(path, "each must be a path or an address", field="documents")
        if not target.startswith(("http://", "https://")):
            target = str((path.parent / target).resolve())
        targets.append(target)
    return tuple(targets)


def _measures(path: Path, head: dict[str, Any]) -> tuple[str, ...]:
    given = head.get("measures", [])
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise SuiteError(path, "must be a list of measure names", field="measures")
    return tuple(given)


def _gate(path: Path, head: dict[str, Any]) -> Gate:
    """Read ``[gate]``; a bare ``measure = 0.8`` there is short for a minimum."""
    given = head.get("gate", {})
    if not isinstance(given, dict):
        raise SuiteError(path, "must be a table", field="gate")
    given = dict(given)
    alpha = given.pop("alpha", 0.05)
    if not _is_number(alpha) or not 0 < alpha < 1:
        raise SuiteError(path, "must be a number between 0 and 1", field="gate.alpha")
    correction = given.pop("correction", "holm")
    if correction not in CORRECTIONS:
        raise SuiteError(path, f"must be one of {', '.join(CORRECTIONS)}", field="gate.correction")
    tables = {name: given.pop(name, {}) for name in GATE_TABLES}
    if isinstance(tables["minimum"], dict):
        tables["minimum"] = tables["minimum"] | given
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise SuiteError(path, "must be a table of measures", field=f"gate.{name}")
        for measure, bound in table.items():
            if not _is_number(bound):
                raise SuiteError(path, "must be a number", field=f"gate.{name}.{measure}")
    return Gate(alpha=float(alpha), correction=correction, **tables)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _cases(path: Path) -> tuple[Case, ...]:
    cases: list[Case] = []
    lines: dict[str, int] = {}
    for row in read_rows(path):
        case = _case(row)
        if case.case_id in lines:
            raise row.error(f"'{case.case_id}' stands on line {lines[case.case_id]} too", "id")
        lines[case.case_id] = row.line
        cases.append(case)
    if not cases:
        raise SuiteError(path, "holds no case")
    return tuple(cases)


def _case(row: Row) -> Case:
    row.refuse_misspelt(CASE_FIELDS)
    answerable = row.flag("answerable", default=True)
    expected = {field: row.texts(field) for field in EXPECTED_FIELDS}
    if answerable and not any(expected.values()):
        raise row.error("an answerable case needs one, or quotes or answers", "expected_documents")
    for field, values in expected.items():
        if not answerable and values:
            raise row.error("an unanswerable case expects nothing; remove it", field)
    return Case(
        case_id=row.identifier("id"),
        question=row.text("question"),
        language=row.language("language", row.text("language")),
        answerable=answerable,
        line=row.line,
        filters=_filters(row),
        tags=row.texts("tags"),
        history=_history(row),
        group=row.identifier("group") if "group" in row.fields else None,
        **expected,
    )


def _filters(row: Row) -> dict[str, tuple[str, ...]]:
    filters = {}
    for key, value in row.object("filters").items():
        if key not in FILTERS:
            raise row.error(f"there is no such filter; there are {', '.join(FILTERS)}", f"filters.{key}")
        values = value if isinstance(value, list) else [value]
        if key == "year":  # written 2024 as often as "2024"
            values = [str(item) if type(item) is int else item for item in values]
        if not all(isinstance(item, str) for item in values):
            raise row.error("must be a string or a list of strings", f"filters.{key}")
        filters[key] = tuple(values)
    return filters


def _history(row: Row) -> tuple[Turn, ...]:
    """Read earlier turns, the oldest first: the person begins, and the helpdesk speaks once at a time."""
    turns: list[Turn] = []
    for position, item in enumerate(row.objects("history")):
        field = f"history[{position}]"
        role, text = item.get("role"), item.get("text")
        if not isinstance(text, str) or not text.strip():
            raise row.error("must be an object with role and text", field)
        row.refuse_unusable(text, field)
        if role not in ("user", "assistant"):
            raise row.error("role must be user or assistant", field)
        if role == "assistant" and (not turns or turns[-1].role == "assistant"):
            raise row.error("an assistant's turn must follow a user's", field)
        turns.append(Turn(role, text))
    return tuple(turns)
