"""A reported answer as a case: what an evaluator says that the right answer would have been."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.answer_suite import load_answer_suite
from evals.errors import SuiteError

FOLDER = "reported"
_DESCRIPTION = "Questions whose answers were reported, with what a person said the answer should hold."


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a right answer holds; several documents, quotes or answers are alternatives."""

    answerable: bool
    documents: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


def write_reported_case(
    data_dir: Path, answer: Mapping[str, Any], expected: Expectation, documents: Sequence[str]
) -> str:
    """Write a case to ``suites/reported`` of the data directory; the same answer again replaces its case.

    Args:
        data_dir: the data directory.
        answer: the reported answer, as recorded.
        expected: what a right answer holds.
        documents: what the suite ingests: paths and addresses.

    Returns:
        the case's id.

    Raises:
        SuiteError: an answerable case expects nothing, or there are no documents.
    """
    folder = data_dir / "suites" / FOLDER
    case_id = f"reported-{str(answer['answer_id'])[:12]}"
    filters = (answer.get("trace") or {}).get("filters") or {}
    case: dict[str, Any] = {
        "id": case_id,
        "question": unicodedata.normalize("NFC", str(answer["question"])),
        "language": str(answer["question_language"]),
        "answerable": expected.answerable,
        "filters": {name: list(values) for name, values in filters.items()},
        "tags": ["reported"],
    }
    if expected.answerable:
        case["expected_documents"] = list(expected.documents)
        case["expected_quotes"] = list(expected.quotes)
        case["expected_answers"] = list(expected.answers)
    if not documents:
        raise SuiteError(
            folder / "suite.toml", "there is no document that could be ingested", field="documents"
        )
    folder.mkdir(parents=True, exist_ok=True)
    cases = folder / "cases.jsonl"
    before = cases.read_bytes() if cases.exists() else None
    head = f"name = {json.dumps(FOLDER)}\ndescription = {json.dumps(_DESCRIPTION)}\n"
    head += f"documents = {json.dumps(list(documents), ensure_ascii=False)}\n"
    (folder / "suite.toml").write_text(head, "utf-8")
    lines = [] if before is None else before.decode().splitlines()
    kept = [line for line in lines if line.strip() and json.loads(line).get("id") != case_id]
    _replace(cases, "".join(f"{line}\n" for line in (*kept, json.dumps(case, ensure_ascii=False))).encode())
    try:
        load_answer_suite(folder)
    except SuiteError:
        if before is None:
            cases.unlink()
        else:
            _replace(cases, before)
        raise
    return case_id


def _replace(path: Path, data: bytes) -> None:
    aside = path.with_name(f"{path.name}.part")
    aside.write_bytes(data)
    aside.replace(path)
