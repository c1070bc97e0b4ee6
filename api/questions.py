"""What may be asked: one place for the limits, for the command line and for HTTP."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from corpus.errors import MisusedError
from corpus.filters import DocumentFilters
from index.chunks import Filters

FILTER_NAMES = tuple(Filters.__dataclass_fields__)
"""Fields that a question or a list of documents can be narrowed by."""

MAX_FILTER_CHARS = 200


class QuestionRefused(ValueError):
    """The question cannot be asked as it is; ``code`` is stable, the message says how to mend it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def clean(text: str) -> str:
    """Return text that every part below can store: no lone surrogates, no control or tag characters."""
    # A lone surrogate is legal in JSON, but no database or socket takes it.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in "\n\t" or not (unicodedata.category(c) == "Cc" or _is_tag(c)))
    return unicodedata.normalize("NFC", "".join(kept))


def _is_tag(character: str) -> bool:
    return 0xE0000 <= ord(character) <= 0xE007F


def check_question(text: str, max_chars: int) -> str:
    """Return the question, cleaned and stripped.

    Raises:
        QuestionRefused: nothing is left (``question_empty``), or it has more
            than ``max_chars`` characters (``question_too_long``).
    """
    question = clean(text).strip()
    if not any(unicodedata.category(character)[0] not in "ZC" for character in question):
        raise QuestionRefused("question_empty", "The question is empty. Write what you want to know.")
    if len(question) > max_chars:
        raise QuestionRefused(
            "question_too_long",
            f"The question has {len(question)} characters; at most {max_chars} are allowed. Shorten it.",
        )
    return question


def read_filters(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Return filters as field -> allowed values.

    Raises:
        QuestionRefused: an unknown field, or a value that is empty, overlong or cannot be (``bad_filter``).
    """
    filters: dict[str, tuple[str, ...]] = {}
    for name, raw in pairs:
        value = clean(raw).strip()
        if name not in FILTER_NAMES:
            raise QuestionRefused(
                "bad_filter",
                f"Unknown filter {clean(name)[:40]!r}. Known: {', '.join(FILTER_NAMES)}, as NAME=VALUE.",
            )
        if not value or len(value) > MAX_FILTER_CHARS:
            raise QuestionRefused(
                "bad_filter", f"The filter {name} needs a value of 1 to {MAX_FILTER_CHARS} characters."
            )
        filters[name] = (*filters.get(name, ()), value)
    try:  # here and not below: a stream has begun by then
        DocumentFilters.from_mapping(filters, known_kinds=False)
    except MisusedError as error:
        raise QuestionRefused("bad_filter", str(error)) from error
    return filters


def read_language(code: str | None) -> str | None:
    """Return the two- or three-letter code of a language tag (``sv-SE`` gives ``sv``).

    Raises:
        QuestionRefused: it is no language tag (``bad_language``).
    """
    if code is None or code in ("", "auto"):
        return None
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", code):
        raise QuestionRefused("bad_language", "A language is a two-letter code, such as en, sv or vi.")
    return code.partition("-")[0].lower()
