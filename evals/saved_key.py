"""The key of an answer run, saved with it, so that the run can be scored where the suite is not."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.answer_suite import load_answer_suite
from evals.errors import RunError
from evals.suite import AnswerSuite, Case

KEY_FILES = ("suite.toml", "cases.jsonl")


def save_key(suite: AnswerSuite, cases: Sequence[Case], folder: Path) -> str:
    """Save the key of a run below its folder; an earlier one is replaced.

    Args:
        suite: an answer suite as it lies on disk, or a retrieval set asked as one.
        cases: those that are asked; of a retrieval set no other is saved.
        folder: the run folder.

    Returns:
        the SHA-256 of the saved key.
    """
    saved = folder / run_folder.SUITE
    saved.mkdir(exist_ok=True)
    if (suite.path / KEY_FILES[0]).exists():
        for name in KEY_FILES:
            part = saved / f"{name}.part"
            shutil.copyfile(suite.path / name, part)
            part.replace(saved / name)
    else:
        run_folder.write_lines(saved / "cases.jsonl", (case_to_json(case) for case in cases))
        head = {"name": suite.name, "description": suite.description, "documents": ["corpus.jsonl"]}
        # Strings and lists of strings are written alike in JSON and in TOML.
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
        part = saved / "suite.toml.part"
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
        part.replace(saved / "suite.toml")
    return hash_files(saved, KEY_FILES)


def load_key(folder: Path) -> AnswerSuite:
    """Return the key that was saved with an answer run.

    Raises:
        RunError: there is none.
        SuiteError: it was edited and is written wrongly.
    """
    saved = folder / run_folder.SUITE
    if not has_key(folder):
        raise RunError(f"{saved} is missing; give the suite with --suite")
    return load_answer_suite(saved)


def has_key(folder: Path) -> bool:
    """Whether a key was saved with a run."""
    return (folder / run_folder.SUITE / KEY_FILES[0]).exists()


def check_same_questions(suite: AnswerSuite, earlier: AnswerSuite) -> None:
    """Check that a newer key is one of the questions that were asked.

    Raises:
        RunError: a case has another question, history or filter now; its saved
            answer is none to that.
    """
    asked = {case.case_id: case for case in earlier.cases}
    for case in suite.cases:
        before = asked.get(case.case_id)
        if before is not None and before.to_question() != case.to_question():
            raise RunError(
                f"{suite.path / 'cases.jsonl'}:{case.line}: case '{case.case_id}' asks something else than "
                "the run did; run the suite again into another folder"
            )


def case_to_json(case: Case) -> dict[str, Any]:
    """Return a case as a line of ``cases.jsonl``."""
    fields: dict[str, Any] = {
        "id": case.case_id,
        "question": case.question,
        "language": case.language,
        "answerable": case.answerable,
        "expected_documents": list(case.expected_documents),
        "expected_quotes": list(case.expected_quotes),
        "expected_answers": list(case.expected_answers),
        "filters": {name: list(values) for name, values in case.filters.items()},
        "tags": list(case.tags),
        "history": [{"role": turn.role, "text": turn.text} for turn in case.history],
    }
    if case.group is not None:
        fields["group"] = case.group
    return fields


def hash_files(folder: Path, names: Sequence[str]) -> str:
    """Return the SHA-256 over some files of a folder."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((folder / name).read_bytes() + b"\0")
    return digest.hexdigest()
