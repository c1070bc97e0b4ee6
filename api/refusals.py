"""Why a form was not followed, in the words of the page where there are any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a page says; ``language`` is set where the words are not in the page's own."""

    text: str
    language: str | None


def refusal_of(error: Exception | None, words: Mapping[str, str]) -> Refusal | None:
    """Return why a form was not followed; ``None`` where it was.

    Args:
        error: what was raised; its ``why`` names the page's words ``why_…``.
        words: the page's words. An error that they do not know is told as it is, in English.
    """
    if error is None:
        return None
    said = words.get(f"why_{getattr(error, 'why', None)}")
    if said is None:
        return Refusal(str(error), "en")
    return Refusal(said.format_map(getattr(error, "values", {})), None)
