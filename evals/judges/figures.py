"""Numbers in a text, and whether two ways of writing them can mean the same."""

from __future__ import annotations

import re
import unicodedata

_SPACES = " \u00a0\u202f\u2009'’"
_NUMBER = re.compile(rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")

Readings = frozenset[str]
"""Every value that a written number can have: ``3.500`` is 3.5 or 3500, by the country."""


def numbers(text: str) -> list[Readings]:
    """Return the numbers of a text in their order; digits of any script, none in words."""
    plain = _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), text)
    return [_readings(match.group()) for match in _NUMBER.finditer(plain)]


def missing_numbers(wanted: str, given: str) -> int:
    """Return how many numbers of ``wanted`` no number of ``given`` can mean."""
    sought = numbers(wanted)
    there = numbers(given) if sought else []
    return sum(not any(number & other for other in there) for number in sought)


def _readings(written: str) -> Readings:
    bare = re.sub(f"[{_SPACES}]", "", written)
    parts = re.split(r"[.,]", bare)
    if len(parts) == 1:
        return frozenset({_value(bare)})
    marks = re.findall(r"[.,]", bare)
    readings = set()
    grouped = all(len(part) == 3 for part in parts[1:]) and 1 <= len(parts[0]) <= 3
    if grouped and len(set(marks)) == 1:
        readings.add(_value("".join(parts)))
    # The last mark is the decimal one where it stands alone, or differs from those before it.
    if len(marks) == 1 or (marks[-1] not in marks[:-1] and len(set(marks[:-1])) == 1):
        readings.add(_value("".join(parts[:-1]), parts[-1]))
    # A date or a section number (2024.05.01, 3.1.2) is its parts.
    return frozenset(readings) or frozenset({".".join(_value(part) for part in parts)})


def _value(whole: str, decimals: str = "") -> str:
    decimals = decimals.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{decimals}" if decimals else "")
