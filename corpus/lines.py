"""Reading lines of text as a person does: markers, titles, paragraphs that were wrapped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_BULLET = re.compile(r"^([•●▪■◦○‣⁃∙·*✓✔►▶]|[-–—](?=\s|$)|o(?=\s{2,}))\s*")
_NUMBER = re.compile(r"^(\(?(?:\d{1,3}|[a-z]|[ivx]{2,5})[.)])(?:\s+|$)")
_SECTION_NUMBER = re.compile(r"^((?:\d{1,3}\.)+\d{0,3}|\d{1,2}|[A-Z]\.(?:\d{1,3}\.?)*)\s+(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…:;。！？][\"'”’»›)\]]*$")
_ADDRESS = re.compile(r"https?://|www\.|\S@\S")
_WORD = re.compile(r"\w+")
_MAX_TITLE_CHARACTERS = 120
_MAX_TITLE_WORDS = 18


def bullet(line: str) -> bool:
    """Tell whether a line begins with a bullet."""
    return bool(_BULLET.match(line)) and not is_rule(line)


def numbered(line: str) -> bool:
    """Tell whether a line begins with a list number or letter (``1.``, ``a)``, ``(iv)``)."""
    return bool(_NUMBER.match(line))


def bare_marker(line: str) -> bool:
    """Tell whether a line is a bullet or number and nothing else."""
    match = _BULLET.match(line) or _NUMBER.match(line)
    return match is not None and match.end() >= len(line)


def section_depth(line: str) -> int:
    """Return how deep a heading number is: ``2.`` is 1, ``2.5`` is 2; 0 where there is none."""
    match = _SECTION_NUMBER.match(line)
    return len([part for part in match.group(1).split(".") if part]) if match else 0


def is_rule(line: str) -> bool:
    """Tell whether a line is only drawn (``-----``, ``=====``)."""
    stripped = line.strip()
    return len(stripped) >= 3 and len(set(stripped)) == 1 and stripped[0] in "=-_~*^#+"


def is_address(line: str) -> bool:
    """Tell whether a line is a web or mail address and nothing else."""
    return bool(_ADDRESS.search(line)) and len(line.split()) == 1


def ends_sentence(line: str) -> bool:
    """Tell whether a line ends as a sentence or an introduction to a list does."""
    return bool(_SENTENCE_END.search(line.rstrip()))


def starts_lower(line: str) -> bool:
    """Tell whether the first character is a lower-case letter."""
    return line[:1].islower()


def looks_like_title(line: str) -> bool:
    """Tell whether a line could be a heading by its form alone; no language is assumed."""
    if not 2 <= len(line) <= _MAX_TITLE_CHARACTERS or _ADDRESS.search(line) or bullet(line):
        return False
    words = _WORD.findall(line)
    n_letters = sum(map(str.isalpha, line))
    if not words or len(words) > _MAX_TITLE_WORDS or n_letters < 0.5 * len(line.replace(" ", "")):
        return False
    body = line[match.end() :] if (match := _SECTION_NUMBER.match(line)) else line
    first_word = next(iter(_WORD.findall(body)), "")
    # A name such as eIDAS or embrAIsme may open a title; so may a number ("21 action points").
    if first_word == first_word.lower() and first_word[:1].isalpha() and body == line:
        return False
    if not first_word or body[0] in "\"“”„'‘(«[":
        return False
    return not re.search(r"[.,;:!…&/–—-]$", line)


def is_navigation(line: str) -> bool:
    """Tell whether a line is a row of links (``Go to menu Go to search Go to content``)."""
    words = [word.casefold() for word in _WORD.findall(line)]
    return 6 <= len(words) <= 30 and any(words.count(word) >= 3 for word in set(words))


def wrap_width(lines: Sequence[str]) -> int | None:
    """Return the width at which a text was wrapped by hand or program, None if it was not.

    Lines that another line follows directly are the evidence: most of them
    are nearly full in a wrapped text.
    """
    followed = [
        len(line.strip())
        for line, after in pairwise(lines)
        if line.strip() and after.strip() and not bullet(after.strip()) and not is_rule(after)
    ]
    if len(followed) < 4:
        return None
    width = sorted(followed)[int(0.9 * (len(followed) - 1))]
    n_full = sum(1 for length in followed if length >= 0.75 * width)
    return width if 40 <= width <= 130 and n_full >= 0.6 * len(followed) else None


def continues(before: str, after: str, width: int | None) -> bool:
    """Tell whether a line goes on with the sentence of the line before it.

    Args:
        before: the line before, without its margins.
        after: the line itself, not empty.
        width: the width at which the text is wrapped, if it is.
    """
    if bullet(after) or is_rule(after) or is_rule(before) or _ADDRESS.match(after):
        return False
    if bare_marker(before):
        return True
    if numbered(after) and not (width and len(before) >= 0.85 * width and not ends_sentence(before)):
        return False
    if after[0] in ",;.)]”»&" or before[-1] in ",(&":
        return True
    if not ends_sentence(before) and (starts_lower(after) or after[0] == "("):
        return True
    return width is not None and len(before) >= 0.7 * width


def join(before: str, after: str) -> str:
    """Join two lines of one sentence, keeping a hyphen that ends the first."""
    if re.search(r"\w[-‐]$", before) and starts_lower(after):
        return before + after
    return f"{before} {after}"
