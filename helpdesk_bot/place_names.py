"""Names of countries and regions of the world, and what belongs to them, in any language of Unicode's CLDR.

CLDR comes through Babel; the catalogues add what people also call a place.
That Lithuania, Litauen and Litva are one place is what lets a question be
continued in another language.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from corpus.language import LANGUAGES
from helpdesk_bot.phrase_matching import Word, words_of
from helpdesk_bot.phrases import catalogue, languages, locale_name

_ABBREVIATIONS = {"USA": "US", "US": "US", "UK": "GB", "EU": "EU", "UAE": "AE"}
_NO_PLACES = frozenset({"001", "QO", "XA", "XB", "ZZ"})
_ENDINGS = {"sv": ("s",), "da": ("s",), "nb": ("s",), "nl": ("s",), "de": ("s", "n")}
_INFLECTING = frozenset(
    (
        "pl",
        "cs",
        "sk",
        "hr",
        "sl",
        "sr",
        "lt",
        "lv",
        "et",
        "fi",
        "hu",
        "uk",
        "ru",
        "bg",
        "mk",
        "el",
        "ro",
        "tr",
    )
)
_SHARED_LETTERS = 3
"""A language's name stands for what belongs to a country if the two begin alike: Latvian, Latvia."""
_TELLING = ("de", "fr")
"""In one of these two each such pair begins alike; further languages show none more, a megabyte each."""

_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that Unicode does not take apart, as they are typed where a keyboard has them not."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a text names: its code, how many words the name has, and the ending behind it.

    ``belonging``: the text says what belongs to the place (Latvian) and not the place (Latvia).
    """

    code: str
    n_words: int
    ending: str = ""
    belonging: bool = False


def place_at(words: Sequence[Word], at: int, language: str, *, any_case: bool = False) -> Place | None:
    """Return the place whose name begins at a word, the longest name first.

    Args:
        words: of a text.
        at: the position of the name's first word.
        language: of the text, two letters.
        any_case: the text is typed without capitals, or in capitals alone.
    """
    short = words[at].text if not any_case or words[at].folded == "us" else words[at].text.upper()
    if short in _ABBREVIATIONS:
        return Place(_ABBREVIATIONS[short], 1)
    for parts, code, belonging in _names(language).get(words[at].folded, ()):
        here = words[at : at + len(parts)]
        if tuple(word.folded for word in here) == parts and (
            _has_capital(here) or belonging or (any_case and len("".join(parts)) > 3)
        ):
            return Place(code, len(parts), belonging=belonging)
    if not (words[at].text[0].isupper() or any_case):
        return _inflected_belonging(words[at], language)
    found = _transliterated(words[at], language) or _inflected(words[at], language)
    if found is None and words[at].text[0].islower():
        return _inflected_belonging(words[at], language)
    return found


def name_of(code: str, language: str) -> str | None:
    """Return what a language calls a place, ``None`` where CLDR does not know."""
    name = _territories(language).get(code)
    return None if name is None else name.split(" (")[0]


def belonging_name(code: str, language: str) -> str | None:
    """Return the word for what belongs to a place (Lithuanian), ``None`` where CLDR does not show it."""
    names = _tongue_names(language)
    return next(
        (names[tongue] for tongue, place in _tongues().items() if place == code and tongue in names), None
    )


def same_ending(name: str, surface: str, other: str) -> str:
    """Return another word with the ending of a word: of lettiska, lettiskt and litauiska it is litauiskt."""
    shared = 0
    for one, two in zip(name.casefold(), surface.casefold(), strict=False):
        if one != two:
            break
        shared += 1
    old, new = name[shared:], surface[shared:]
    if 2 * shared < len(surface) or (old and not other.endswith(old)):
        return other
    kept = other[: len(other) - len(old)] + new
    return kept if surface[:1].isupper() else kept[:1].lower() + kept[1:]


def _has_capital(words: Sequence[Word]) -> bool:
    return any(word.text[0].isupper() or not word.text[0].islower() for word in words)


@cache
def _names(language: str) -> dict[str, tuple[tuple[tuple[str, ...], str, bool], ...]]:
    """Return the names by their first word, the longest first; the language's own before the English ones."""
    found: dict[tuple[str, ...], tuple[str, bool]] = {}
    for tongue in ("en", language):
        entries = [(name, code, False) for code, name in _territories(tongue).items()]
        entries += [(name, _tongues()[code], True) for code, name in _tongue_names(tongue).items()]
        if tongue in languages():
            more = catalogue(tongue).place_names
            entries += [(name, code, False) for code, names in more.items() for name in names]
        for name, code, belonging in entries:
            parts = tuple(word.folded for word in words_of(name.split(" (")[0]))
            if parts and not (belonging and parts in found):
                found[parts] = (code, belonging)
    by_first: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
    for parts, (code, belonging) in sorted(found.items(), key=lambda item: (-len(item[0]), item[0])):
        by_first.setdefault(parts[0], []).append((parts, code, belonging))
    return {first: tuple(entries) for first, entries in by_first.items()}


@cache
def _single_names(language: str) -> tuple[tuple[str, str], ...]:
    names = {
        parts[0]: code
        for of in _names(language).values()
        for parts, code, b in of
        if len(parts) == 1 and not b
    }
    return tuple(sorted(names.items()))


def _transliterated(word: Word, language: str) -> Place | None:
    """Read a name written syllable by syllable: Lít-va is Litva."""
    if "-" not in word.folded:
        return None
    plain = without_marks(word.folded.replace("-", ""))
    for name, code in _single_names(language):
        if without_marks(name.replace("-", "")) == plain:
            return Place(code, 1)
    return None


def _inflected(word: Word, language: str) -> Place | None:
    """Read a name with an ending: Lettlands, Litwie."""
    best: tuple[int, Place] | None = None
    for name, code in _single_names(language):
        shared = _shared(word.folded, name)
        ending = word.text[shared:]
        fixed = shared == len(name) and ending in _ENDINGS.get(language, ())
        stem = language in _INFLECTING and (
            shared >= max(4, len(name) - 2) and len(word.folded) <= len(name) + 4 and len(name) >= 4
        )
        if (fixed or stem) and (best is None or shared > best[0]):
            best = (shared, Place(code, 1, ending if fixed else ""))
    return best[1] if best else None


def _inflected_belonging(word: Word, language: str) -> Place | None:
    """Read a word for what belongs to a place with its ending: lettiskt, litewskie."""
    if language in ("en", "vi"):  # these do not inflect it
        return None
    for tongue, name in _tongue_names(language).items():
        shared = _shared(word.folded, name.casefold())
        if shared >= max(5, len(name) - 1) and len(word.folded) <= len(name) + 2:
            return Place(_tongues()[tongue], 1, belonging=True)
    return None


@cache
def _territories(language: str) -> dict[str, str]:
    from babel import Locale, UnknownLocaleError

    try:
        names = Locale.parse(locale_name(language)).territories
    except (UnknownLocaleError, ValueError):
        return {}
    return {
        str(code): str(name).split(" - ")[0]
        for code, name in names.items()
        if code not in _NO_PLACES and name
    }


@cache
def _tongue_names(language: str) -> dict[str, str]:
    """Return a language's one-word names of the languages that are named after a country."""
    from babel import Locale, UnknownLocaleError

    try:
        names = Locale.parse(locale_name(language)).languages
    except (UnknownLocaleError, ValueError):
        return {}
    return {code: str(names[code]) for code in _tongues() if len(str(names.get(code, " ")).split()) == 1}


@cache
def _tongues() -> dict[str, str]:
    """Return the country that each language is named after, in one of two languages at least."""
    from babel.languages import get_official_languages

    found: dict[str, str] = {}
    for code, place in sorted(_territories("en").items()):
        for tongue in get_official_languages(code):
            wanted = tongue in (*LANGUAGES, "no") and tongue not in found and " " not in place
            if wanted and any(_named_alike(tongue, code, language) for language in _TELLING):
                found[tongue] = code
    return found


def _named_alike(tongue: str, code: str, language: str) -> bool:
    from babel import Locale

    name = str(Locale(language).languages.get(tongue, ""))
    return _shared(name.casefold(), _territories(language).get(code, "").casefold()) >= _SHARED_LETTERS


def _shared(one: str, two: str) -> int:
    for at, (left, right) in enumerate(zip(one, two, strict=False)):
        if left != right:
            return at
    return min(len(one), len(two))


def without_marks(text: str) -> str:
    """Return a casefolded text as it is typed on a foreign keyboard: "da nang" of "đà nẵng"."""
    plain = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return "".join(char for char in plain if not unicodedata.combining(char))
