"""The pages' own words: one folder a part of the site, one JSON file a language, with the same keys.

``chat`` speaks every language and holds the words that all pages share; the
parts where people work may speak fewer. A test compares the keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

FALLBACK = "en"
SHARED = "chat"
"""The part whose words every page may use."""


@cache
def parts() -> tuple[str, ...]:
    """Return the parts of the site that have words of their own, sorted."""
    folders = (entry for entry in resources.files(__name__).iterdir() if entry.is_dir())
    return tuple(sorted(folder.name for folder in folders if (folder / f"{FALLBACK}.json").is_file()))


@cache
def languages(part: str = SHARED) -> tuple[str, ...]:
    """Return the codes of the languages that a part's pages speak, sorted."""
    names = (entry.name for entry in (resources.files(__name__) / part).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def messages(language: str, part: str = SHARED) -> Mapping[str, str]:
    """Return the words of one part in one language, the shared ones among them; English where it has none."""
    chosen = language if language in languages(part) else FALLBACK
    words: dict[str, str] = {}
    for folder in dict.fromkeys((SHARED, part)):
        words |= json.loads((resources.files(__name__) / folder / f"{chosen}.json").read_text("utf-8"))
    return words


def negotiate(wanted: str | None, accept_language: str, part: str = SHARED) -> str:
    """Return the page language: the wanted one, else the best of an ``Accept-Language`` header.

    Args:
        wanted: what the address asks for (``?lang=sv``), if anything.
        accept_language: the header's value, e.g. ``sv-SE,sv;q=0.9,en;q=0.5``.
        part: the part of the site whose languages there are to choose from.
    """
    if wanted in languages(part):
        return wanted
    best, best_quality = FALLBACK, 0.0
    for item in accept_language.split(",")[:20]:
        tag, _, parameters = item.partition(";")
        code = tag.strip().partition("-")[0].lower()
        match = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameters)
        quality = float(match[1]) if match else (0.0 if parameters.strip() else 1.0)
        if code in languages(part) and quality > best_quality:
            best, best_quality = code, quality
    return best
