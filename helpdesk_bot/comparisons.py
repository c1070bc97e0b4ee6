"""What a question compares: each side of it, and the question about that side alone.

"What is the difference between X and Y?", "X eller Y?", "X khác Y ở điểm nào?":
the words around the sides stand in the message catalogues; the sides are what
stands between them, and names are known as in any question (`marking`). Where
it is not plain what is compared the question stays whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from helpdesk_bot.marking import SYLLABIC, Marked, Thing, mark
from helpdesk_bot.phrase_matching import PhraseBook, phrase_book
from helpdesk_bot.phrases import catalogue, languages

MOST_SIDES = 3
MOST_WORDS = 10
"""Of a side: names of laws are long. A longer one is a clause, and says more than what is compared."""

MOST_SYLLABLES = 16
"""The same in languages that are written in syllables."""

MOST_TERM_WORDS, MOST_TERM_SYLLABLES = 3, 6
"""The same where no phrase announces a comparison: longer ones describe, and a sentence that compares
("unlike earlier tools, AI ...") answers them together."""

_NAMES = frozenset({"place", "belonging", "identifier", "name"})
_POINTING = frozenset({"pronouns", "weak_pronouns", "persons", "places", "determiners"})
_OPENING = frozenset({"interrogatives", "question_openings"})

Span = tuple[int, int]
"""Positions of words, half-open."""


@dataclass(frozen=True, slots=True)
class Side:
    """One thing that is compared, in the asker's words, and the question about it alone."""

    thing: str
    asked: str


def sides_of(text: str, language: str) -> tuple[Side, ...]:
    """Return what a question compares, in its order; none where it compares nothing, or not plainly.

    Args:
        text: the question, NFC.
        language: its two-letter code; in one without a catalogue nothing is found.

    Returns:
        2 to `MOST_SIDES` sides, or none.
    """
    if language not in languages():
        return ()
    marked = mark(text, language)
    for found in (_announced(marked), _concluded(marked), _between(marked), _choice(marked)):
        for sides in found:
            if 2 <= len(sides) <= MOST_SIDES and len({side.thing.casefold() for side in sides}) == len(sides):
                return sides
    return ()


def _announced(marked: Marked) -> Iterator[tuple[Side, ...]]:
    """Yield the sides behind a phrase: "the difference between X and Y", "jämför X med Y"."""
    for at in range(len(marked.words)):
        length = _length(marked, at, "before")
        if length:
            for joint, behind in _joints(marked, at + length, "joint"):
                yield _sides(marked, _pieces(marked, (at + length, joint)), behind)


def _between(marked: Marked) -> Iterator[tuple[Side, ...]]:
    """Yield the sides with a phrase between them: "how does X differ from Y", "X khác Y thế nào"."""
    first = _opening(marked)
    for joint, behind in _joints(marked, first, "infix"):
        names = [thing for thing in _names(marked) if thing.last == joint]
        if behind == joint + 1 and marked.language in SYLLABIC and not _name_at(marked, behind):
            continue  # "khác" is "other" as well: "dự án khác có gì?"
        if names and _name_at(marked, behind) and marked.own(first, names[0].first):
            yield _exchanged(marked, names[0], _name_at(marked, behind))
        else:
            yield _terms(marked, [_behind_sign(marked, (first, joint))], behind)


def _concluded(marked: Marked) -> Iterator[tuple[Side, ...]]:
    """Yield the sides before a phrase: "how do X and Y differ", "X và Y khác nhau thế nào"."""
    first = _opening(marked)
    for at in range(first + 3, len(marked.words)):
        length = _length(marked, at, "behind")
        if length:
            respect = _respect_behind(marked, at + length)
            for joint, behind in _joints(marked, first, "joint"):
                if behind < at:
                    yield _terms(marked, [_behind_sign(marked, (first, joint))], behind, at, respect)


def _choice(marked: Marked) -> Iterator[tuple[Side, ...]]:
    """Yield the sides of a choice: two names with "or" between them, or "which is cheaper, x or y?"."""
    for joint, behind in _joints(marked, 1, "other"):
        names = [thing for thing in _names(marked) if thing.last == joint]
        other = _name_at(marked, behind)
        if names and other:
            yield _exchanged(marked, names[0], other)
        comma = max((at for at in range(1, joint) if _sign(marked, at)), default=0)
        end = _until_sign(marked, behind)
        if comma and end == len(marked.words) and marked.has("interrogatives", 0, comma):
            sides = ((comma, joint), (behind, end))
            if all(_is_side(marked, side) for side in sides):
                before = marked.text[: marked.words[comma].start]
                things = [marked.span(*side) for side in sides]
                yield tuple(Side(thing, f"{before}{thing}?") for thing in things)


def _terms(
    marked: Marked, before: Sequence[Span], behind: int, end: int | None = None, respect: str = ""
) -> tuple[Side, ...]:
    """Return the sides as `_sides` does, where each is a term."""
    most = MOST_TERM_SYLLABLES if marked.language in SYLLABIC else MOST_TERM_WORDS
    last = _end(marked, behind) if end is None else end
    short = all(until - first <= most for first, until in [*before, (behind, last)])
    return _sides(marked, before, behind, end, respect) if short else ()


def _sides(
    marked: Marked, before: Sequence[Span], behind: int, end: int | None = None, respect: str = ""
) -> tuple[Side, ...]:
    """Return the sides of a comparison, asked about in the words of the catalogue.

    Args:
        marked: the question.
        before: all sides but the last.
        behind: where the last side begins.
        end: where it ends, if that is known.
        respect: in which respect they are compared, where that stands behind such an end.
    """
    spans = [*before, (behind, _end(marked, behind) if end is None else end)]
    first = before[0][0]
    lead = marked.text[: marked.words[first].start] if first and _sign(marked, first) else ""
    head, tail = "", ""
    name, other = _last_name(marked, spans[-2]), _name_at(marked, behind)
    opening = _name_at(marked, spans[-2][0])
    if name and other and other.last <= spans[-1][1]:
        # "The cost of MOSAICO and AI4Citizens": what stands before the first name is said of both.
        head = marked.span(spans[0][0], name.first) if len(spans) == 2 else ""
        spans = [*spans[:-2], (name.first, name.last), (other.first, other.last)]
    elif opening and other and _whole(marked, other.last) == spans[-1][1]:
        tail = marked.span(opening.last, spans[-2][1])  # "Vietnams indelning av risker från EU:s"
    if not all(_is_side(marked, span) for span in spans):
        return ()
    side = catalogue(marked.language).shapes.side
    respect = respect if end is not None else _respect(marked, spans[-1][1])
    things = [marked.span(*span) for span in spans]
    things[-1] = f"{things[-1]} {tail}".strip()
    asked = [" ".join(filter(None, (head, thing, respect))) for thing in things]
    return tuple(
        Side(thing, lead + side.format(thing=about)) for thing, about in zip(things, asked, strict=True)
    )


def _respect(marked: Marked, first: int) -> str:
    """Return what stands behind the last side, where it says in which respect: "in terms of cost"."""
    if first == len(marked.words) or _sign(marked, first):
        return ""
    until = _until_sign(marked, first)
    own = first
    while own < until and (length := _length(marked, own, "aspect")):  # "åt när det gäller"
        own += length
    return "" if own >= until or _asks(marked, (own, until)) else marked.span(first, until)


def _respect_behind(marked: Marked, first: int) -> str:
    """Return in which respect things differ, behind what says that they do: "differ in what they cost"."""
    until = _until_sign(marked, first) if first < len(marked.words) else first
    for at in range(first, until):
        own = at + _length(marked, at, "aspect")
        if at < own < until and not _asks(marked, (at, own)):
            asking = (place for place in range(own + 1, until) if _asks(marked, (place, place + 1)))
            last = next(asking, until)
            says = any(not marked.lists[place] & (_POINTING | _OPENING) for place in range(own, last))
            return marked.span(at, last) if says else ""
    return ""


def _exchanged(marked: Marked, one: Thing, other: Thing | None) -> tuple[Side, ...]:
    """Return two names as sides: the question with each of them where both stood."""
    if other is None:
        return ()
    before = marked.text[: marked.words[one.first].start]
    behind = marked.text[marked.words[other.last - 1].end :]
    things = [marked.span(thing.first, thing.last) for thing in (one, other)]
    return tuple(Side(thing, f"{before}{thing}{behind}") for thing in things)


def _joints(marked: Marked, first: int, name: str) -> Iterator[tuple[int, int]]:
    """Yield where words of a list stand behind a place, half-open, the words listed first at the front."""
    phrases: Sequence[str] = getattr(catalogue(marked.language).shapes, name)
    longest = {at: _length(marked, at, name) for at in range(first + 1, len(marked.words) - 1)}
    for phrase in phrases:
        book = _one(phrase)
        for at, length in longest.items():
            if length and book.longest(marked.words, at)[0] == length:
                yield at, at + length


def _pieces(marked: Marked, span: Span) -> list[Span]:
    """Return a span cut at its signs: "X, Y" of "X, Y and Z"."""
    cuts = [span[0], *(at for at in range(span[0] + 1, span[1]) if _sign(marked, at)), span[1]]
    return list(pairwise(cuts))


def _behind_sign(marked: Marked, span: Span) -> Span:
    """Return what of a span stands behind its last sign: "In Sweden, does X" is about X."""
    return _pieces(marked, span)[-1]


def _sign(marked: Marked, at: int) -> bool:
    """Tell whether a sign stands before a word; a colon within one ("EU:s") is none."""
    return marked.parted(at) and marked.text[marked.words[at - 1].end : marked.words[at].start] != ":"


def _is_side(marked: Marked, span: Span) -> bool:
    """Tell whether words can be what is compared: few, none that asks, none that points elsewhere."""
    first, last = span
    most = MOST_SYLLABLES if marked.language in SYLLABIC else MOST_WORDS
    if not 0 < last - first <= most or _asks(marked, span) or marked.lists[first] & _POINTING:
        return False
    return not any(_sign(marked, at) for at in range(first + 1, last))


def _asks(marked: Marked, span: Span) -> bool:
    return any(_length(marked, at, "asking") and not _is_acronym(marked, at) for at in range(*span))


def _is_acronym(marked: Marked, at: int) -> bool:
    """Tell whether a word is one: AI is not "ai", who."""
    word = marked.words[at].text
    return len(word) > 1 and word.isupper() and not marked.text.isupper()


def _end(marked: Marked, first: int) -> int:
    """Return where a side ends that begins at a word: at a sign, or at what says in which respect."""
    until = _until_sign(marked, first)
    ends = (
        at for at in range(first + 1, until) if _length(marked, at, "aspect") or _asks(marked, (at, at + 1))
    )
    return next(ends, until)


def _until_sign(marked: Marked, first: int) -> int:
    ends = (at for at in range(first + 1, len(marked.words)) if _sign(marked, at))
    return next(ends, len(marked.words))


def _opening(marked: Marked) -> int:
    """Return the place behind the words with which the question opens: "how does"."""
    at = 0
    while at < len(marked.words) and (marked.lists[at] & _OPENING or _asks(marked, (at, at + 1))):
        at += 1
    return at


def _names(marked: Marked) -> list[Thing]:
    return [thing for thing in marked.things if thing.sort in _NAMES]


def _name_at(marked: Marked, first: int) -> Thing | None:
    return next((thing for thing in _names(marked) if thing.first == first), None)


def _last_name(marked: Marked, span: Span) -> Thing | None:
    """Return the name at the end of a span, where it is the only one there."""
    names = [thing for thing in _names(marked) if span[0] <= thing.first and thing.last <= span[1]]
    return names[0] if len(names) == 1 and names[0].last == span[1] else None


def _whole(marked: Marked, last: int) -> int:
    """Return where a name ends with what a colon joins to it: "EU:s"."""
    while last < len(marked.words) and marked.parted(last) and not _sign(marked, last):
        last += 1
    return last


def _length(marked: Marked, at: int, name: str) -> int:
    return _book(marked.language, name).longest(marked.words, at)[0]


@cache
def _book(language: str, name: str) -> PhraseBook:
    words = catalogue(language)
    listed = words.clauses.asking if name == "asking" else getattr(words.shapes, name)
    return phrase_book({name: listed})


@cache
def _one(phrase: str) -> PhraseBook:
    return phrase_book({"phrase": (phrase,)})
