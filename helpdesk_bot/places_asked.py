"""Which documents a question points to by the countries that it names.

Who asks in English how many villages Vietnam has reached is answered by a
Vietnamese document, which hardly names the country and lies far from the
question's words. So documents of the country go before others: those in a
language of its own, and those whose metadata name it as their region.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from helpdesk_bot.phrase_matching import words_of
from helpdesk_bot.phrases import locale_name
from helpdesk_bot.place_names import place_at
from index.chunks import DocumentInfo

WIDELY_OFFICIAL = 50
"""A language that is official in more countries than this (English) says nothing of where a text is from."""

_UNIONS = frozenset({"EU", "EZ", "UN"})


OWN = 0.02
"""Added to the fused score where the document is of a country in the question: half of a step to a hit."""

OTHER = -0.05
"""Added where it is of other countries: the words of its law are those of the law asked for."""


def lean_of(question: str, language: str) -> Callable[[DocumentInfo], float] | None:
    """Return what a document gains or loses by its country; ``None`` where a question names none.

    Args:
        question: as it is searched.
        language: of the question, two letters.
    """
    places = frozenset(places_in(question, language).values())
    if not places:
        return None

    def lean(document: DocumentInfo) -> float:
        if is_of(document, places):
            return OWN
        return OTHER if is_of_others(document, places) else 0.0

    return lean


@lru_cache(maxsize=512)
def places_in(text: str, language: str) -> Mapping[str, str]:
    """Return the words that name a country or what belongs to it, casefolded, with the country's code."""
    words, found, at = words_of(text), {}, 0
    while at < len(words):
        place = place_at(words, at, language)
        if place is None:
            at += 1
            continue
        for word in words[at : at + place.n_words]:
            found[word.text.casefold()] = place.code
        at += place.n_words
    return found


def is_of(document: DocumentInfo, places: frozenset[str]) -> bool:
    """Tell whether a document is of one of these countries: by its language, region, title or file name."""
    if any(document.language in own_languages(place) for place in places):
        return True
    return not places.isdisjoint(
        _places_named(document.region, document.title, document.source, document.language)
    )


def is_of_others(document: DocumentInfo, places: frozenset[str]) -> bool:
    """Tell whether a document is of other countries than these, by its region, title or file name.

    Only where countries stand against countries: what holds in Europe or in a union may hold in one of them.
    """
    named = _places_named(document.region, document.title, document.source, document.language)
    are_countries = bool(named) and bool(places) and all(map(_is_country, named | places))
    return are_countries and not is_of(document, places)


def _is_country(code: str) -> bool:
    return len(code) == 2 and code not in _UNIONS


@cache
def own_languages(place: str) -> frozenset[str]:
    """Return a country's official languages, less those of very many countries (Unicode's CLDR)."""
    from babel.languages import get_official_languages

    return frozenset(
        code for code in get_official_languages(place) if _countries_by_language()[code] <= WIDELY_OFFICIAL
    )


@cache
def _countries_by_language() -> Mapping[str, int]:
    from babel import Locale
    from babel.languages import get_official_languages

    codes = [code for code in map(str, Locale("en").territories) if len(code) == 2]
    return Counter(language for code in codes for language in get_official_languages(code))


@lru_cache(maxsize=512)
def _places_named(region: str | None, title: str, source: str, language: str) -> frozenset[str]:
    """Return the countries that a document's region, title and file name name.

    "report-english.pdf" says what it is written in, not where it is from.
    """
    words = re.split(r"[\W_]+", PurePosixPath(urlsplit(source).path).stem)
    name = " ".join(word for word in words if word.casefold() not in _language_names(language)).title()
    told = {*places_in(region or "", language).values(), *places_in(title, language).values()}
    return frozenset({*told, *places_in(name, language).values()})


@cache
def _language_names(language: str) -> frozenset[str]:
    """Return what languages are called in English and in a language, casefolded (Unicode's CLDR)."""
    from babel import Locale, UnknownLocaleError

    names = [*Locale("en").languages.values()]
    with suppress(UnknownLocaleError, ValueError):
        names.extend(Locale.parse(locale_name(language)).languages.values())
    return frozenset(name.casefold() for name in names)
