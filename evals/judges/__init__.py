"""Judges: whether what is cited bears out what is said. Pinned apart from the system they judge."""

from __future__ import annotations

from evals.judges.opening import JUDGES, open_judge
from evals.judges.protocol import EntailmentJudge

__all__ = ["JUDGES", "EntailmentJudge", "open_judge"]
