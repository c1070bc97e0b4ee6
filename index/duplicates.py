"""Which passages say the same, so that the list of candidates holds each statement once.

Words decide, not vectors: a cosine similarity hardly sees a "not" in a long
passage (0.9998), and falls to 0.96 where the same words stand under another
title (docs/decisions). Two passages of one language say the same when their
words are the same in the same order, without regard to case, punctuation, line
breaks, hyphenation, bullets and a short list of words that change nothing
(``light_words.toml``). Every number, sign and name is compared.

The same words can still speak of different things. How much a passage has to
say by itself depends on what stands around it, see `_least_letters`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from index.chunks import DocumentInfo, Passage

SELF_STANDING = 200
"""Letters (two or three sentences) from which words mean the same under another title or in another year."""

NEARLY_ALL = 0.5
"""Share of a passage's letters that a shorter one must have to be folded into it."""

_LIGHT: Mapping[str, Set[str]] = {
    language: frozenset(words)
    for language, words in tomllib.loads(
        Path(__file__).with_name("light_words.toml").read_text("utf-8")
    ).items()
}
_BULLET = re.compile(r"(?m)^[ \t]*(?:[•●▪■◦○‣⁃∙·*►▶–—-]|o(?=\s))\s+")
_ENUMERATOR = re.compile(r"^\(?\d{1,2}(?:\.\d{1,2})*[.)]?\s+")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-‐]\n\s*(?=[^\W\d_])")
_KEPT = frozenset("%‰§#")
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Said:
    """What a passage says and what it says it of, in a form that can be compared.

    ``parts``: for each sentence its words and what stands before it.
    ``whole``: all of them together. ``subject``: the words of title and
    headings, each once; ``numbers``: their numbers, of the title and of the
    headings. ``year`` and ``region``: of the document, ``None`` where unknown.
    """

    language: str
    parts: tuple[str, ...]
    whole: str
    subject: tuple[str, ...]
    numbers: tuple[frozenset[str], frozenset[str]]
    has_headings: bool
    year: str | None
    region: str | None


def said(passage: Passage, document: DocumentInfo) -> Said:
    """Return what a passage says, to be compared with `repeated`."""
    language = passage.language
    parts = tuple(_words(text, language) for text in _texts(passage))
    headings = [_ENUMERATOR.sub("", heading) for heading in passage.heading_path]
    around = [document.title, *headings]
    subject = dict.fromkeys(_word(token, language) for text in around for token in text.split())
    return Said(
        language=language,
        parts=parts,
        whole="".join(parts),
        subject=tuple(word for word in subject if word),
        numbers=(_numbers([document.title]), _numbers(headings)),
        has_headings=bool(headings),
        year=document.date[:4] if document.date else None,
        region=_words(document.region, "und") if document.region else None,
    )


def repeated(other: Said, kept: Said) -> tuple[int, int] | None:
    """Tell whether all that one passage says is said by another one, of the same thing.

    Args:
        other: the passage that may be folded.
        kept: the one that it would be folded into, of another document.

    Returns:
        the first and last sentence of ``kept`` that ``other`` says too; ``None`` where it says
        anything else, or may speak of something else.
    """
    if other.language != kept.language or not other.whole:
        return None
    if other.whole == kept.whole:
        found = (0, len(kept.parts) - 1)
    elif len(other.whole) >= NEARLY_ALL * len(kept.whole) and other.whole in kept.whole:
        run = _run(other.parts, kept.parts)
        if run is None:
            return None
        found = run
    else:
        return None
    least = _least_letters(other, kept)
    return found if least is not None and len(other.whole) >= least else None


def _least_letters(one: Said, other: Said) -> int | None:
    """Return from how many letters on the same words mean the same here; ``None``: never.

    Never where a number in the titles or headings differs (the reports of two
    years), where the regions differ, or where title and headings follow one
    pattern with something else filled in (one fact sheet for each project).
    """
    if one.region and other.region and one.region != other.region:
        return None
    with_headings = one.has_headings and other.has_headings
    first, second = (each.numbers[0] | (each.numbers[1] if with_headings else set()) for each in (one, other))
    if first != second:
        return None
    same_year = one.year is None or other.year is None or one.year == other.year
    if set(one.subject) <= set(other.subject) or set(other.subject) <= set(one.subject):
        return 0 if same_year else SELF_STANDING
    if one.subject[0] == other.subject[0] or one.subject[-1] == other.subject[-1]:
        return None
    return SELF_STANDING


def _run(short: Sequence[str], long: Sequence[str]) -> tuple[int, int] | None:
    """Return where a run of parts stands within another one; parts without a word do not count."""
    wanted = [part for part in short if part]
    places = [place for place, part in enumerate(long) if part]
    for start in range(len(places) - len(wanted) + 1):
        window = places[start : start + len(wanted)]
        if all(long[place] == part for place, part in zip(window, wanted, strict=True)):
            return window[0], window[-1]
    return None


def _texts(passage: Passage) -> list[str]:
    """Cut a passage into its sentences, each with what stands before it (a heading, say)."""
    ends = [end - passage.start_char for _, end in passage.sentences]
    ends = [*ends[:-1], len(passage.text)]
    starts = [0, *ends[:-1]]
    return [passage.text[start:end] for start, end in zip(starts, ends, strict=True)]


def _words(text: str, language: str) -> str:
    text = _BULLET.sub("", text)
    if "-\n" in text or "‐\n" in text:
        text = _BROKEN_WORD.sub("", text)
    return "".join([_word(token, language) for token in text.split()])


@lru_cache(maxsize=1 << 15)  # most words of a passage were seen before: a fifth of the time
def _word(token: str, language: str) -> str:
    """Return a word as it is compared: its letters; as it stands where it holds a number or a sign."""
    if token.isalpha():
        word = token.casefold()
    elif any(_counts(character) for character in token):
        return f"{_BETWEEN}{_stripped(token)}{_BETWEEN}"
    else:
        plain = unicodedata.normalize("NFKC", token).casefold()
        word = "".join(c for c in plain if c.isalpha() or unicodedata.category(c)[0] == "M")
    return "" if word in _LIGHT.get(language, ()) else word


def _counts(character: str) -> bool:
    """Tell whether a character makes its word one that is compared to the letter: digits, signs, ticks."""
    category = unicodedata.category(character)
    return category[0] == "N" or (category in ("Sc", "Sm", "So") and character != "|") or character in _KEPT


def _stripped(token: str) -> str:
    """Return a number or sign without the punctuation around it; a minus before it stays."""
    token = "".join("-" if unicodedata.category(c) == "Pd" or c == "−" else c for c in token)
    inside = [place for place, c in enumerate(token) if c.isalnum() or c == "-" or _counts(c)]
    return token[inside[0] : inside[-1] + 1].casefold()


def _numbers(texts: Sequence[str]) -> frozenset[str]:
    tokens = (token for text in texts for token in text.split())
    return frozenset(_stripped(t) for t in tokens if any(unicodedata.category(c)[0] == "N" for c in t))
