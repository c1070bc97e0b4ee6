"""Continuing a question with another thing of the same sort: Lithuania for Latvia, 2024 for 2023."""

from __future__ import annotations

from helpdesk_bot.follow_ups import Leaning
from helpdesk_bot.marking import Marked, Thing
from helpdesk_bot.place_names import belonging_name, name_of, same_ending
from helpdesk_bot.topics import about

_SAME, _AKIN = 4, 1
_AKIN_SORTS = frozenset(
    frozenset(pair)
    for pair in (("name", "identifier"), ("place", "belonging"), ("place", "name"), ("year", "number"))
)
_JOINED = frozenset({"joints", "articles", "links"})


def swapped(base: Marked, asked: Marked, leaning: Leaning) -> str | None:
    """Return the base with the things that the follow-up names in place of its own of the same sort.

    ``None`` where it names nothing, or something that nothing in the base corresponds to.
    """
    edits: list[tuple[int, int, str]] = []
    for group in _groups(asked, leaning):
        old = _counterpart(base, asked, group, leaning.first)
        if old is None:
            return None
        start, end, text = _edit(base, asked, old, group, leaning.first)
        if any(start < other_end and other_start < end for other_start, other_end, _ in edits):
            return None
        edits.append((start, end, text))
    if not edits:
        return None
    text = base.text
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _groups(asked: Marked, leaning: Leaning) -> list[tuple[Thing, ...]]:
    """Return what the follow-up names, joined things of one sort ("Lithuania and Poland") together."""
    groups: list[tuple[Thing, ...]] = []
    for thing in asked.named(leaning.first, leaning.last):
        before = groups[-1][-1] if groups else None
        between = range(before.last, thing.first) if before else range(0)
        joined = before is not None and all(asked.lists[at] & _JOINED for at in between)
        if before is not None and before.sort == thing.sort and joined:
            groups[-1] = (*groups[-1], thing)
        else:
            groups.append((thing,))
    return groups


def _counterpart(base: Marked, asked: Marked, group: tuple[Thing, ...], first: int) -> Thing | None:
    """Return what the base names of the same sort, rather after the same preposition, of several the last."""
    new = group[0]
    preposition = asked.preposition(new, first)
    best: tuple[int, int, Thing] | None = None
    for old in base.things:
        before = base.preposition(old)
        same = (
            preposition is not None
            and before is not None
            and (base.words[before].folded == asked.words[preposition].folded)
        )
        akin = frozenset((old.sort, new.sort)) in _AKIN_SORTS
        if akin and "name" in (old.sort, new.sort) and not same and about(base) is None:
            continue  # "AI registers" is not continued by "Stockholm"
        score = (_SAME if old.sort == new.sort else _AKIN if akin else 0) + same
        fits = old.sort == new.sort or akin
        if fits and (best is None or (score, old.first) > best[:2]):
            best = (score, old.first, old)
    return best[2] if best else None


def _edit(
    base: Marked, asked: Marked, old: Thing, group: tuple[Thing, ...], first: int
) -> tuple[int, int, str]:
    """Return which span of the base's text gives way to which text."""
    new = group[0]
    old_first = _first_of_joined(base, old) if len(group) > 1 else old.first
    start, end = base.words[old_first].start, base.words[old.last - 1].end
    if base.language != asked.language or {old.sort, new.sort} == {"place", "belonging"}:
        names = [_fitting(thing, old, asked, base) for thing in group]
        return start, end, ", ".join(names)
    text = asked.span(_with_its_kind(base, asked, old, new, first), group[-1].last)
    if old.sort == "belonging":
        return start, end, text
    before, after = base.preposition(old), asked.preposition(new, first)
    if new.code and text.islower() and not old.text.islower():
        text = in_language(new, asked, base.language, native=False)
    elif before is not None and after is not None:
        # "w Polsce", "na Litwie": the preposition goes with the name.
        return base.words[before].start, end, inner(asked, after, group[-1].last)
    article = old.first > 0 and "articles" in base.lists[old.first - 1]
    if article and not base.parted(old.first):
        start = base.words[old.first - 1].start
    if new.first > first and "articles" in asked.lists[new.first - 1]:
        text = asked.span(new.first - 1, group[-1].last)
    return start, end, _with_ending(text, group[-1].ending, old.ending)


def _first_of_joined(base: Marked, old: Thing) -> int:
    """Return where the things begin that the base joins to one ("Latvia and Estonia")."""
    first = old.first
    for thing in reversed(base.things[: base.things.index(old)]):
        between = base.lists[thing.last : first]
        if thing.sort != old.sort or not all(lists & _JOINED for lists in between):
            break
        first = thing.first
    return first


def _with_its_kind(base: Marked, asked: Marked, old: Thing, new: Thing, first: int) -> int:
    """Return where a name begins, with the word for what it is (Thành phố ...) if the base has none."""
    at = new.first
    if new.sort not in ("name", "identifier") or (old.first > 0 and "generic" in base.lists[old.first - 1]):
        return at
    while at > first and "generic" in asked.lists[at - 1] and not asked.parted(at):
        at -= 1
    return at


def _with_ending(text: str, ending: str, wanted: str) -> str:
    bare = text.removesuffix(ending) if ending else text
    return bare if not wanted or bare.endswith(wanted) else bare + wanted


def _fitting(new: Thing, old: Thing, asked: Marked, base: Marked) -> str:
    """Return a thing as the base would write it: in its language, with the old one's ending."""
    if new.code is None or old.sort not in ("place", "belonging"):
        return new.text
    if old.sort == "belonging":
        word = belonging_name(new.code, base.language)
        name = belonging_name(old.code or "", base.language)
        if word and name:
            return same_ending(name, old.text, word)
    return _with_ending(in_language(new, asked, base.language), "", old.ending)


def in_language(thing: Thing, asked: Marked, language: str, *, native: bool = True) -> str:
    """Return a place's name in a language; in the follow-up's own as it is written there, if ``native``."""
    if thing.code is None or (native and thing.sort == "place" and asked.language == language):
        return thing.text.removesuffix(thing.ending) if thing.ending else thing.text
    return name_of(thing.code, language) or thing.text


def inner(asked: Marked, first: int, last: int) -> str:
    """Return words of a follow-up as they stand within a sentence: "In Norway?" is continued as in Norway."""
    text = asked.span(first, last)
    return text if text.isupper() or asked.named(first, first + 1) else text[:1].lower() + text[1:]
