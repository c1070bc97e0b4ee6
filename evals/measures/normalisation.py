"""How texts are made comparable before they are compared."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache

ARTICLES = {
    "en": "a an the",
    "de": "ein eine einen einem eines einer der die das den dem des",
    "es": "un una unos unas el la los las",
    "vi": "của là cái chiếc những",
    "sv": "en ett den det de",
    "da": "en et den det de",
    "nb": "en ei et den det de",
    "nl": "een de het",
    "fr": "un une des le la les l du de",
    "it": "un uno una il lo la i gli le l",
    "pt": "um uma uns umas o a os as",
    "ro": "un o unei unui niște",
    "hu": "a az egy",
    "el": "ένας μία μια ένα ο η το οι τα του της των τον την τους τις",
}
"""Words dropped before answers are compared. English, German, Spanish and
Vietnamese: the official MLQA script (Lewis et al. 2020, MLQA: Evaluating
Cross-lingual Extractive Question Answering, ``mlqa_evaluation_v1.py``), which
equals SQuAD's for English. The others: after the same pattern. A
language that is not listed loses no word."""

_ARTICLE_PATTERNS = {
    language: re.compile(rf"\b({'|'.join(words.split())})\b") for language, words in ARTICLES.items()
} | {"ar": re.compile(r"\sال^|ال")}  # MLQA's own pattern: the article is written together with its noun

_ELIDING = ("fr", "it")
_PUNCTUATION = frozenset(string.punctuation)

UNSPACED = {
    "zh": re.compile("[\u4e00-\u9fa5]"),
    "ja": re.compile("[\u4e00-\u9fa5\u3040-\u30ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
}
"""Languages written without spaces, and which of their characters are compared one by one:
MLQA's range for Chinese; Japanese with the kana, Thai with its block, after the same pattern."""


def squash(text: str) -> str:
    """Return the text in NFC, case folded, with runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def answer_tokens(text: str, language: str) -> list[str]:
    """Return the words of a short answer as SQuAD and MLQA compare them.

    Lower case, punctuation removed, the language's articles dropped, split at
    white space (`UNSPACED`: every character of the script is a word).

    For English, German, Spanish, Vietnamese, Arabic, Hindi and Chinese this is
    the official MLQA normalisation. Two things are ours: the text is put into
    NFC first (official: a decomposed ``ä`` differs from a composed one), and
    French and Italian elided articles are words of their own. Against SQuAD's
    official script for English one thing differs, as in MLQA: punctuation is
    Unicode's (dashes and curly quotation marks) as well as ASCII's.

    Args:
        text: the answer.
        language: two-letter code, also with a subtag (``pt-BR``); an unknown
            one drops no articles and splits at white space.
    """
    language = language.split("-")[0]
    lowered = unicodedata.normalize("NFC", text).lower()
    if language in _ELIDING:  # an elided article is a word of its own: l'État
        lowered = re.sub("['’]", " ", lowered)
    bare = "".join([char for char in lowered if not _is_punctuation(char)])
    articles = _ARTICLE_PATTERNS.get(language)
    spaced = articles.sub(" ", bare) if articles else bare
    unspaced = UNSPACED.get(language)
    return (unspaced.sub(r" \g<0> ", spaced) if unspaced else spaced).split()


@lru_cache(maxsize=4096)
def _is_punctuation(char: str) -> bool:
    return char in _PUNCTUATION or unicodedata.category(char).startswith("P")
