"""Names of languages, dates and regions as the asker's language has them."""

from __future__ import annotations

import re

from helpdesk_bot.phrase_matching import words_of
from helpdesk_bot.phrases import language_name
from helpdesk_bot.place_names import name_of, place_at

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_PARTS = re.compile(r"([,;/])")
_LOCALES = {"en": "en_GB"}
"""Whose customs a language's dates follow: a European reader's, not an American's."""
_SHARED_NAMES = frozenset({"GE"})
"""Codes of countries whose name other places bear as well: Georgia."""


def spoken_date(date: str | None, language: str) -> str | None:
    """Return a date in words, as exact as it is given: ``2024-05`` gives May 2024, and 2024 itself.

    Args:
        date: ISO 8601: a year, a month or a day.
        language: two letters; of one without CLDR data the date stays as it is.
    """
    from babel import UnknownLocaleError
    from babel.dates import format_date, format_skeleton

    match = _DATE.fullmatch(date or "")
    if match is None:
        return date
    import datetime

    year, month, day = (int(part) if part else None for part in match.groups())
    locale = _LOCALES.get(language, language)
    try:
        given = datetime.date(year or 1, month or 1, day or 1)
        if day:
            return format_date(given, "long", locale=locale)
        return format_skeleton("yMMMM", given, locale=locale) if month else match[1]
    except (UnknownLocaleError, ValueError):
        return date


def named_language(code: str, language: str) -> str | None:
    """Return the name of a document's language to begin a line with, ``None`` where it is not known."""
    if not code or code == "und":
        return None
    name = language_name(code, language)
    return name[:1].upper() + name[1:]


def named_region(region: str, language: str, document_language: str) -> str:
    """Return a region with its countries named in another language.

    "Trelleborg, Sverige" gives "Trelleborg, Sweden". What is no country's name stays as the document has it.

    Args:
        region: as the document has it; its parts stand between commas, semicolons or slashes.
        language: of the asker.
        document_language: of the document, which the names are read in.
    """
    return "".join(
        _named_part(part, language, document_language) if place % 2 == 0 else part
        for place, part in enumerate(_PARTS.split(region))
    )


def _named_part(part: str, language: str, document_language: str) -> str:
    words = words_of(part)
    place = place_at(words, 0, document_language) if words else None
    whole = place is not None and place.n_words == len(words) and not (place.belonging or place.ending)
    if place is None or not whole or place.code in _SHARED_NAMES:
        return part
    name = name_of(place.code, language)
    return part.replace(part.strip(), name) if name else part


def language_tag(code: str) -> str | None:
    """Return a code for a ``lang`` attribute, ``None`` where the language is not known."""
    return None if not code or code == "und" else code
