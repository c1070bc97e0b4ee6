"""The pages' own words: one JSON file a language, with the same keys (a test compares)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

FALLBACK = "en"


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that the pages speak, sorted."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def messages(language: str) -> Mapping[str, str]:
    """Return the words of one language; those of English where it has none."""
    chosen = language if language in languages() else FALLBACK
    words: dict[str, str] = json.loads((resources.files(__name__) / f"{chosen}.json").read_text("utf-8"))
    return words


def negotiate(wanted: str | None, accept_language: str) -> str:
    """Return the page language: the wanted one, else the best of an ``Accept-Language`` header.

    Args:
        wanted: what the address asks for (``?lang=sv``), if anything.
        accept_language: the header's value, e.g. ``sv-SE,sv;q=0.9,en;q=0.5``.
    """
    if wanted in languages():
        return wanted
    best, best_quality = FALLBACK, 0.0
    for part in accept_language.split(",")[:20]:
        tag, _, parameters = part.partition(";")
        code = tag.strip().partition("-")[0].lower()
        match = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameters)
        quality = float(match[1]) if match else (0.0 if parameters.strip() else 1.0)
        if code in languages() and quality > best_quality:
            best, best_quality = code, quality
    return best
