"""Whether a suite's key can be met at all: checked before anything is asked."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from evals.errors import SuiteError
from evals.suite import AnswerSuite
from evals.summary import answer_figures
from evals.systems.protocol import AnswerSystem


def check_measures(suite: AnswerSuite) -> None:
    """Refuse a suite that names a measure that there is not, among its measures or in its gate.

    Raises:
        SuiteError: naming the field.
    """
    known = tuple(answer_figures(()))
    tables = {
        "measures": suite.measures,
        "gate.minimum": tuple(suite.gate.minimum),
        "gate.maximum": tuple(suite.gate.maximum),
        "gate.smallest_difference": tuple(suite.gate.smallest_difference),
    }
    for field, names in tables.items():
        for name in names:
            if name not in known:
                message = f"no measure '{name}'; {_meant(name, known)}"
                raise SuiteError(suite.path / "suite.toml", message, field=field)


def check_expected(suite: AnswerSuite, subject: AnswerSystem, ingest: Mapping[str, Any]) -> None:
    """Refuse a key that names a document the suite does not have; one that failed to ingest is kept.

    Raises:
        SuiteError: naming the case's line.
    """
    known = set(subject.document_languages())
    known |= {item["source"] for item in ingest.get("items", []) if item.get("source")}
    for case in suite.cases:
        for source in case.expected_documents:
            if source not in known:
                raise SuiteError(
                    suite.path / "cases.jsonl",
                    f"no ingested document is '{source}'; {_meant(source, tuple(sorted(known)))}",
                    line=case.line,
                    field="expected_documents",
                )


def _meant(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return (
        f"did you mean '{near[0]}'?"
        if near
        else f"there are {', '.join(known[:8])}" + (", ..." if len(known) > 8 else "")
    )
