"""Telling keys struck at random from words: "asdf qwer zxcv" is a question in no language.

A multilingual model cuts the words of a hundred languages into few pieces, and
letters in no such order into many.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LETTERS_PER_PIECE = 1.75
"""Of words, at least. Below lie 7 of 11 lines of random keys, and none of 21,667 questions of the development
sets and suites, in nine languages. What a document holds a word of passes all the same, see
`answering.check_words`."""

SHORTEST = 4
"""Letters of a word that is judged: the syllables of some languages, and abbreviations, have fewer."""

LEAST_LETTERS = 8
"""Of all words that are judged; fewer tell nothing."""

MOST_LETTERS = 100
"""Of one word: the longest compounds that texts hold have some 60."""

_WORD = re.compile(r"[^\W\d_]+")


def is_gibberish(text: str, n_pieces: Callable[[str], int]) -> bool:
    """Tell whether what is written in small letters looks like no language at all.

    Names, abbreviations and numbers are not judged, nor are scripts without
    small letters; nothing is said of a text that has little else.

    Args:
        text: NFC.
        n_pieces: into how many pieces the bundled model cuts a text.
    """
    words = [word for word in _WORD.findall(text) if word.islower() and len(word) >= SHORTEST]
    letters = sum(map(len, words))
    if any(len(word) > MOST_LETTERS for word in words):
        return True
    return letters >= LEAST_LETTERS and letters / n_pieces(" ".join(words)) < LETTERS_PER_PIECE
