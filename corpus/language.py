"""Telling the language of a document, a section or a question.

py3langid is used: on the short questions and titles of the development sets it
was right more often than lingua at either accuracy, in a quarter of the time
and a seventh of the memory (see the decision record).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Protocol

COMMON = ("en", "sv", "vi", "de", "fr", "es", "it", "pl", "da", "nb", "fi", "nl")
"""Languages that are expected; on short text they win a near tie."""

LANGUAGES = (
    *COMMON,
    *("pt", "cs", "sk", "sl", "hr", "hu", "ro", "bg", "el", "et", "lv", "lt", "ga", "mt", "ca", "is"),
    *("uk", "ru", "sr", "mk", "tr", "ar", "fa", "he", "hi", "zh", "ja", "ko", "th"),
)
"""The languages that are told apart."""

UNDETERMINED = "und"
_FROM_DETECTOR = {"no": "nb"}
_ALIASES = {"no": "nb", "nn": "nb", "iw": "he", "in": "id"}
_RARE_PRIOR = 0.3  # against 1 for the common ones: vanishes once there are a few words
_MIN_CONFIDENCE = 0.2
_SAMPLE = 2_000  # characters; more changes nothing and costs time
_SECTION_MIN_LETTERS = 40
_SECTION_MIN_CONFIDENCE = 0.9
_CODE = re.compile(r"^([A-Za-z]{2,3})(?:[-_].*)?$")
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[\d_]+")
_loading = threading.Lock()


class _Detector(Protocol):
    def rank(self, text: str) -> Sequence[tuple[str, float]]: ...


@lru_cache(maxsize=1)
def _detector() -> _Detector:
    from py3langid import langid

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    to_detector = {ours: theirs for theirs, ours in _FROM_DETECTOR.items()}
    identifier.set_languages([to_detector.get(code, code) for code in LANGUAGES])
    # It keeps the table of all its languages, to widen the choice again; ours is a third of it.
    identifier._full_model = (identifier.nb_ptc, identifier.nb_pc, identifier.nb_classes)
    detector: _Detector = identifier
    return detector


def rank(text: str, candidates: Collection[str] | None = None) -> list[tuple[str, float]]:
    """Return the languages of a text, the most probable first.

    Args:
        text: any text; only its first 2,000 characters are read.
        candidates: two-letter codes to choose from; default all of `LANGUAGES`.

    Returns:
        pairs of a two-letter code and a probability that add up to 1; empty
        where the text has no letters.
    """
    sample = _NOISE.sub(" ", text[:_SAMPLE])
    if not any(char.isalpha() for char in sample):
        return []
    with _loading:
        detector = _detector()
    if sample.isupper():  # a shouted line looks like another language than the same words in lower case
        sample = sample.lower()
    weights: dict[str, float] = {}
    for theirs, probability in detector.rank(sample):
        code = _FROM_DETECTOR.get(theirs, theirs)
        if candidates is None or code in candidates:
            prior = 1.0 if code in COMMON else _RARE_PRIOR
            weights[code] = weights.get(code, 0.0) + float(probability) * prior
    total = sum(weights.values())
    if total <= 0.0:
        return []
    return sorted(((code, w / total) for code, w in weights.items()), key=lambda pair: (-pair[1], pair[0]))


def detect(text: str, candidates: Collection[str] | None = None) -> str:
    """Return the two-letter code of a text's language, ``und`` where it cannot be told."""
    ranked = rank(text, candidates)
    if not ranked or ranked[0][1] < _MIN_CONFIDENCE:
        return UNDETERMINED
    return ranked[0][0]


def code_of(declared: str | None) -> str | None:
    """Return the two-letter code of a declared language tag (``sv-SE``, ``nn``), or None."""
    match = _CODE.match((declared or "").strip())
    if not match:
        return None
    code = match.group(1).lower()
    code = _ALIASES.get(code, code)
    return code if len(code) == 2 and code != "un" else None


def of_sections(
    texts: Sequence[str], declared: str | None, claimed: str | None
) -> tuple[str, tuple[str, ...]]:
    """Return the language of a document and of each of its sections.

    Args:
        texts: the text of each section.
        declared: what a person declared (front matter, sidecar); final.
        claimed: what the file says of itself (an HTML ``lang`` left over from a
            template is common): believed unless the text plainly differs.

    Returns:
        the document's code and one code a section. A section that is short or
        uncertain has the language of the document.
    """
    if declared:
        return declared, (declared,) * len(texts)
    document = _of_document(texts, claimed)
    found = []
    for text in texts:
        code = document
        if sum(map(str.isalpha, text[:_SAMPLE])) >= _SECTION_MIN_LETTERS:
            ranked = rank(text)
            if ranked and ranked[0][1] >= _SECTION_MIN_CONFIDENCE:
                code = ranked[0][0]
        found.append(code)
    return document, tuple(found)


def _of_document(texts: Sequence[str], claimed: str | None) -> str:
    # A sample of each section, so that an English preface of a Swedish report does not decide.
    share = max(_SAMPLE // max(len(texts), 1), 40)
    votes: dict[str, float] = {}
    for text in texts[:: max(len(texts) // 50, 1)]:
        ranked = rank(text[: max(share, 400)])
        if ranked:
            code, confidence = ranked[0]
            votes[code] = votes.get(code, 0.0) + confidence * min(len(text), 5_000)
    if not votes:
        return claimed or UNDETERMINED
    best = max(sorted(votes), key=lambda code: votes[code])
    n_letters = sum(sum(map(str.isalpha, text[:_SAMPLE])) for text in texts[:50])
    if n_letters < _SECTION_MIN_LETTERS:
        if claimed:
            return claimed
        ranked = rank(" ".join(texts))
        return best if ranked and ranked[0][1] >= _SECTION_MIN_CONFIDENCE else UNDETERMINED
    if claimed and claimed != best and votes.get(claimed, 0.0) >= 0.3 * votes[best]:
        return claimed
    return best
