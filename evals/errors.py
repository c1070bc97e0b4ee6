"""Errors of the evals room.

EvalError
├── SuiteError          a suite is written wrongly: names file, line and field
│   └── DatasetError    so is a data set (`evals.datasets.reading`)
├── RunError            a run folder is missing, torn or belongs to another suite
├── JudgeError          a judge of entailment failed: counted, never a verdict
│   └── JudgeUndecided  the judge works, but cannot tell for texts like these
├── SystemCallError     a system behind an address did not answer (`evals.systems.calls`)
└── UnknownSystemError  a system under test is not known, or what it needs is not installed
    └── SystemConfigError  its configuration is written wrongly (`evals.systems.config`)
"""

from __future__ import annotations

from pathlib import Path


class EvalError(Exception):
    """Base of every error here; ``str()`` says what, where and how to mend it."""


class SuiteError(EvalError):
    """A suite is written wrongly.

    Args:
        path: the file at fault.
        message: what is wrong, and how to mend it.
        line: 1-based line, where the file has lines.
        field: the field at fault.
    """

    def __init__(
        self, path: Path, message: str, *, line: int | None = None, field: str | None = None
    ) -> None:
        self.path, self.line, self.field = path, line, field
        where = str(path) if line is None else f"{path}:{line}"
        what = message if field is None else f"field '{field}': {message}"
        super().__init__(f"{where}: {what}")


class RunError(EvalError):
    """A run folder cannot be used."""


class UnknownSystemError(EvalError):
    """A system under test is not known, or what it needs is not installed."""


class JudgeError(EvalError):
    """A judge of entailment failed (no answer, or none that can be read)."""


class JudgeUndecided(JudgeError):
    """The judge works, but cannot tell for texts like these."""
