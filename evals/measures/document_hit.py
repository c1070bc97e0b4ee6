"""document_hit: the document of the first citation is one of the expected ones.

1 when the first citation's ``document.source`` is among ``expected_documents``,
else 0; an answerable case without a citation counts 0. ``document_hit_any``:
any citation. Undefined where no document is expected (unanswerable cases among
them). Definition: this project's contract for answer suites.

A foreign system's names of documents (titles, addresses) are turned into the
suite's sources by its adapter, where it can tell.
"""

from __future__ import annotations

from evals.measures.observation import Observation


def document_hit(observation: Observation) -> float | None:
    """Return 1.0 or 0.0 for the first citation, None where undefined."""
    return _hit(observation, first_only=True)


def document_hit_any(observation: Observation) -> float | None:
    """Return 1.0 or 0.0 for any citation, None where undefined."""
    return _hit(observation, first_only=False)


def _hit(observation: Observation, *, first_only: bool) -> float | None:
    expected = observation.case.expected_documents
    if not expected:
        return None
    cited = [citation["document"]["source"] for citation in observation.citations]
    return float(any(source in expected for source in (cited[:1] if first_only else cited)))
