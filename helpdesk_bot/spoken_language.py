"""The language of a question, told from its words and from what was spoken before.

The detector looks at letters: a long foreign name, or a few words of a language with near
neighbours (Swedish, Danish, Norwegian), mislead it. Where it may be misled, the words that the
catalogues know (question words, places, function words) are weighed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from corpus.language import detect, rank
from helpdesk_bot.marking import mark, mark_words
from helpdesk_bot.phrases import alphabet, catalogue, languages

_SURE = 0.97
_ANY_CHANCE = 0.03
_LEAST = 0.2
_OPENS, _OPENS_PERHAPS = 0.6, 0.3
_ASKING = frozenset({"interrogatives", "introductions", "definitions"})
_OPENING = _ASKING | {"question_openings", "details"}
_SPOKEN_BEFORE = 0.25
"""What it counts that the question before was in this language, beside a probability and a share of words."""


def language_of(text: str, before: Sequence[str] = ()) -> str:
    """Return the language of a question; ``und`` where nothing tells.

    Args:
        text: the question.
        before: the languages of the questions before it, the oldest first.
    """
    ranked = dict(rank(text)[:8])
    first = next(iter(ranked.items()), None)
    if first is None:
        return before[-1] if before else "und"
    if before and before[-1] not in languages() and ranked.get(before[-1], 0.0) >= _ANY_CHANCE:
        return before[-1]  # no catalogue speaks for it, and those of its neighbours would
    around = None if first[0] in before[-1:] else _asked_around_a_name(text, ranked)
    if around is not None:
        return around
    plain = _without_names(text)
    if first[1] >= _SURE and plain == text:
        return detect(text)
    likely = [*ranked.items(), *rank(plain)[:8]]
    candidates = {code for code, chance in likely if chance >= _ANY_CHANCE} | set(before)
    # "Project" is a word of many: where a language without a catalogue is likeliest, it does not count.
    heard = candidates if first[0] in languages() else {code for code in candidates if _is_heard(text, code)}
    scores = {
        code: ranked.get(code, 0.0)
        + (_known(text, code) if code in heard else 0.0)
        + _SPOKEN_BEFORE * (code in before[-1:])
        for code in sorted(candidates)
    }
    best = max(scores, key=lambda code: scores[code], default="und")
    return best if scores.get(best, 0.0) >= _LEAST else detect(text)


def _asked_around_a_name(text: str, ranked: Mapping[str, float]) -> str | None:
    """Return the language that asks, where a name of another language outweighs its few words.

    "Vad är Bình dân học vụ số?" is mostly Vietnamese and asks nothing in it; Swedish asks, in its first
    two words. Languages without a catalogue are left alone: they may share words with a neighbour's.
    """
    likeliest = next(iter(ranked))
    if likeliest not in languages() or _may_ask(text, likeliest):
        return None
    asking = [code for code in languages() if code != likeliest and _asks(text, code)]
    return max(asking, key=lambda code: (_known(text, code), ranked.get(code, 0.0)), default=None)


def _is_heard(text: str, language: str) -> bool:
    """Tell whether a text has a word of a catalogue that is more than a general noun."""
    return language in languages() and any(lists - {"generic"} for lists in mark_words(text, language).lists)


def _may_ask(text: str, language: str) -> bool:
    """Tell whether any word of a text asks in a language."""
    marked, asking = mark_words(text, language), catalogue(language).clauses.asking
    # A phrase is marked as the longest list has it, and some of those do not ask by themselves.
    return (
        any(lists & _ASKING for lists in marked.lists)
        or any(lists & _OPENING for lists in marked.lists[:1])
        or any(word.text.casefold() in asking for word in marked.words if not word.text.isupper())
    )


def _asks(text: str, language: str) -> bool:
    """Tell whether a text asks in a language: where this one puts it, and beside another word of its own."""
    marked = mark_words(text, language)
    if catalogue(language).clauses.asks_anywhere:
        return any(first & _ASKING and second for first, second in pairwise(marked.lists))
    at = int(bool(marked.lists) and "prepositions" in marked.lists[0] and not marked.lists[0] & _OPENING)
    if len(marked.lists) < at + 2 or not marked.lists[at] & _OPENING:
        return False
    letters, following = alphabet(language), marked.words[at + 1 :]
    strange = [word.text for word in following if not _is_spelt(word.text, letters)]
    # Where the second word is not known, what follows has to look like a name.
    return bool(marked.lists[at + 1]) or (
        _is_spelt(following[0].text, letters) and any(text[0].isupper() for text in strange)
    )


def _is_spelt(word: str, letters: frozenset[str]) -> bool:
    return all(char in letters for char in word.casefold() if char.isalpha())


def _without_names(text: str) -> str:
    """Return the text without what may be of another language: words with a capital, but for the first."""
    words = text.split()
    kept = words[:1] + [word for word in words[1:] if not any(char.isupper() for char in word)]
    return text if len(kept) == len(words) else " ".join(kept)


def _known(text: str, language: str) -> float:
    """Return the share, 0..1, of the words that a catalogue knows, and more where they open a question."""
    if language not in languages():
        return 0.0
    marked = mark(text, language)
    if not marked.words:
        return 0.0
    named = {at for thing in marked.things if thing.code for at in range(thing.first, thing.last)}
    known = sum(bool(lists) or at in named for at, lists in enumerate(marked.lists))
    return known / len(marked.words) + _opening(marked.lists)


def _opening(lists: Sequence[frozenset[str]]) -> float:
    """Return what it counts that a text opens as a question does ("var" asks in Swedish, "was" in Danish)."""
    behind = lists[1:2] if "prepositions" in lists[0] else ()
    if any(each & _ASKING for each in (lists[0], *behind)):
        return _OPENS
    return _OPENS_PERHAPS * bool(lists[0] & _OPENING)
