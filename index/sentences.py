"""Where sentences end, in any language that marks it with punctuation.

Rules, not a model: a mark ends a sentence unless what stands before it is an
abbreviation, an initial or a number's point, or what follows begins with a
lower-case letter. When in doubt there is no end: a quote of two sentences can be
read, half a sentence cannot.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

_ENDING = re.compile(
    r"""
    (?: (?P<wide>[。！？｡]+) (?P<wide_closing>[”’»›」』）】]*)        # no space follows these
      | (?P<mark>[.!?…։؟۔।॥]+) (?P<closing>["'”’»›)\]}]*) (?=\s)
      | (?P<blank>\n[^\S\n]*\n)
    )
    """,
    re.VERBOSE,
)
_OPENERS = "\"'“”„‘‚«»‹›([{¿¡*_#-–—•· \t\n"
_LAST_WORD = re.compile(r"[^\s\"'“”„‘«»(\[{/]*$")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}", re.UNICODE)
_LIST_NUMBER = re.compile(r"\s*[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|[^\W\d_])[)\]]?\.?$")

_RULES = tomllib.loads(Path(__file__).with_name("abbreviations.toml").read_text("utf-8"))
_NEVER_LAST = frozenset(_RULES["never_last"])
_BEFORE_NUMBER = frozenset(_RULES["before_number"])
_MAYBE_LAST = frozenset(_RULES["maybe_last"])
_ORDINAL_LANGUAGES = frozenset(_RULES["ordinal_languages"])
_MAX_ORDINAL_DIGITS = 2
_CLAUSE_ENDS = (re.compile(r"\n"), re.compile(r"[;:]\s"), re.compile(r"[,–—|]\s"), re.compile(r"\s"))


def sentence_spans(text: str, start: int, end: int, language: str) -> tuple[tuple[int, int], ...]:
    """Split ``text[start:end]`` into sentences.

    Args:
        text: the whole document.
        start: the first character to look at.
        end: where to stop (half open).
        language: a two-letter code, ``und`` if unknown.

    Returns:
        Spans in ``text``, in order, none empty, none with white space at either end;
        together they hold every other character of the range.
    """
    spans: list[tuple[int, int]] = []
    sentence_start = start
    for match in _ENDING.finditer(text, start, end):
        if match.start() < sentence_start:
            continue
        if match["wide"] or match["blank"] or _ends(text, sentence_start, match, end, language):
            _append(spans, text, sentence_start, match.end())
            sentence_start = match.end()
    _append(spans, text, sentence_start, end)
    return tuple(spans)


def pieces(text: str, start: int, end: int, max_chars: int) -> list[tuple[int, int]]:
    """Cut a range that is too long to quote at line ends, then clauses, then words.

    Returns spans of at most ``max_chars`` characters, without white space at their
    ends, that hold every other character; a run without any space is cut anywhere.
    """
    found = []
    while end - start > max_chars:
        cut = _cut(text, start, start + max_chars)
        found.append((start, cut))
        start = cut
    found.append((start, end))
    trimmed = []
    for first, last in found:
        piece = text[first:last]
        if piece.strip():
            shift = len(piece) - len(piece.lstrip())
            trimmed.append((first + shift, first + shift + len(piece.strip())))
    return trimmed


def _cut(text: str, start: int, limit: int) -> int:
    """Find the last good place to cut in the second half of a range."""
    middle = (start + limit) // 2
    for pattern in _CLAUSE_ENDS:
        places = [match.end() for match in pattern.finditer(text, middle, limit)]
        if places:
            return places[-1]
    return limit


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Add a sentence; stray marks ("...", "*") join the sentence before them, or the first one."""
    piece = text[start:end]
    if not piece.strip():
        return
    last = end - len(piece) + len(piece.rstrip())
    first = start + len(piece) - len(piece.lstrip())
    if spans and not (_has_word(text, first, last) and _has_word(text, *spans[-1])):
        spans[-1] = (spans[-1][0], last)
    else:
        spans.append((first, last))


def _has_word(text: str, start: int, end: int) -> bool:
    return any(char.isalnum() for char in text[start:end])


def _ends(text: str, sentence_start: int, match: re.Match[str], end: int, language: str) -> bool:
    """Decide on a mark that white space follows."""
    following = _first_of_next(text, match.end(), end)
    if following.islower():
        return False
    mark = match["mark"]
    if mark in {"…", "..", "..."}:
        return following.isupper() or following.isdigit() or not following
    if mark != "." or match["closing"]:
        return True
    before = text[sentence_start : match.start()]
    if _LIST_NUMBER.fullmatch(before):
        return False  # "3. Förslag": the number belongs to what follows
    found = _LAST_WORD.search(before)
    word = (found.group() if found else "").casefold()
    if word in _MAYBE_LAST:
        return following.isupper()
    return not (
        word in _NEVER_LAST
        or _DOTTED.fullmatch(word)
        or (word in _BEFORE_NUMBER and (following.isdigit() or following == "§"))
        or (len(word) == 1 and word.isalpha())  # an initial
        or (word.isdecimal() and len(word) <= _MAX_ORDINAL_DIGITS and language in _ORDINAL_LANGUAGES)
    )


def _first_of_next(text: str, position: int, end: int) -> str:
    """Return the first telling character after a mark: past white space, quotes and bullets."""
    while position < end and text[position] in _OPENERS:
        position += 1
    return text[position] if position < end else ""
