"""The numbers that a text gives, as values: 1,5 and 1.5, 12 miljoner and 12,000,000, ten and 10.

How a language writes decimals, groups of digits and millions comes from CLDR
(through Babel); numbers written out stand in the message catalogues, since
Babel does not carry CLDR's rules for spelling them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from helpdesk_bot.phrases import catalogue, languages

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_SPACES = " \u00a0\u202f\u2009"
_DIGITS = (
    rf"(?<![^\W{_UNSPACED}])(?<!\d[.,])"
    rf"(?:\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,'’]\d+)*)"
)
_GROUPS = re.compile(r"\d+")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN = re.compile(
    r"(?<!\w)(?=[IVXLCDM]{2})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: as it is written, its half-open span, and what it can mean."""

    text: str
    start: int
    end: int
    values: frozenset[Decimal]
    is_word: bool = False


def numbers_in(text: str, language: str, skip: Sequence[tuple[int, int]] = ()) -> tuple[Number, ...]:
    """Return the numbers of a text in order.

    Args:
        text: NFC.
        language: of the text, two letters.
        skip: half-open spans that are read otherwise, such as dates.
    """
    found = []
    for match in _pattern(language.split("-")[0]).finditer(text):
        start, end = match.span("number")
        if any(start < last and first < end for first, last in skip):
            continue
        scale = (match["scale"] or "").strip()
        if match["word"]:
            word = match["word"].casefold()
            values = {Decimal(catalogue(language).checks.numbers[word])}
        else:
            values = _readings(match["number"], language)
        if scale:
            factor, is_short = _scales(language)[scale.casefold()]
            scaled = {value * factor for value in values}
            values = scaled | values if is_short else scaled
        found.append(
            Number(text[start : match.end()].strip(), start, end, frozenset(values), bool(match["word"]))
        )
    return tuple(found)


def roman_numbers_in(text: str) -> tuple[Number, ...]:
    """Return the Roman numbers of a text, of two letters at least: siglos XVIII y XIX."""
    found = []
    for match in _ROMAN.finditer(text):
        digits = [_ROMAN_VALUES[letter] for letter in match.group()]
        following = [*digits[1:], 0]
        value = sum(-one if one < two else one for one, two in zip(digits, following, strict=True))
        found.append(Number(match.group(), *match.span(), frozenset({Decimal(value)})))
    return tuple(found)


def is_ambiguous(number: Number, language: str) -> bool:
    """Tell whether a number written out means something else as often: one, neuf, năm."""
    if not number.is_word or language not in languages():
        return False
    return number.text.split()[0].casefold() in catalogue(language).checks.ambiguous_numbers


def _readings(written: str, language: str) -> set[Decimal]:
    """Return what digits with their signs can mean: as the language reads them, else all that is possible."""
    decimal, group = _symbols(language)
    plain = re.sub(rf"[{_SPACES}'’]", "", written)
    pieces = {Decimal(piece) for piece in _GROUPS.findall(written)}
    spaced = any(space in written for space in _SPACES)
    signs = [char for char in plain if char in ".,"]
    if not signs:
        # "2023 400 libraries": what stands beside each other may be two numbers.
        return {Decimal(plain)} | (pieces if spaced else set())
    if len(set(signs)) == 2:  # 1.234,5 and 1,234.5: the last sign is the decimal one
        return {_decimal(plain, signs[-1])}
    sign, count = signs[0], len(signs)
    grouped = bool(re.fullmatch(rf"\d{{1,3}}(?:[{sign}]\d{{3}})+", plain))
    if count > 1:
        return {Decimal(plain.replace(sign, ""))} if grouped else pieces  # else 1.2.3: a version, a date
    if not grouped:
        return {_decimal(plain, sign)}
    if sign == decimal:
        return {_decimal(plain, sign)}
    if sign == group:
        return {Decimal(plain.replace(sign, ""))}
    return {_decimal(plain, sign), Decimal(plain.replace(sign, ""))}


def _decimal(plain: str, sign: str) -> Decimal:
    other = "." if sign == "," else ","
    return Decimal(plain.replace(other, "").replace(sign, "."))


@cache
def _symbols(language: str) -> tuple[str, str]:
    from babel import Locale, UnknownLocaleError

    try:
        symbols = Locale(language.split("-")[0]).number_symbols
    except (UnknownLocaleError, ValueError):
        return "", ""
    table = symbols.get("latn", symbols)
    return str(table.get("decimal", "")), str(table.get("group", ""))


@cache
def _scales(language: str) -> dict[str, tuple[int, bool]]:
    """Map what a language writes for thousand, million ... to its value, and whether it is short for it."""
    from babel import Locale, UnknownLocaleError

    try:
        formats = Locale(language.split("-")[0]).compact_decimal_formats
    except (UnknownLocaleError, ValueError):
        return {}
    found: dict[str, tuple[int, bool]] = {}
    for width in ("short", "long"):
        for patterns in (formats.get(width) or {}).values():
            for power, pattern in patterns.items():
                written = str(getattr(pattern, "pattern", pattern)).replace("'", "")
                zeros = written.count("0")
                name = re.sub(r"[0\s\u00a0¤]+", " ", written).strip().casefold()
                if zeros and name and not name.isdigit():
                    found[name] = (int(power) // 10 ** (zeros - 1), width == "short")
    return found


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = catalogue(language).checks.numbers if language in languages() else {}
    written = rf"|(?P<word>(?<!\w)(?:{_any_of(words)})(?!\w))" if words else "|(?P<word>(?!))"
    scales = _scales(language)
    words_of_scale = _any_of([name for name in scales if len(name) > 1])
    letters = "".join(name.upper() for name in scales if len(name) == 1)  # 12M, and never "12 m"
    attached = rf"|(?<=\d)(?-i:[{re.escape(letters)}])" if letters else ""
    scale = (
        rf"(?:(?P<scale>(?:\s?(?:{words_of_scale})){attached})(?!\w))?"
        if words_of_scale
        else "(?P<scale>(?!))?"
    )
    return re.compile(rf"(?P<number>{_DIGITS}{written}){scale}", re.IGNORECASE)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
