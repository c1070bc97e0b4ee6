"""How text becomes the tokens of the lexical index: the same in every language.

A word is found by itself, by its beginning (four and six letters: inflection
and the first part of compounds, without knowing the language), and together
with the next one where words are written in syllables. Chosen by measurement
against stemmers, folded diacritics and longer beginnings: docs/decisions.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

# Letters and digits with the marks that belong to them (Hindi, Thai, accents without a composed letter).
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e4e]+[^\W_]*)*")
_NO_SPACES = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_BEGINNINGS = (4, 6)
_SYLLABIC = frozenset({"vi"})
_SPELLINGS = str.maketrans("şţάέήίόύώϊϋΐΰ", "șțαεηιουωιυιυ")
"""Letters written in two ways for the same word: Romanian ones from before there was a comma below, and
Greek ones, which carry no accent in capitals."""


def words(text: str) -> list[str]:
    """Return the words of a text, case folded, in order.

    Diacritics are kept (``må`` is not ``ma``), but for Greek accents; Romanian cedillas become commas.
    """
    return _WORD.findall(unicodedata.normalize("NFC", text.casefold()).translate(_SPELLINGS))


def tokens(text: str, language: str, *, beginnings: bool = True, pairs: bool = True) -> list[str]:
    """Return the tokens that ``text`` is found by, repetitions included.

    Args:
        text: any text, a question or a passage.
        language: two-letter code; only whether it is written in syllables counts.
        beginnings: with the beginnings of words; a query without them finds whole words only.
        pairs: with pairs of neighbouring syllables; a query without them finds single ones only.

    Returns:
        words; their beginnings as ``^begi``; pairs of neighbours as ``left_right``
        (Vietnamese, and the characters of scripts without spaces).
    """
    found = words(text)
    single = [token for word in found for token in _of_word(word, beginnings)]
    if not pairs or language not in _SYLLABIC:
        return single
    return single + [f"{left}_{right}" for left, right in itertools.pairwise(found)]


def _of_word(word: str, beginnings: bool) -> Iterator[str]:
    if _NO_SPACES.search(word):
        yield from (f"{left}_{right}" for left, right in itertools.pairwise(word))
        if len(word) == 1:
            yield word
        return
    yield word
    # A number's beginning says nothing: 2024 is not 2025.
    if beginnings and not any(map(str.isdigit, word)):
        yield from (f"^{word[:length]}" for length in _BEGINNINGS if len(word) > length)
