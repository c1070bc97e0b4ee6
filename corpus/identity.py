"""What a document is called, and when two files are one document.

A document's identity is its source root and its source (a name relative to
that root). Four kinds of root:

=====================  ==========================================  ====================
root                   says                                        source
=====================  ==========================================  ====================
``/srv/papers``        a folder was ingested                       ``sub/brief.pdf``
``file:/srv/papers``   files of this folder were ingested alone    ``brief.pdf``
``https://a.eu/s.xml`` a sitemap was ingested                      the page's address
``page:https://a.eu``  pages of this site were ingested alone      the page's address
=====================  ==========================================  ====================

Roots may overlap (a folder, then one file in it), so identity is looked up by
*location*: the absolute path or the normal form of the address. Whoever knew
a location first keeps the document.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

_FILE = "file:"
_PAGE = "page:"
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A row of the catalogue, as far as comparing needs it.

    ``version`` is the current one (1-based), ``status`` is ``in_force`` or
    ``withdrawn``, ``fingerprint`` the SHA-256 of its bytes and sidecar.
    ``outdated`` is whether an older edition of its loader read it.
    """

    document_id: str
    source_root: str
    source: str
    fingerprint: str
    version: int
    status: str
    outdated: bool = False

    @property
    def location(self) -> str:
        """The absolute path or normal address of the document."""
        return location(self.source_root, self.source)


def document_id(source_root: str, source: str) -> str:
    """Return the id of a document: 24 hexadecimal digits, the same on every machine."""
    return hashlib.sha256(f"{source_root}\0{source}".encode()).hexdigest()[:24]


def is_url(target: str) -> bool:
    """Tell whether a command line argument is an address (``scheme://…``) and not a path."""
    return _SCHEME.match(target) is not None


def shown(path: str) -> str:
    r"""Return a path as text that any database can hold.

    Names that are not UTF-8 reach Python with lone surrogates, which no
    database takes; their bytes are written as ``\xNN``.
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def file_root(folder: str) -> str:
    """Return the root of a file that was ingested alone; ``folder`` is absolute."""
    return _FILE + shown(folder)


def page_root(url: str) -> str:
    """Return the root of a page that was ingested alone."""
    parts = urlsplit(normal_url(url))
    return f"{_PAGE}{parts.scheme}://{parts.netloc}"


def is_folder_root(source_root: str) -> bool:
    """Tell whether a root is a folder that was ingested whole."""
    return source_root.startswith("/")


def location(source_root: str, source: str) -> str:
    """Return where a document lies: an absolute path, or an address in normal form."""
    if source_root.startswith(_FILE):
        return join(source_root.removeprefix(_FILE), source)
    if is_folder_root(source_root):
        return join(source_root, source)
    return normal_url(source)


def join(folder: str, name: str) -> str:
    """Join an absolute folder and a relative POSIX path."""
    return f"{folder.rstrip('/')}/{name}"


def is_inside(place: str, folder: str) -> bool:
    """Tell whether an absolute path lies in a folder, or is that folder."""
    return place == folder or place.startswith(folder.rstrip("/") + "/")


def normal_url(url: str) -> str:
    """Return an address without fragment and default port, scheme and host in lower case.

    An address that cannot be split is returned as it is; `corpus.web` refuses it later.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").lower().rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port in (None, _DEFAULT_PORTS.get(scheme)) else f"{host}:{port}"
    return urlunsplit((scheme, netloc, parts.path or "/", parts.query, ""))
