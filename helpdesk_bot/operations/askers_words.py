"""Telling what an asker wrote from what a document says, in JSON values that hold both.

A question may stand word for word in a document: as the heading of a list of
questions, say. There it is the document's, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

SHORT = 20
"""Characters below which a text may stand in another one by chance."""

OWN_WORDS = frozenset({"question", "searched_for", "note"})
"""Names of the JSON values that hold an asker's words: a short text counts there alone."""

VERBATIM = frozenset({"quote", "title", "heading_path", "expected_quotes"})
"""Names of the JSON values that hold a document's words: nothing is looked for in them, nor cut out."""


def holds(value: object, texts: Collection[str], *, own_only: bool = False) -> bool:
    """Tell whether JSON values hold one of the texts: a long one anywhere, a short one as an asker's words.

    A text within a document's words counts neither there nor where the same value repeats them.

    Args:
        value: JSON values.
        texts: what somebody asked and wrote.
        own_only: whether a long one, too, counts among an asker's words alone.
    """
    strings = [(name, _folded(text)) for name, text in strings_of(value)]
    wanted_texts = {folded: wanted for wanted in texts if (folded := _folded(wanted))}
    said: list[str] | None = None
    for name, text in strings:
        if name in VERBATIM or (own_only and name not in OWN_WORDS):
            continue
        for folded, wanted in wanted_texts.items():
            if folded not in text or (len(wanted) < SHORT and (text != folded or name not in OWN_WORDS)):
                continue
            if name in OWN_WORDS:
                return True
            said = [each for label, each in strings if label in VERBATIM] if said is None else said
            if own_places(text, folded, said):
                return True
    return False


def without(value: Any, texts: Collection[str]) -> Any:
    """Return JSON values with the texts taken out of their strings; a document's words stay."""
    said = [text for name, text in strings_of(value) if name in VERBATIM]
    return _without(value, sorted(texts, key=len, reverse=True), said, "")


def _without(value: Any, texts: list[str], said: list[str], name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, texts, said, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, texts, said, name) for item in value]
    if isinstance(value, str) and name not in VERBATIM:
        for wanted in texts:
            if len(wanted) >= SHORT:
                for first, last in reversed(own_places(value, wanted, () if name in OWN_WORDS else said)):
                    value = f"{value[:first]}…{value[last:]}"
            elif value == wanted and name in OWN_WORDS:
                value = "…"
    return value


def own_places(text: str, wanted: str, said: Collection[str]) -> list[tuple[int, int]]:
    """Return where a text stands in another one, but for the places within a document's words.

    Args:
        text: in which to look.
        wanted: what is looked for; white space counts as one space in all three.
        said: a document's words, quotes and headings.

    Returns:
        half-open spans in code points, in order, not overlapping.
    """
    found = _places(text, wanted)
    if not found:
        return []
    folded, whole = _folded(wanted), _folded(text)
    around = [words for each in said if folded in (words := _folded(each))]
    if any(whole in words for words in around):
        return []
    kept = [place for words in around for place in _places(text, words)]
    return [(a, b) for a, b in found if not any(first <= a and b <= last for first, last in kept)]


def _places(text: str, wanted: str) -> list[tuple[int, int]]:
    return [match.span() for match in _pattern(wanted).finditer(text)]


@lru_cache(maxsize=256)
def _pattern(wanted: str) -> re.Pattern[str]:
    # A text of white space alone has to match nothing.
    return re.compile(r"\s+".join(map(re.escape, wanted.split())) or r"(?!)")


def _folded(text: str) -> str:
    return " ".join(text.split())


def strings_of(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Give the strings of JSON values, each with the name under which it stands."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings_of(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from strings_of(item, name)
    elif isinstance(value, str):
        yield name, value
