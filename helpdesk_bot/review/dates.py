"""The dates that a text gives, in any language of CLDR: 1 May 2024, den 1 maj, ngày 1/5/2024, 2024-05-01."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?!\d|-\d)")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_MONTH_YEAR = re.compile(r"(?<![\d./-])(\d{1,2})[/](\d{4})(?!\d)")


@dataclass(frozen=True, slots=True)
class Day:
    """A year, month and day, each ``None`` where it is not given."""

    year: int | None
    month: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Date:
    """A date in a text: as it is written, its half-open span, and the days that it can mean."""

    text: str
    start: int
    end: int
    days: tuple[Day, ...]


def dates_in(text: str, language: str) -> tuple[Date, ...]:
    """Return the dates of a text in order; a year alone is a number, and no date.

    Args:
        text: NFC.
        language: of the text, two letters; one without CLDR data is read by its digits alone.
    """
    found: list[Date] = []
    for match in _ISO.finditer(text):
        day = Day(int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
        if _is_possible(day):
            found.append(_date(match, (day,)))
    for match in _NUMERIC.finditer(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        days = (Day(year, second, first), Day(year, first, second))  # some write the month first
        if possible := tuple(dict.fromkeys(day for day in days if _is_possible(day))):
            found.append(_date(match, possible))
    for match in _named(language.split("-")[0]).finditer(text):
        if any(match.start() < other.end and other.start < match.end() for other in found):
            continue
        if (named := _of_name(match, text, language.split("-")[0])) is not None:
            found.append(named)
    for match in _MONTH_YEAR.finditer(text):
        day = Day(int(match[2]), int(match[1]), None)
        if _is_possible(day) and not any(match.start() < o.end and o.start < match.end() for o in found):
            found.append(_date(match, (day,)))
    return tuple(sorted(found, key=lambda date: date.start))


def is_given(wanted: Date, known: Sequence[Date], years: frozenset[int]) -> bool:
    """Tell whether one of the known dates says all that a date says.

    Args:
        wanted: the date.
        known: those of the evidence.
        years: other years in the evidence, which may stand apart from their day.
    """
    return any(_says(day, other, years) for day in wanted.days for date in known for other in date.days)


def _says(day: Day, other: Day, years: frozenset[int]) -> bool:
    same_year = day.year in (None, other.year) or (other.year is None and day.year in years)
    return same_year and day.month in (None, other.month) and day.day in (None, other.day)


def _of_name(match: re.Match[str], text: str, language: str) -> Date | None:
    month = _months(language)[match["month"].casefold()]
    day = match["before"] or match["after"]
    year = match["year"]
    if day is None and year is None and not _stands_alone(match, text):
        return None
    read = Day(int(year) if year else None, month, int(day) if day else None)
    return _date(match, (read,)) if _is_possible(read) else None


def _stands_alone(match: re.Match[str], text: str) -> bool:
    """Tell whether a month without day and year is one: "May" at the head of a sentence may be a verb."""
    name = match["month"]
    opens = not text[: match.start()].rstrip() or text[: match.start()].rstrip()[-1] in ".?!:"
    return len(name) > 3 and not (name[0].isupper() and opens)


def _date(match: re.Match[str], days: tuple[Day, ...]) -> Date:
    return Date(match.group().strip(), match.start(), match.end(), days)


def _is_possible(day: Day) -> bool:
    return (
        (day.month is None or 1 <= day.month <= 12)
        and (day.day is None or 1 <= day.day <= 31)
        and (day.year is None or 1000 <= day.year <= 2999)
    )


@cache
def _months(language: str) -> dict[str, int]:
    from babel import Locale, UnknownLocaleError

    try:
        tables = Locale(language).months
    except (UnknownLocaleError, ValueError):
        return {}
    found: dict[str, int] = {}
    for width in ("abbreviated", "wide"):
        for form in ("format", "stand-alone"):
            for number, name in tables[form][width].items():
                plain = str(name).casefold().rstrip(".")
                if len(plain) > 2 and not plain.isdigit():
                    found[plain] = int(number)
    return found


@cache
def _named(language: str) -> re.Pattern[str]:
    months = _months(language)
    if not months:
        return re.compile(r"(?P<before>(?!))(?P<month>)(?P<after>)(?P<year>)")
    names = "|".join(re.escape(name) for name in sorted(months, key=lambda name: (-len(name), name)))
    return re.compile(
        rf"(?:(?<!\d)(?P<before>\d{{1,2}})(?:st|nd|rd|th|\.|:a|:e|er|º)?(?:\s+(?:de|of|đến))?\s+)?"
        rf"(?<!\w)(?P<month>{names})(?!\w)\.?"
        rf"(?:\s+(?P<after>\d{{1,2}})(?:st|nd|rd|th)?(?![\d.,/]\d|\d|\s\d{{3}}(?!\d)))?"
        rf"(?:\s*[,/]?\s*(?:(?:de|del|năm|of)\s+)?(?P<year>(?:1[5-9]|20)\d\d)(?!\d))?",
        re.IGNORECASE,
    )
