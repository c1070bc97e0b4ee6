"""Which quotes speak of which side of a comparison, told by the words that name it."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk_bot.citations import Evidence
from helpdesk_bot.phrases import catalogue, languages
from index.lexical import tokens


def in_place(
    evidence: Sequence[Evidence], thing: str, others: Sequence[str], language: str
) -> tuple[Evidence, ...]:
    """Return the quotes but those that name another side and not this one; all, where nothing would be left.

    What is found for "Helsinki's register" also holds sentences on Amsterdam's:
    below the first side they would say of it what is said of the other one.

    Args:
        evidence: of one side, in order.
        thing: the side, in the asker's words.
        others: the other sides. Words that sides share tell nothing.
        language: of the question.
    """
    mine = set(_telling(thing, language))
    theirs = {word for other in others for word in _telling(other, language)}
    own, strange = mine - theirs, theirs - mine
    alike = {_beginning(word) for word in own} & {_beginning(word) for word in strange}

    def named(words: set[str], piece: Evidence) -> bool:
        return any(
            (_is_in if _beginning(word) in alike else _stands)(word, piece.quote, piece) for word in words
        )

    kept = tuple(piece for piece in evidence if named(own, piece) or not named(strange, piece))
    return kept or tuple(evidence)


def naming(evidence: Sequence[Evidence], thing: str, language: str) -> tuple[Evidence, ...]:
    """Return the quotes that name a side in full, with title and headings: what they say is said of it."""
    telling = _telling(thing, language)
    return tuple(
        piece
        for piece in evidence
        if telling
        and any(_is_in(word, piece.quote, piece) for word in telling)
        and all(_is_in(word, f"{piece.candidate.passage.context} {piece.quote}", piece) for word in telling)
    )


def _telling(thing: str, language: str) -> list[str]:
    """Return the words of a side that name it, casefolded: no articles, no prepositions."""
    words = catalogue(language) if language in languages() else None
    left_out = {*words.follow_up["articles"], *words.clauses.prepositions} if words else set()
    return [word for word in tokens(thing, "und", beginnings=False, pairs=False) if word not in left_out]


def _is_in(word: str, text: str, piece: Evidence) -> bool:
    """Tell whether the very word stands in a text: Helsingborg is not Helsinki, however it begins."""
    return word in tokens(text, piece.candidate.passage.language, pairs=False)


def _stands(word: str, text: str, piece: Evidence) -> bool:
    """Tell whether a word stands in a text, or one that begins as it does."""
    found = set(tokens(text, piece.candidate.passage.language, pairs=False))
    return word in found or _beginning(word) in found


def _beginning(word: str) -> str:
    """Return the longest beginning that the lexical index knows a word by; the word, where it has none."""
    beginnings = [token for token in tokens(word, "und", pairs=False) if token.startswith("^")]
    return beginnings[-1] if beginnings else word
