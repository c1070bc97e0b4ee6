"""What kind of thing a question asks for, found again in the text: numbers, times, money, contacts.

The right project with the wrong attribute ("what is its budget?") is the usual
way to be wrong: the sentence is about the subject, and no amount of money stands
in it. Names of months, weekdays and currencies come from CLDR (through Babel) in
the language of the text, so a language needs no list of its own here; only the
words for small numbers stand in the message catalogues.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

from helpdesk_bot.phrases import catalogue, languages
from helpdesk_bot.references import references
from index.lexical import tokens

KINDS = ("contact", "share", "money", "time", "number")
"""The most specific first: a question for a budget in words for a number wants money."""

_CURRENCIES = (
    *("AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EGP", "EUR", "GBP", "HKD", "HUF"),
    *("IDR", "ILS", "INR", "ISK", "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "RSD"),
    *("RUB", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR"),
)
_OTHER_WORDS = frozenset(
    ("won", "real", "nuevo", "nuovo", "nowy", "nouveau", "novo", "emirater", "bảng", "lei", "leva", "rand")
)
"""Names of currencies, or words of them, that mostly mean something else: "a prize that 12 firms won"."""
_AT_HOME = {"ro": frozenset({"lei"})}
"""Those of them that mean money in a language: "lei" is "she" in Italian."""
_DONG = "đồng"
_NO_DONG_BEHIND, _NO_DONG_BEFORE = "(?<!hội )(?<!hợp )(?<!cộng )", "(?! (?:ý|bộ|thời|loạt|chí|thuận|bằng))"
"""The Vietnamese currency is half of many words: council, contract, community, agree."""
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Letters of scripts that set no spaces between words, so that a number may follow one (and Hangul)."""
_START = rf"(?<![^\W{_UNSPACED}])(?<![.,])"
"""Where a number begins: not within a word such as AI4Citizens, nor within another number."""
_SHORT_UNITS = r"[\u4e07\u842c\u5104\u4ebf\u5146\u5343\u767e\ub9cc\uc5b5]*\s?(?:元|円|圓|원|บาท|[đĐ](?!\w))"
"""What East Asian texts write after an amount, scale included; CLDR has the long names alone."""
_NO_CENTS = r"(?:[.,](?:-{1,2}|[–—]))?"
"""What stands for no cents: "100,- Kč"."""
_NUMBER = r"\d+(?:[.,'\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d+)?"
_YEAR = r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)"
_NUMERIC_DATE = "|".join(
    (
        r"(?<!\d)\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d)",
        r"(?<!\d)\d{1,2}/\d{4}(?!\d)",
        r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)",
    )
)
_COMPOUND = r"(?:-|[^\W\d]{1,3})?"
_JOINED = re.compile(r"(?<![\w-])\w[\w-]*(?:[/:]\w[\w-]*)+|(?<!\w)[^\W\d_]+-\d+")
_NAMING = re.compile(r"[^\W\d]|\d{4}")
"""Numbers joined to a year or to letters name a law or a programme and count nothing:
59/2022/NĐ-CP, (2022:818), COVID-19."""
_ENUMERATED = re.compile(r"^[ \t]*\(?\d{1,2}[.)][ \t]", re.MULTILINE)
_CLOCK = r"(?<!\d)\d{1,2}[:.]\d{2}(?![\d.])"
_CONTACT = r"\+?\d[\d\s()/.-]{5,}\d|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S*\w"


def most_specific(asked: tuple[str, ...]) -> str | None:
    """Return the kind that a text has to hold, None where the question shows none."""
    return next((kind for kind in KINDS if kind in asked), None)


def mentions(kind: str, text: str, language: str) -> tuple[tuple[int, int], ...]:
    """Return where a text mentions something of a kind.

    Args:
        kind: one of `KINDS`.
        text: NFC.
        language: of the text, two letters; one without CLDR data is read by its digits alone.

    Returns:
        half-open spans in code points, in order, not overlapping. No number are dates and years, what
        numbers a law (59/2022/NĐ-CP) or a part of one (Article 9), and the figures before items of a list.
    """
    primary = language.split("-")[0]
    found = tuple(each.span() for each in _pattern(kind, primary).finditer(text))
    if kind != "number" or not found:
        return found
    passed_over = [
        *(each.span() for each in _dates(primary).finditer(text)),
        *(each.span() for each in _ENUMERATED.finditer(text)),
        *references(text),
        *(each.span() for each in _JOINED.finditer(text) if _NAMING.search(each.group())),
    ]
    return tuple(
        (start, end)
        for start, end in found
        if not any(first < end and start < last for first, last in passed_over)
    )


def nearest_mention(
    spans: tuple[tuple[int, int], ...], text: str, question: str, language: str
) -> tuple[int, int] | None:
    """Return the mention that stands right before a word of the question ("492 officials"), if just one does.

    Args:
        spans: the mentions in ``text``.
        text: of the same language as the question.
        question: whose words are looked for within the next two words after a mention.
        language: of both, for the analysis of words.
    """
    asked = set(tokens(question, language))
    beside = []
    for place, (_, end) in enumerate(spans):
        until = spans[place + 1][0] if place + 1 < len(spans) else len(text)
        following = " ".join(text[end:until].split()[:2])
        if asked & set(tokens(following, language)):
            beside.append(spans[place])
    return beside[0] if len(beside) == 1 else None


@cache
def _pattern(kind: str, language: str) -> re.Pattern[str]:
    match kind:
        case "contact":
            return re.compile(_CONTACT)
        case "money":
            return _money(language)
        case "share":
            return _share(language)
        case "time":
            return re.compile("|".join((_dates(language).pattern, *_clocks_and_days(language))))
        case _:
            return _number(language)


def _number(language: str) -> re.Pattern[str]:
    written = ""
    if language in languages():
        words = catalogue(language)
        more = _any_of(sorted({*words.number_words, *words.checks.numbers}))
        tail = rf"(?:{_COMPOUND}(?:{more})){{0,5}}"  # tjugofem, fünfundzwanzig, twenty-one
        written = rf"|(?<!\w)(?:{_any_of(words.number_words)}){tail}(?!\w)"
    return re.compile(rf"{_START}{_NUMBER}(?:\s?%|\s?‰)?{written}", re.IGNORECASE)


@cache
def _dates(language: str) -> re.Pattern[str]:
    """Return what finds dates and years."""
    months = _any_of(_calendar_names(language, "months"))
    parts = [_NUMERIC_DATE]
    if months:
        joint = r"(?:\s+(?:de|del|năm))?"
        parts.append(
            rf"(?:(?<!\w)(?:ngày\s+)?\d{{1,2}}(?:st|nd|rd|th|\.|:a|:e|er|º)?(?:\s+(?:de|of))?\s+)?(?<!\w)(?:{months})(?!\w)"
            rf"(?:\s+\d{{1,2}}(?:st|nd|rd|th)?(?!\d))?,?{joint}(?:\s+{_YEAR})?"
        )
    return re.compile("|".join((*parts, _YEAR)))


def _clocks_and_days(language: str) -> tuple[str, ...]:
    days = _any_of(_calendar_names(language, "days"))
    return (_CLOCK, rf"(?<!\w)(?:{days})(?!\w)") if days else (_CLOCK,)


def _share(language: str) -> re.Pattern[str]:
    """Return what finds percentages, fractions in words and "two of three"."""
    parts = [rf"{_START}{_NUMBER}\s?[%‰]"]
    if language in languages():
        words = catalogue(language)
        named = _any_of(words.shares["words"])
        parts.append(rf"(?:{_START}{_NUMBER}\s+)?(?<!\w)(?:{named})(?!\w)")
        one = rf"(?:{_START}\d{{1,3}}|(?<!\w)(?:{_any_of(list(words.checks.numbers))}))(?![\w.,]\d|\w)"
        parts.append(rf"{one}\s+(?:{_any_of(words.shares['between'])})\s+{one}")
    return re.compile("|".join(parts), re.IGNORECASE)


def _money(language: str) -> re.Pattern[str]:
    symbols = "".join(
        re.escape(chr(code)) for code in range(0x24, 0x20D0) if unicodedata.category(chr(code)) == "Sc"
    )
    codes = _any_of(sorted({*_CURRENCIES, "VNĐ", *_lettered_symbols(language)}))
    names = _any_of(sorted({*_currency_names(language), *_currency_names("en")}))
    names = names.replace(_DONG, rf"{_NO_DONG_BEHIND}{_DONG}{_NO_DONG_BEFORE}")
    # Never the tail of a word: "elev" is no lev. "Mkr" and the Arabic article belong to what follows.
    within = r"(?<![^\W\d])"
    own = rf"{within}(?:[mM][nd]?|mdr?|[tTkK]|bn)?(?:{codes})|{within}(?:ال)?(?i:{names})"
    unit = rf"(?:[{symbols}]|(?:{own})(?!\w))"
    words = catalogue(language) if language in languages() else None
    large = rf"\s(?i:{_any_of(words.number_words)})(?!\w)" if words else "(?!)"
    short = r"\s?(?:bn|mn|m|k)(?!\w)"
    scale = rf"(?:{large})*(?:\s+[^\W\d]+\.?){{0,2}}?(?:\s+d['’])?"  # million, miljarder, tỷ ...
    parts = [
        rf"(?:[{symbols}]|(?<!\w)(?:{codes}))\s?{_NUMBER}(?:{short}|(?:{large})+)?",
        rf"{_START}{_NUMBER}{_NO_CENTS}(?:(?:bn|mn|m|k)?{scale}(?:\s*|-){unit}|\s?{_SHORT_UNITS})",
    ]
    if words:
        clear = sorted({*words.number_words, *words.checks.numbers} - words.checks.ambiguous_numbers)
        one, more = _any_of(sorted(words.checks.ambiguous_numbers)) or "(?!)", _any_of(clear)
        joint = r"(?:[\s-]|\s[^\W\d]{1,3}\s|[^\W\d]{1,3})?"  # twenty-five, hundred and ten, fünfundzwanzig
        sum_in_words = rf"(?<!\w)(?i:(?:(?:{one}){joint})?(?:{more})(?:{joint}(?:{one}|{more})){{0,5}})(?!\w)"
        parts.append(rf"{sum_in_words}(?:\s+(?:d['’]|de\s+|di\s+)?|-){unit}")
        parts.append(rf"(?<!\w)(?i:{_any_of(words.amounts['free'])})(?!\w)")
    return re.compile("|".join(parts))


def _any_of(words: tuple[str, ...] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _calendar_names(language: str, which: str) -> list[str]:
    """Return the wide names as CLDR writes them, and with a capital as at the head of a sentence."""
    from babel import Locale, UnknownLocaleError

    try:
        tables = getattr(Locale(language), which)
    except (UnknownLocaleError, ValueError):
        return []
    names = {str(name) for form in ("format", "stand-alone") for name in tables[form]["wide"].values()}
    names |= {name[:1].upper() + name[1:] for name in names}
    return sorted(name for name in names if not name.isdigit())


@cache
def _currency_names(language: str) -> frozenset[str]:
    """Return how texts call money: the names of CLDR, and of each the unit alone (kronor, euros, đồng).

    That is the word that most currencies share, the last or the first by language ("dollars" of
    "Canadian dollars", "dollars" of "dollars canadiens"): the other one names a country, and "55 svenska
    kommuner" is no money.
    """
    names = _cldr_names(language)
    shared_first = Counter(name.split()[0] for name in {name for forms in names for name in forms[:1]})
    shared_last = Counter(_last_word(name) for name in {name for forms in names for name in forms[:1]})
    most_first = max(shared_first.values(), default=0)
    opens = most_first > max(shared_last.values(), default=0)
    found = {name for forms in names for name in forms}
    for name in list(found):
        words = name.split()
        found.add(_opening_unit(words, shared_first, language) if opens else _last_word(name))
    others = _OTHER_WORDS - _AT_HOME.get(language, frozenset())
    return frozenset(name for name in found - others if len(name) > 2)


def _opening_unit(words: list[str], shared: Counter[str], language: str) -> str:
    """Return the unit of a name that begins with it: "đồng" of "đồng Việt Nam", "đô la" of "đô la Mỹ"."""
    if len(words) < 3 or " ".join(words[1:]) in _territories(language):
        return words[0]
    if shared[words[0]] > 1:
        return words[0] if len(words[0]) > 2 else " ".join(words[:2])
    return ""


def _last_word(name: str) -> str:
    return re.split(r"[\s-]", name)[-1]


def _cldr_names(language: str) -> list[list[str]]:
    """Return of each currency its names, casefolded: alone, and beside one, two and five."""
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_currency_name

    try:
        locale = Locale(language)
    except (UnknownLocaleError, ValueError):
        return []
    counts = (None, 1, 2, 5, 10)
    return [
        [get_currency_name(code, count=count, locale=locale).casefold() for count in counts]
        for code in _CURRENCIES
    ]


def _territories(language: str) -> frozenset[str]:
    from babel import Locale

    return frozenset(name.casefold() for name in Locale(language).territories.values())


def _lettered_symbols(language: str) -> set[str]:
    """Return the symbols that are letters: kr, zł, Kč."""
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_currency_symbol

    try:
        locale = Locale(language)
    except (UnknownLocaleError, ValueError):
        return set()
    symbols = {get_currency_symbol(code, locale=locale).rstrip(".") for code in _CURRENCIES}
    return {symbol for symbol in symbols if symbol.isalpha()}
