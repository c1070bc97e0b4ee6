"""Telephone numbers in a question, in the ways in which people write them in many countries.

Whether digits can be a number is for the numbering plans of the countries to
say (phonenumbers). Years, amounts, laws and codes fit some plan too, so what
is written without a country code needs a further sign: the leading zero that
nothing else has at that length, an area code in the American form, or a word
such as *telephone* before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_GROUP = re.compile(r"[+(]{0,2}\d+\)?")
_BETWEEN = re.compile(r"[\s.()/\-\u2010-\u2013]{0,3}")
_N_DIGITS = range(7, 16)
_MAX_GROUPS = 10
_MIN_DIGITS = 9  # of a number with a leading zero and no word before it
_MAX_TRIES = 150
"""How many ways to read digits as a number are tried, so that a page of figures costs no seconds."""

_WITH_ZERO = (
    "SE",
    "VN",
    "FI",
    "GB",
    "IE",
    "DE",
    "AT",
    "CH",
    "FR",
    "BE",
    "NL",
    "IT",
    "LT",
    "UA",
    "SY",
    "IQ",
    "EG",
)
_WITHOUT_ZERO = ("US", "NO", "DK", "EE", "LV", "PL", "ES", "PT", "CZ", "IS")
_AMERICAN = re.compile(r"\(?(?:\([2-9]\d\d\) ?[2-9]\d\d[ -]\d{4}|[2-9]\d\d([-.])[2-9]\d\d\1\d{4})\)?")

_SAID_TO_BE = re.compile(
    r"(?<![^\W\d_])(?:tel\b|tele?f|teléf|téléph|teleph|tālr|phone|tlf|tfn|puh|matkapuh|mob\b|mobil|móvil|cell\b"
    r"|cell ?phone|celular|cellul|portable|handy|komórk|điện thoại|sđt\b|đt\b|di động|số máy|hotline"
    r"|call me|call us|text me|ring mig|ringa mig|nå mig|ruf mich|anruf|appelez|llám|chiama|zadzwo|dzwoni"
    r"|soita|helista|zvan|skambin|gọi cho|gọi tôi|whats ?app|zalo|viber"
    r"|[وبل]?(?:ال)?(?:هاتف|جوال|موبايل|محمول)|اتصل|واتساب)",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?<![^\W\d_])(?:ISBN|ISSN|EAN|GTIN|UPC|DOI|ORCID|CELEX|URN|CPV|KRS|MST|mã số thuế|dnr|diarienr"
    r"|diarienummer)\W*$",
    re.IGNORECASE,
)
_WORD_REACH = 36  # characters from the beginning of such a word to the number
_PART_OF_MORE = re.compile(r"\d(?:[.,:/]|\s?[\-\u2010-\u2013]\s?)$|[\w/=#]$")
_THOUSANDS_BEFORE = re.compile(r"\d\s$")
_GOES_ON = re.compile(r"\w|[.,:]\d|[\-\u2010-\u2013]\w|/(?!0)|\s(?!(?:19|20)\d\d\b|0)\d\d")
_DATE_OR_TIME = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-–./ ]\d{1,2}[-–./ ]\d{1,2}|\d{1,2}[-–./ ]\d{1,2}[-–./ ](?:19|20)\d\d"
    r"|\d\d[.:]\d\d ?[-–] ?\d\d[.:]\d\d)(?!\d)"
)
_YEARS_OR_FILE = re.compile(r"(?:19|20)\d\d(?: ?[-–/]|(?: (?:19|20)\d\d)+$)")
_LIST_OF_CODES = re.compile(r"0\d{3}(?: 0\d{3})+")
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .]\d{3})+")


class _Reading(NamedTuple):
    """Digits as one number. ``told``: its form or the words before it say so, its length has to fit only."""

    regions: tuple[str, ...]
    told: bool = False


def has_telephone_number(text: str) -> bool:
    """Tell whether a text holds a telephone number.

    Args:
        text: a question, without invisible characters.
    """
    text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    tries = 0
    for start, raw in _runs(text):
        reading = _reading(text, start, raw)
        if reading is None:
            continue
        tries += 1
        if tries > _MAX_TRIES:
            return False
        if any(_can_be(raw, region, told=reading.told) for region in reading.regions):
            return True
    return False


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Give each run of groups of digits that has the length of a number: (start, as written)."""
    groups = list(_GROUP.finditer(text))
    for first, group in enumerate(groups):
        n_digits, end = 0, group.start()
        for each in groups[first : first + _MAX_GROUPS]:
            n_digits += sum(map(str.isdigit, each.group()))
            if n_digits >= _N_DIGITS.stop or not _BETWEEN.fullmatch(text, end, each.start()):
                break
            end = each.end()
            if n_digits in _N_DIGITS:
                yield group.start(), text[group.start() : end]


def _reading(text: str, start: int, raw: str) -> _Reading | None:
    """Return how to read the digits; ``None`` where they are something else."""
    # A text of many digits must not be copied or searched whole for each of them.
    before, behind = text[max(0, start - _WORD_REACH) : start], text[start + len(raw) : start + len(raw) + 8]
    if _PART_OF_MORE.search(before[-3:]) or _GOES_ON.match(behind):
        return None
    words = re.split(r"[\d\n]", before)[-1]
    if words and _CODE.search(words):
        return None
    bare = raw.lstrip("(")
    if bare.startswith(("+", "00")):
        return _Reading(_WITH_ZERO[:1], told=bare[0] == "+")  # the country code decides
    if _DATE_OR_TIME.search(raw):
        return None
    said = bool(words.strip() and _SAID_TO_BE.search(words))
    if bare.startswith("0") and sum(map(str.isdigit, raw)) >= _MIN_DIGITS:
        code = re.match(r"0\D", raw) or _LIST_OF_CODES.fullmatch(raw)
        part = _THOUSANDS.fullmatch(raw) and _THOUSANDS_BEFORE.search(before[-2:])
        return None if code or part else _Reading(_WITH_ZERO, told=said)
    if _AMERICAN.fullmatch(raw):
        return _Reading(("US",), told=True)
    if not said or _YEARS_OR_FILE.match(raw):
        return None
    # "512 345 678" may be an amount; one that ends the sentence hardly is.
    amount = "." in raw or raw.endswith("000") or re.match(r"\s*[\w%€$£]", behind)
    return None if _THOUSANDS.fullmatch(raw) and amount else _Reading((*_WITH_ZERO, *_WITHOUT_ZERO))


def _can_be(raw: str, region: str, *, told: bool) -> bool:
    # Imported here: the numbering plans are only needed for the few questions with a long number.
    from phonenumbers import NumberParseException, is_possible_number, is_valid_number, parse

    try:
        number = parse(raw, region)
    except NumberParseException:
        return False
    return is_possible_number(number) if told else is_valid_number(number)
