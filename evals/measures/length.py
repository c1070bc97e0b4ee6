"""answer_chars, quoted_chars and n_citations: how long an answer is.

``answer_chars``: code points of ``text`` (NFC), frames and citation marks
included, as a reader gets it. ``quoted_chars``: code points of all cited quotes
together. ``n_citations``: how many there are. They describe and do not judge: a
long answer is no worse by itself, but quote_hit means less beside it.

Undefined where no answer was given (a refusal's length is its message's), and
``quoted_chars`` where a citation quotes nothing (a foreign system that names
documents only).
"""

from __future__ import annotations

import unicodedata

from evals.measures.observation import Observation


def answer_chars(observation: Observation) -> float | None:
    """Return the length of the text in code points, None where undefined."""
    text = observation.answer.get("text")
    if not observation.is_answered or text is None:
        return None
    return float(len(unicodedata.normalize("NFC", text)))


def quoted_chars(observation: Observation) -> float | None:
    """Return the length of all quotes in code points, None where undefined."""
    quotes = [citation.get("quote") for citation in observation.citations]
    if not observation.is_answered or not all(quotes):
        return None
    return float(sum(len(quote) for quote in quotes if quote))


def n_citations(observation: Observation) -> float | None:
    """Return the number of citations, None where undefined."""
    return float(len(observation.citations)) if observation.is_answered else None
