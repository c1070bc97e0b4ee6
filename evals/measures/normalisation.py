"""How texts are made comparable before they are compared."""

from __future__ import annotations

import re
import string
import unicodedata

ARTICLES = {
    "en": "a an the",
    "de": "ein eine einen einem eines einer der die das den dem des",
    "es": "un una unos unas el la los las",
    "vi": "của là cái chiếc những",
    "sv": "en ett den det de",
    "fr": "un une des le la les l du de",
    "it": "un uno una il lo la i gli le l",
}
"""Words dropped before answers are compared. English, German, Spanish and
Vietnamese: the official MLQA script (Lewis et al. 2020, MLQA: Evaluating
Cross-lingual Extractive Question Answering, ``mlqa_evaluation_v1.py``), which
equals SQuAD's for English. Swedish, French, Italian: after the same pattern. A
language that is not listed loses no word."""

_ARTICLE_PATTERNS = {
    language: re.compile(rf"\b({'|'.join(words.split())})\b") for language, words in ARTICLES.items()
}


def squash(text: str) -> str:
    """Return the text in NFC, case folded, with runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def answer_tokens(text: str, language: str) -> list[str]:
    """Return the words of a short answer as SQuAD and MLQA compare them.

    Lower case, punctuation removed (Unicode's and ASCII's, as MLQA does), the
    language's articles dropped, split at white space.

    Args:
        text: the answer.
        language: two-letter code; an unknown one drops no articles.
    """
    language = language.split("-")[0]
    lowered = unicodedata.normalize("NFC", text).lower()
    if language in ("fr", "it"):  # an elided article is a word of its own: l'État
        lowered = re.sub("['’]", " ", lowered)
    bare = "".join(char for char in lowered if not _is_punctuation(char))
    articles = _ARTICLE_PATTERNS.get(language)
    return (articles.sub(" ", bare) if articles else bare).split()


def _is_punctuation(char: str) -> bool:
    return char in string.punctuation or unicodedata.category(char).startswith("P")
