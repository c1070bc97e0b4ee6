"""What a measure sees of one case: the key, the answer as JSON, and what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evals.judges.protocol import EntailmentJudge
from evals.measures.normalisation import squash
from evals.suite import Case

FOREIGN = "foreign"
"""The engine's name in the answer of a system that does not speak our contract (`evals.systems`)."""

ANSWERED = ("answered", "partial")
"""The outcomes that are an answer; every other one abstains."""


@dataclass(frozen=True)
class Observation:
    """One asked case. ``answer`` is the contract's answer document.

    ``latency_ms``: wall time of the whole answer; None where it was not taken
    alone (several questions at once). ``texts``: the extracted text
    of each cited document version, by (document_id, version). ``judge``: tells
    whether a quote bears out a sentence; None leaves the measures that ask it
    undefined.

    Not slotted: the citations are put in order and made comparable once for all measures.
    """

    case: Case
    answer: Mapping[str, Any]
    latency_ms: float | None
    texts: Mapping[tuple[str, int], str]
    judge: EntailmentJudge | None = None

    @cached_property
    def citations(self) -> list[Mapping[str, Any]]:
        """The citations in their order, the most important first."""
        return sorted(self.answer.get("citations") or [], key=lambda citation: citation["number"])

    @cached_property
    def quotes(self) -> list[str]:
        """The cited quotes as they are compared (`squash`), in the order of the citations."""
        return [squash(citation.get("quote") or "") for citation in self.citations]

    @property
    def is_answered(self) -> bool:
        """Whether an answer was given, and not a refusal or a question back."""
        return self.answer["outcome"] in ANSWERED

    @property
    def is_foreign(self) -> bool:
        """Whether a system answered that may have no spans, quotes or short answers to give."""
        return (self.answer.get("engine") or {}).get("name") == FOREIGN
