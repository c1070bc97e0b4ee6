"""span_validity: every quote is verbatim, where it says it stands.

1 when ``text[start_char:end_char] == quote`` for every citation of the answer
(code points of the extracted text of the cited document version) and the short
answer stands in its quote at its offsets; one miss makes 0. Undefined for an
answer without a citation. A citation whose text the run did not keep counts as
a miss. Definition: this project's contract for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.measures.observation import Observation


def span_validity(observation: Observation) -> float | None:
    """Return 1.0 or 0.0, None where nothing is cited."""
    citations = observation.citations
    if not citations:
        return None
    quotes_stand = all(_stands(citation, observation.texts) for citation in citations)
    return float(quotes_stand and _short_answer_stands(observation.answer.get("short_answer"), citations))


def _stands(citation: Mapping[str, Any], texts: Mapping[tuple[str, int], str]) -> bool:
    document = citation["document"]
    text = texts.get((document["document_id"], document["version"]))
    if text is None or not citation["quote"]:
        return False
    start, end = citation["start_char"], citation["end_char"]
    return bool(0 <= start < end and text[start:end] == citation["quote"])


def _short_answer_stands(short: Mapping[str, Any] | None, citations: list[Mapping[str, Any]]) -> bool:
    if not short:
        return True
    quotes = {citation["citation_id"]: citation["quote"] for citation in citations}
    quote = quotes.get(short["citation_id"], "")
    return bool(quote[short["start_char"] : short["end_char"]] == short["text"])
