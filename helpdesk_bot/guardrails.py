"""What is noticed in a question before anything is stored or sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from helpdesk_bot.telephone_numbers import has_telephone_number

_EMAIL = re.compile(r"[^\s@<>()]@[^\s@<>()]{1,253}\.\w{2,}")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE)
_FINNISH = re.compile(r"(?<!\w)\d{6}[-+A-FU-Y]\d{3}[0-9A-Y](?!\w)", re.IGNORECASE)
_DIGIT_RUN = re.compile(r"(?<![\w.])\d[\d \-]{7,32}\d(?!\w)")
_SAID_TO_IDENTIFY = re.compile(
    r"(?<![^\W\d_])(?:personn(?:umme)?r|samordningsn(?:umme)?r|f[øo]dselsn(?:umme)?r|cpr|pesel|hetu"
    r"|henkilötunnu|isikukood|asmens kod|personas kod|rodné číslo|cnp\b|ssn\b|social security n"
    r"|personal(?: identity)? n|national id|identity n|id number|sozialversicherungsn|steuer-?id"
    r"|numéro de sécu|codice fiscale|dni\b|nie\b|cccd\b|cmnd\b|căn cước|chứng minh (?:nhân dân|thư)"
    r"|số định danh|mã định danh|رقم الهوية|الرقم الوطني)",
    re.IGNORECASE,
)
_REACH = 36  # characters from the beginning of such a word to the number
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?: \d{3})+")


def clean(text: str) -> str:
    """Return the question as NFC without control and Unicode tag characters, white space collapsed."""
    kept = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace()
        or not (unicodedata.category(char) in ("Cc", "Cs", "Co") or 0xE0000 <= ord(char) <= 0xE007F)
    )
    return " ".join(kept.split())


def has_words(text: str) -> bool:
    """Tell whether the text holds two letters, or a letter and a digit, of any script."""
    letters = sum(char.isalpha() for char in text)
    return letters >= 2 or (letters == 1 and any(char.isdigit() for char in text))


def personal_data(text: str) -> tuple[str, ...]:
    """Return the kinds of personal identifiers that the text holds, from a closed list.

    Only kinds whose form or checksum leaves little doubt, so that years, ISO
    numbers and the like pass: ``email``, ``identity_number`` (Swedish,
    Finnish, Norwegian or Polish, with a valid checksum, or one that is said to be it: a slip of
    the pen hides nobody), ``account_number``
    (IBAN or card number with a valid checksum) and ``telephone_number``
    (`helpdesk_bot.telephone_numbers`).
    """
    found = set()
    known: list[tuple[int, int]] = []
    # Invisible characters hide nothing between digits.
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    if _EMAIL.search(text):
        found.add("email")
    for pattern, kind_of in _NUMBERS:
        for match in pattern.finditer(text):
            kind = kind_of(match.group()) or _kind_by_word(text, match)
            if kind:
                found.add(kind)
                known.append(match.span())
    if has_telephone_number(_without(text, known)):
        found.add("telephone_number")
    return tuple(sorted(found))


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the text with letters in the place of some spans: what they hold is already told."""
    for start, end in spans:
        text = text[:start] + "x" * (end - start) + text[end:]
    return text


def _kind_of_number(number: str) -> str | None:
    # Imported here: python-stdnum is only needed for the few questions with a long number.
    from stdnum import luhn
    from stdnum.no import fodselsnummer
    from stdnum.pl import pesel
    from stdnum.se import personnummer

    digits = re.sub(r"\D", "", number)
    if len(digits) in (10, 12) and personnummer.is_valid(number.replace(" ", "")):
        return "identity_number"
    if len(digits) == 11 and (fodselsnummer.is_valid(digits) or pesel.is_valid(digits)):
        return "identity_number"
    if len(digits) in (15, 16) and luhn.is_valid(digits):
        return "account_number"
    return None


def _kind_by_word(text: str, match: re.Match[str]) -> str | None:
    """Return the kind of nine to thirteen digits behind a word for a personal number."""
    said = _SAID_TO_IDENTIFY.search(text, max(0, match.start() - _REACH), match.start())
    n_digits = sum(char.isdigit() for char in match.group())
    if said is None or not 9 <= n_digits <= 13 or _THOUSANDS.fullmatch(match.group()):
        return None
    return "identity_number"


def _kind_of_finnish(number: str) -> str | None:
    from stdnum.fi import hetu

    return "identity_number" if hetu.is_valid(number) else None


def _kind_of_iban(run: str) -> str | None:
    from stdnum import iban

    # The run may go on into the words behind; only the country's own length can be valid.
    compact = re.sub(r"[ -]", "", run).upper()
    valid = any(iban.is_valid(compact[:length]) for length in range(15, len(compact) + 1))
    return "account_number" if valid else None


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], str | None]], ...] = (
    (_FINNISH, _kind_of_finnish),
    (_IBAN, _kind_of_iban),
    (_DIGIT_RUN, _kind_of_number),
)
