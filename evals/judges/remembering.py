"""Verdicts are asked for once: within a scoring, and over scorings for a judge that costs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals import run_folder
from evals.errors import JudgeUndecided
from evals.judges.protocol import EntailmentJudge, judge_sha256

JUDGEMENTS = "judgements.jsonl"
_Key = tuple[str, str, str, str]


class RememberingJudge:
    """A judge that keeps the verdicts of another.

    Those of a judge with a model are kept in ``judgements.jsonl`` of the run
    folder too, under the hash of the judge's description, so scoring again
    asks only for what is new and another judge's verdicts are never taken.
    Failures are kept nowhere: the next scoring asks again.
    """

    def __init__(self, judge: EntailmentJudge, folder: Path) -> None:
        self._judge = judge
        self._sha256 = judge_sha256(judge)
        self._verdicts: dict[_Key, bool | str] = {}
        self._kept: dict[str, bool] = {}
        self._file: run_folder.LineWriter | None = None
        if judge.describe().get("model") is not None:
            path = folder / JUDGEMENTS
            self._kept = _verdicts_of(path, self._sha256) if path.exists() else {}
            self._file = run_folder.LineWriter(path)

    def entails(self, premise: str, premise_language: str, hypothesis: str, hypothesis_language: str) -> bool:
        """Return the verdict, asked for at most once; so is one that the judge cannot give."""
        key = (premise, premise_language, hypothesis, hypothesis_language)
        verdict = self._verdicts.get(key)
        if verdict is None:
            try:
                verdict = self._ask(key)
            except JudgeUndecided as undecided:
                verdict = str(undecided)
            self._verdicts[key] = verdict
        if isinstance(verdict, str):
            raise JudgeUndecided(verdict)
        return verdict

    def _ask(self, key: _Key) -> bool:
        if self._file is None:
            return self._judge.entails(*key)
        texts_sha256 = hashlib.sha256("\0".join(key).encode()).hexdigest()
        if texts_sha256 not in self._kept:
            verdict = self._judge.entails(*key)
            self._file.append(
                {"judge_sha256": self._sha256, "texts_sha256": texts_sha256, "entails": verdict}
            )
            self._kept[texts_sha256] = verdict
        return self._kept[texts_sha256]

    def describe(self) -> Mapping[str, Any]:
        """Return the description of the judge itself."""
        return self._judge.describe()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _verdicts_of(path: Path, judge: str) -> dict[str, bool]:
    return {
        row["texts_sha256"]: row["entails"]
        for row in run_folder.read_lines(path)
        if row["judge_sha256"] == judge
    }
