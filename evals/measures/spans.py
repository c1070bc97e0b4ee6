"""span_validity: every quote is verbatim, where it says it stands.

1 when ``text[start_char:end_char] == quote`` for every citation of the answer
(code points of the extracted text of the cited document version) and the short
answer stands in its quote at its offsets; one miss makes 0. Undefined for an
answer without a citation, and for a foreign system's where a citation has no
``start_char``: it claims no place that could be checked. A citation whose text
the run did not keep counts as a miss. Definition: this project's contract for
an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.measures.observation import Observation


def span_validity(observation: Observation) -> float | None:
    """Return 1.0 or 0.0, None where undefined."""
    citations = observation.citations
    if not citations:
        return None
    if observation.is_foreign and any(citation.get("start_char") is None for citation in citations):
        return None
    quotes_stand = all(_stands(citation, observation.texts) for citation in citations)
    return float(quotes_stand and _short_answer_stands(observation.answer.get("short_answer"), citations))


def _stands(citation: Mapping[str, Any], texts: Mapping[tuple[str, int], str]) -> bool:
    document = citation["document"]
    text = texts.get((document.get("document_id"), document.get("version")))
    start, end = citation.get("start_char"), citation.get("end_char")
    if text is None or not citation["quote"] or start is None or end is None:
        return False
    return bool(0 <= start < end and text[start:end] == citation["quote"])


def _short_answer_stands(short: Mapping[str, Any] | None, citations: list[Mapping[str, Any]]) -> bool:
    if not short:
        return True
    quotes = {citation["citation_id"]: citation["quote"] for citation in citations}
    quote = quotes.get(short.get("citation_id"), "")
    return bool(quote[short.get("start_char") : short.get("end_char")] == short["text"])
