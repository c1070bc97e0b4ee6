"""What a judge of entailment is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol


class EntailmentJudge(Protocol):
    """Tells whether one text bears out another."""

    def entails(self, premise: str, premise_language: str, hypothesis: str, hypothesis_language: str) -> bool:
        """Return whether a reader who has only the premise must accept the hypothesis.

        Args:
            premise: the cited quotes, one a line.
            premise_language: two-letter code, ``und`` where it is not known.
            hypothesis: one sentence of the answer, without citation marks.
            hypothesis_language: as ``premise_language``.

        Raises:
            JudgeUndecided: this judge cannot tell for texts like these.
            JudgeError: the judge failed; a failure is never a verdict.
        """

    def describe(self) -> Mapping[str, Any]:
        """Return what tells this judge from others: ``name``, ``version``, ``model``, ``prompt_sha256``.

        Two judges with the same description give the same verdicts. ``model``
        and ``prompt_sha256`` are None for a judge without a model.
        """


def judge_sha256(judge: EntailmentJudge) -> str:
    """Return the hash of a judge's description: what its verdicts are kept under."""
    return hashlib.sha256(json.dumps(dict(judge.describe()), sort_keys=True).encode()).hexdigest()
