"""A web origin in the form in which browsers send it: scheme, host, and a port that is not the usual one.

RFC 6454: two pages share an origin when all three are equal. There is no
pattern here and no path: each origin is named in full.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from helpdesk_bot.errors import BadOrigin

_USUAL_PORTS = {"http": 80, "https": 443}
_MOST_CHARS = 255
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]")


def canonical_origin(text: str) -> str:
    """Return an origin as browsers write it: ``https://Exempel.se:443/`` gives ``https://exempel.se``.

    Args:
        text: scheme and host, perhaps a port; letters outside ASCII are turned into ``xn--`` form.

    Raises:
        BadOrigin: it is no origin, or more than one (a path, a pattern, a name in it).
    """
    given = unicodedata.normalize("NFC", text).strip()
    try:
        parts = urlsplit(given)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise _refused(given, "it cannot be read as an address") from error
    if parts.scheme not in _USUAL_PORTS:
        raise _refused(given, "it has to begin with https:// (or http://)")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise _refused(given, "give scheme, host and port alone, without path or name")
    host = _ascii(given, f"[{host}]" if ":" in host else host)
    shown_port = "" if port in (None, _USUAL_PORTS[parts.scheme]) else f":{port}"
    origin = f"{parts.scheme}://{host}{shown_port}"
    if len(origin) > _MOST_CHARS:
        raise _refused(given, f"it is longer than {_MOST_CHARS} characters")
    return origin


def _ascii(given: str, host: str) -> str:
    """Return the host in ASCII, where that can be done without changing a letter."""
    if not host.isascii():
        try:
            encoded = host.encode("idna").decode("ascii")
            same = encoded.encode("ascii").decode("idna") == host
        except UnicodeError:
            encoded, same = "", False
        if not same:
            raise _refused(given, "write the host as browsers do, in its xn-- form")
        host = encoded
    if not _HOST.fullmatch(host):
        raise _refused(given, "its host is not a host name; patterns such as * are not taken")
    return host


def _refused(given: str, why: str) -> BadOrigin:
    shown = "".join(character for character in given[:80] if character.isprintable())
    said = f"{shown!r} is no web origin such as https://www.example.org: {why}."
    return BadOrigin(said, why="origin", given=shown)
