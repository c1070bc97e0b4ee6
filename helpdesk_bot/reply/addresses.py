"""Web addresses out of documents: which may be linked to, and how they are written safely."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, urlsplit

_UNSAFE = frozenset("<>\"'\\^`{|}()[] ")
"""What could end an address in Markdown or HTML, or open something there."""


def web_address(url: str | None) -> str | None:
    """Return an address that may be linked to, ``None`` for any other.

    Only ``http`` and ``https`` with a host and without a user name
    (``https://trusted.example@elsewhere.example`` leads elsewhere). What is no
    plain character of an address is percent-encoded, so that the address ends
    where it should.
    """
    try:
        parts = urlsplit((url or "").strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        port = parts.port  # a port that is none is a ValueError
    except ValueError:
        return None
    if not usable or port == 0:
        return None
    if any(_is_odd(char) for char in parts.netloc):
        return None
    return "".join(
        quote(char, safe="", errors="replace") if _is_odd(char) else char for char in parts.geturl()
    )


def _is_odd(char: str) -> bool:
    return char in _UNSAFE or unicodedata.category(char)[0] in "CZ"
