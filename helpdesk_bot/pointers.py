"""Words of a question that point to something it does not say itself: it, there, these, similar."""

from __future__ import annotations

from helpdesk_bot.marking import SYLLABIC, Marked

_LISTS = ("determiners", "persons", "places", "pronouns", "weak_pronouns")
_ENOUGH_BEFORE = 2
"""Own words, or one thing named, in the part before a pronoun: there is what it points to."""


def pointers_of(asked: Marked, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return the half-open spans of words from ``first`` to ``last`` that point to earlier questions."""
    found = []
    at = first
    while at < last:
        kind = next((name for name in _LISTS if name in asked.lists[at]), None)
        end = asked.until(at) if kind else at + 1
        if kind and _points(asked, at, end, last, kind) and not _is_answered_within(asked, first, at, kind):
            found.append((at, end))
        at = end
    return tuple(found)


def _points(asked: Marked, at: int, end: int, last: int, kind: str) -> bool:
    if kind in ("weak_pronouns", "determiners") and at > 0 and asked.words[at].text[0].isupper():
        return False  # polite in German: "Können Sie Ihre ..."
    gap = asked.text[asked.words[end - 1].end : asked.words[end].start] if end < len(asked.words) else ""
    if gap.lstrip().startswith(","):
        return False  # "Wie nennt man es, wenn ..." points ahead
    return kind != "weak_pronouns" or _stands_free(asked, at, last)


def _is_answered_within(asked: Marked, first: int, at: int, kind: str) -> bool:
    """Tell whether the question says itself, before a pronoun, what that points to."""
    weight = 2 if asked.language in SYLLABIC else 1
    clauses = (place for place in range(first + 1, at + 1) if _begins_clause(asked, place))
    until = at if kind == "determiners" else max(clauses, default=first)
    speaking = [thing for thing in asked.named(first, until) if thing.sort not in ("year", "number")]
    own = len(asked.own(first, until))
    if own and (asked.has("introductions", first, until) or asked.has("definitions", first, until)):
        return True  # "What is X and how does one get it?"
    if own and kind == "determiners":
        own += sum("generic" in lists for lists in asked.lists[first:until])
    return bool(speaking) or own >= _ENOUGH_BEFORE * weight


def _begins_clause(asked: Marked, at: int) -> bool:
    return asked.parted(at) or "joints" in asked.lists[at]


def _stands_free(asked: Marked, at: int, last: int) -> bool:
    """Tell whether a word that is also an article or a conjunction is a pronoun here."""
    if asked.parted(at) and at > 0:
        return False
    if at + 1 >= last or (at + 2 >= last and at > 0 and "question_openings" in asked.lists[at - 1]):
        return True  # "Vad kostar det?", "Hur kan de övervinnas?"
    if "joints" in asked.lists[at] and (at == 0 or not asked.lists[at - 1] - {"generic"}):
        return False  # "a term that means", "regions that use"
    following = asked.words[at + 1]
    listed = asked.lists[at + 1] - {"qualities"}
    return bool(listed) and not following.text[0].isupper()
