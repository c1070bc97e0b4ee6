"""quote_limits: the answer keeps the contract's limits on quoting.

1 when the answer has at most 8 citations, no quote is longer than 700
characters, and all quotes together have at most 2,000; else 0. Undefined
without a citation. It stands beside ``quote_hit``: quoting everything is not
finding.
"""

from __future__ import annotations

from evals.measures.observation import Observation

MAX_CITATIONS = 8
MAX_QUOTE_CHARS = 700
MAX_TOTAL_CHARS = 2000


def quote_limits(observation: Observation) -> float | None:
    """Return 1.0 or 0.0, None where nothing is cited."""
    lengths = [len(citation["quote"]) for citation in observation.citations]
    if not lengths:
        return None
    return float(
        len(lengths) <= MAX_CITATIONS and max(lengths) <= MAX_QUOTE_CHARS and sum(lengths) <= MAX_TOTAL_CHARS
    )
