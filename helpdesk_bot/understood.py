"""What the asker of a follow-up is shown: the question that it was understood as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk_bot.phrases import catalogue, languages


def understood_as(trace: Mapping[str, Any], language: str) -> str | None:
    """Return the line that says what a follow-up was understood as, ``None`` where the question stood alone.

    Args:
        trace: of the answer.
        language: that the answer is written in.
    """
    if "carried" not in trace or not trace["searched_for"] or language not in languages():
        return None
    return catalogue(language).text("understood_as", question=trace["searched_for"])
