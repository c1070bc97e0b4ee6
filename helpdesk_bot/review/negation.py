"""Whether a sentence denies something, by the words that its language's catalogue lists."""

from __future__ import annotations

from functools import cache

from helpdesk_bot.phrase_matching import PhraseBook, phrase_book, words_of
from helpdesk_bot.phrases import catalogue, languages


def denies(text: str, language: str) -> bool | None:
    """Tell whether a text holds a word that denies; ``None`` where no catalogue knows the language.

    Args:
        text: NFC.
        language: two letters.
    """
    cues = _cues(language)
    if cues is None:
        return None
    words = words_of(text)
    at = 0
    while at < len(words):
        length, names = cues.longest(words, at)
        if length and "not_negations" not in names:
            return True
        at += max(length, 1)
    return False


@cache
def _cues(language: str) -> PhraseBook | None:
    if language not in languages():
        return None
    checks = catalogue(language).checks
    return phrase_book({"negations": checks.negations, "not_negations": checks.not_negations})
