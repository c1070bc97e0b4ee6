"""quote_hit: an expected quote stands inside a cited quote.

1 when one of ``expected_quotes`` is a substring of the quote of any citation,
both in NFC, case folded, white space squashed; ``quote_hit_first`` looks at the
first citation only. An answerable case without a citation counts 0; undefined
where no quote is expected, and for a foreign system's answer whose citations
name documents and quote nothing. Definition: this project's contract for answer
suites. It says that the evidence was found and shown, not that the answer
reads well; it means something only beside ``quote_limits``, since quoting
everything would hit always.
"""

from __future__ import annotations

from evals.measures.normalisation import squash
from evals.measures.observation import Observation


def quote_hit(observation: Observation) -> float | None:
    """Return 1.0 or 0.0 over all citations, None where undefined."""
    return _hit(observation, first_only=False)


def quote_hit_first(observation: Observation) -> float | None:
    """Return 1.0 or 0.0 for the first citation, None where undefined."""
    return _hit(observation, first_only=True)


def _hit(observation: Observation, *, first_only: bool) -> float | None:
    expected = [squash(quote) for quote in observation.case.expected_quotes]
    quotes = observation.quotes
    if not expected or (observation.is_foreign and quotes and not any(quotes)):
        return None
    return float(any(wanted in quote for wanted in expected for quote in quotes[: 1 if first_only else None]))
