"""Text as every loader gives it: decoded, normalised, blocks with exact offsets."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter

from corpus.errors import BrokenDocument

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters, the invisible tag characters (used to smuggle
# instructions), bidirectional overrides, soft hyphens, byte-order marks,
# zero-width spaces and noncharacters. Joiners (U+200C, U+200D) stay: some
# scripts need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_SPACES = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SURROGATES = re.compile("[\ud800-\udfff]")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAX_CONTROL_SHARE = 0.01
_UTF16_NUL_SHARE = 0.3  # Latin-script UTF-16 has a NUL in nearly every other byte


def normalise(text: str) -> str:
    """Return the canonical form of a text: NFC, line feeds as line ends, nothing invisible.

    Every kind of space becomes a plain space (runs are kept, so indentation
    survives); unpaired surrogates become U+FFFD.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = _SPACES.sub(" ", text)
    text = _SURROGATES.sub("\ufffd", text)
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Return the canonical form of a text on one line, runs of white space as one space."""
    return " ".join(normalise(text).split())


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode the bytes of a text file.

    Tries the byte-order mark, UTF-16 without a mark, UTF-8, the declared
    encoding, then Windows-1252 and Latin-1.

    Args:
        data: the whole file.
        declared: an encoding named by the file or the server, if any.

    Raises:
        BrokenDocument: the bytes are not text.
    """
    text = _decode_unicode(data)
    if text is None:
        text = _decode_single_byte(data, declared)
    sample = text[:100_000]
    n_controls = sum(
        count
        for char, count in Counter(sample).items()
        if unicodedata.category(char) in ("Cc", "Cn", "Co") and char not in "\t\n\r\f"
    )
    if n_controls > _MAX_CONTROL_SHARE * len(sample):
        raise BrokenDocument(
            "the file is not text: it holds binary data; check that it is not damaged and that its name "
            "ends as its format does"
        )
    return text


def _decode_unicode(data: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    sample = data[:4096]
    half = len(sample) // 2
    if half >= 2:
        if sample[1::2].count(0) > _UTF16_NUL_SHARE * half and sample[0::2].count(0) == 0:
            return data.decode("utf-16-le", errors="replace")
        if sample[0::2].count(0) > _UTF16_NUL_SHARE * half and sample[1::2].count(0) == 0:
            return data.decode("utf-16-be", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A file cut in the middle of a character is still UTF-8.
        if len(data) - error.start < 4:
            return data[: error.start].decode("utf-8")
    text = data.decode("utf-8", errors="replace")
    n_bad = text.count("\ufffd")
    n_good = sum(1 for char in text if ord(char) > 0x7F) - n_bad
    return text if n_good > 10 * n_bad else None


def _decode_single_byte(data: bytes, declared: str | None) -> str:
    for encoding in (declared, "cp1252"):
        if encoding is None:
            continue
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("latin-1")
