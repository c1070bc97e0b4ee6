"""A question of several parts, or of several things compared, taken apart where that is sure.

"What does it cost and when does it end?" asks two things, and the documents may
answer one of them. A part begins behind a question mark, at a number of a
numbered list, or at a joining word of the language's catalogue that an asking
word follows, where the clause before it asks something too. Whatever is not
plainly such a question stays whole: "which regions and cities take part?". A
question that compares has the things compared as its parts (`comparisons`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from helpdesk_bot.comparisons import sides_of
from helpdesk_bot.conversation import Earlier, resolve
from helpdesk_bot.phrases import Catalogue, Clauses, catalogue, languages

MOST_PARTS = 3
"""Each part is searched and judged by itself, so this limits the time that a question takes."""

OPENING_TOKENS = 3
"""Within so many words of its clause an asking word opens it; later ones do behind a comma."""

_Lengths = tuple[tuple[int, ...], ...]
_TOKEN = re.compile(r"\w+")
_ITEM = re.compile(r"(?:^|(?<=\s))\(?([1-9a-e])[.)]\s+")
_EDGES = " \t,;:.?!¿¡？؟–—-"


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One part.

    ``text``: in the asker's own words. ``stand_alone``: with what it leaves to
    the parts before it. ``named``: with the names that it lacks, and no more:
    what the first part asks is not to answer for the second. ``is_compared``:
    ``text`` is a thing that is compared with those of the other parts.
    """

    text: str
    stand_alone: str
    named: str
    is_compared: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    word: str  # casefolded; an acronym keeps its capitals: AI is not "ai", who
    written: str


def parts_of(text: str, language: str, before: str = "") -> tuple[QuestionPart, ...]:
    """Return the parts of a question, in order; none where it is not plainly of several.

    Args:
        text: the question, cleaned.
        language: its two-letter code; one without a catalogue is taken apart at question marks alone.
        before: the whole question as it stands alone, where it leans on earlier ones.

    Returns:
        2 to `MOST_PARTS` parts, the last one holding the rest; or none.
    """
    words = catalogue(language) if language in languages() else None
    spans = _spans(text, words)
    if len(spans) < 2:
        return _compared(text, language)
    if len(spans) > MOST_PARTS:
        spans = [*spans[: MOST_PARTS - 1], (spans[MOST_PARTS - 1][0], spans[-1][1])]
    texts = [_bare(_unjoined(text[start:end], words)) for start, end in spans]
    lead = before or _bare(_ITEM.sub("", text[: spans[0][0]]))
    parts = []
    for part in texts:
        parts.append(_part(part, lead, language))
        lead = lead or part
    return tuple(parts)


def _compared(text: str, language: str) -> tuple[QuestionPart, ...]:
    return tuple(
        QuestionPart(side.thing, side.asked, side.asked, is_compared=True)
        for side in sides_of(text, language)
    )


def count_parts(text: str, language: str) -> int:
    """Return of how many parts a question is, 1 to `MOST_PARTS`, without making them stand alone."""
    words = catalogue(language) if language in languages() else None
    return max(1, min(len(_spans(text, words)), MOST_PARTS))


def _part(text: str, lead: str, language: str) -> QuestionPart:
    """Return a part that leans on what was asked before it as a question leans on an earlier one."""
    if not lead:
        return QuestionPart(text, text, text)
    names = "" if _names(text) else _names(lead)
    named = f"{text} ({names})" if names else text
    leaning = resolve(text, [Earlier(lead)], language=language, default_language=language)
    if not leaning.is_follow_up:
        return QuestionPart(text, named, named)
    if leaning.asks_as_before:  # "which ones?" would be "how many?" once more
        return QuestionPart(text, f"{text} ({lead})", named)
    return QuestionPart(text, leaning.stand_alone, named)


def _spans(text: str, words: Catalogue | None) -> list[tuple[int, int]]:
    """Return the parts as half-open spans; fewer than two where the question is one."""
    numbered = _numbered(text, words)
    if numbered:
        return numbered
    starts: list[int] = []
    begin = 0
    for piece_end in _piece_ends(text, words.clauses if words else None):
        starts.append(begin)
        if words is not None:
            starts += _joints(text, begin, piece_end, words)
        begin = piece_end
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _piece_ends(text: str, clauses: Clauses | None) -> list[int]:
    """Return the ends of the pieces that a question mark closes; one that asks nothing joins the next."""
    ends: list[int] = []
    begin = 0
    for mark in _question_end(clauses.question_mark if clauses else "?").finditer(text):
        tokens = _tokens(text, begin, mark.end())
        if (_asks(tokens, clauses) if clauses else len(tokens) > 1) and len(tokens) > 1:
            ends.append(mark.end())
            begin = mark.end()
    if not ends or (begin < len(text) and clauses and _asks(_tokens(text, begin, len(text)), clauses)):
        return [*ends, len(text)]
    return [*ends[:-1], len(text)]


@cache
def _question_end(mark: str) -> re.Pattern[str]:
    return re.compile(rf"[?？؟{re.escape(mark)}]+[\s»”\"')]*")


def _numbered(text: str, words: Catalogue | None) -> list[tuple[int, int]]:
    """Return the items of a numbered list, where each of them asks something."""
    found = list(_ITEM.finditer(text))
    marks = "".join(match[1] for match in found)
    if words is None or len(found) < 2 or not ("123456789".startswith(marks) or "abcde".startswith(marks)):
        return []
    ends = [*(match.start() for match in found[1:]), len(text)]
    items = [(match.end(), end) for match, end in zip(found, ends, strict=True)]
    return items if all(_asks(_tokens(text, *item), words.clauses) for item in items) else []


def _joints(text: str, begin: int, end: int, words: Catalogue) -> list[int]:
    """Return where a clause that asks begins behind a clause that asks.

    A joining word stands between them; between earlier ones of a row a comma
    will do, but not behind a clause with a bare "when": "when a firm closes,
    who pays and when?".
    """
    clauses, tokens = words.clauses, _tokens(text, begin, end)
    asking = _lengths(tokens, clauses.asking)
    joined = {place: _after_joint(tokens, place, clauses) for place in range(len(tokens))}
    last = max((place for place, after in joined.items() if after), default=0)
    joints: list[int] = []
    from_token = 0
    for place in range(1, last + 1):
        after = joined[place] or (place if _behind_comma(text, tokens, place, words) else None)
        if after is None or not _is_clause(tokens, from_token, place, asking, text, clauses):
            continue
        if after == place and tokens[from_token].word in words.question_words["time"]:
            continue
        if clauses.asks_anywhere and not _is_clause(tokens, after, len(tokens), asking, text, clauses):
            continue
        joints.append(tokens[place].start)
        from_token = after
    return joints


def _behind_comma(text: str, tokens: Sequence[_Token], place: int, words: Catalogue) -> bool:
    return "," in text[tokens[place - 1].end : tokens[place].start] and _opens(tokens, place, words.clauses)


def _after_joint(tokens: Sequence[_Token], place: int, clauses: Clauses) -> int | None:
    """Return the place behind a joining word, where an asking clause may begin there."""
    for joint in sorted(clauses.joining, key=len, reverse=True):
        length = _match(tokens, place, joint)
        if not length:
            continue
        after = place + length
        return after if clauses.asks_anywhere or _opens(tokens, after, clauses) else None
    return None


def _opens(tokens: Sequence[_Token], place: int, clauses: Clauses) -> bool:
    """Tell whether an asking word stands at a place, perhaps behind a preposition."""
    behind = place + (place < len(tokens) and tokens[place].word in clauses.prepositions)
    return any(_match(tokens, behind, phrase) for phrase in clauses.asking)


def _is_clause(
    tokens: Sequence[_Token], begin: int, end: int, asking: _Lengths, text: str, clauses: Clauses
) -> bool:
    """Tell whether these words ask one thing of something: one asking word, in its place, and two others.

    Two asking words in a clause are one too many to be sure: the second may
    open a clause within the clause ("what decides who may apply and when?").
    """
    found = list(islice(_found(asking, begin, end), 2))
    if len(found) != 1:
        return False
    ((first, last),) = found
    if end - begin - (last - first) < 2:
        return False
    if clauses.asks_anywhere or first - begin < OPENING_TOKENS:
        return True
    between = text[tokens[first - 1].end : tokens[first].start]
    before = text[tokens[first - 2].end : tokens[first - 1].start]
    return "," in between or "," in before  # "in the survey, how many", "in the survey, by whom"


def _asks(tokens: Sequence[_Token], clauses: Clauses) -> bool:
    return any(_match(tokens, place, phrase) for place in range(len(tokens)) for phrase in clauses.asking)


def _lengths(tokens: Sequence[_Token], phrases: Sequence[str]) -> _Lengths:
    """Return for every place the lengths of the phrases that stand there, the longest first.

    A question is looked through once: a clause is tried at every joining word, and a long
    question may be made of those.
    """
    return tuple(
        tuple(sorted({n for phrase in phrases if (n := _match(tokens, place, phrase))}, reverse=True))
        for place in range(len(tokens))
    )


def _found(lengths: _Lengths, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Give where phrases stand in a range, as half-open ranges of tokens, the longest at each place."""
    place = begin
    while place < end:
        length = next((length for length in lengths[place] if place + length <= end), 0)
        if length:
            yield place, place + length
        place += length or 1


def _match(tokens: Sequence[_Token], place: int, phrase: str) -> int:
    """Return how many tokens a phrase takes at a place, 0 where it does not stand there."""
    words = phrase.split()
    return len(words) if [token.word for token in tokens[place : place + len(words)]] == words else 0


def _tokens(text: str, begin: int, end: int) -> list[_Token]:
    return [
        _Token(match.start(), match.end(), _word(match.group()), match.group())
        for match in _TOKEN.finditer(text, begin, end)
    ]


def _word(written: str) -> str:
    return written if len(written) > 1 and written.isupper() else written.casefold()


def _unjoined(part: str, words: Catalogue | None) -> str:
    """Return a part without the joining word that it begins with."""
    tokens = _tokens(part, 0, len(part))
    length = max((_match(tokens, 0, joint) for joint in words.clauses.joining), default=0) if words else 0
    return part[tokens[length].start :] if length and length < len(tokens) else part


def _bare(part: str) -> str:
    return part.strip(_EDGES)


def _names(text: str) -> str:
    """Return the runs of names in a text, as written: capitals behind the first word, and digits."""
    runs: list[str] = []
    before = -1
    for place, token in enumerate(_tokens(text, 0, len(text))):
        written = token.written
        named = (
            any(char.isdigit() for char in written)
            or any(char.isupper() for char in written[1:])
            or (place > 0 and written[0].isupper() and len(written) > 1)
        )
        if named and before == place - 1 and runs:
            runs[-1] = f"{runs[-1]} {written}"
        elif named:
            runs.append(written)
        before = place if named else before
    return ", ".join(runs)
