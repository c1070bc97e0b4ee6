"""What a measure sees of one case: the key, the answer as JSON, and what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.suite import Case


@dataclass(frozen=True, slots=True)
class Observation:
    """One asked case. ``answer`` is the contract's answer document.

    ``latency_ms``: wall time of the whole answer. ``texts``: the extracted text
    of each cited document version, by (document_id, version).
    """

    case: Case
    answer: Mapping[str, Any]
    latency_ms: float
    texts: Mapping[tuple[str, int], str]

    @property
    def citations(self) -> list[Mapping[str, Any]]:
        """The citations in their order, the most important first."""
        return sorted(self.answer.get("citations") or [], key=lambda citation: citation["number"])
