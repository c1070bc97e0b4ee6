"""Reading sitemaps (sitemaps.org) that nobody vouches for.

The XML is read by expat itself, and any DOCTYPE is refused, so no entity can
be defined, unfolded or fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.parsers import expat

from corpus.errors import BrokenDocument, CorpusError, LimitExceeded
from corpus.identity import normal_url
from corpus.inflate import GZIP_MAGIC, inflate
from corpus.web import PAGE_TYPES, SITEMAP_TYPES, Visitor, site

MAX_SITEMAP_BYTES = 50_000_000  # sitemaps.org allows 50 MB, unpacked
MAX_DEPTH = 3
_ROOTS = {"urlset": "url", "sitemapindex": "sitemap"}


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The addresses of one sitemap file: pages, and further sitemaps of an index."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """All pages below a sitemap, each once, in their order.

    ``problems`` are (address, reason) of sitemaps left out; ``complete`` is
    whether the list has everything: only then is a missing page a vanished one.
    """

    pages: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]
    complete: bool


class _NotASitemap(Exception):
    """A signal inside this module: the data are something else."""


def parse_sitemap(data: bytes) -> Sitemap | None:
    """Read a sitemap or sitemap index, gzipped or not.

    Returns:
        its addresses, or ``None`` where the data are something else.

    Raises:
        BrokenDocument: a sitemap that is damaged or declares a DOCTYPE.
        LimitExceeded: it unfolds to more than 50 MB.
    """
    if data.startswith(GZIP_MAGIC):
        data = inflate([data], MAX_SITEMAP_BYTES)
    if not data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        return None
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except _NotASitemap:
        return None
    except expat.ExpatError as error:
        if reader.root is None:
            return None
        raise BrokenDocument(f"The sitemap is damaged ({error}); mend it on the site.") from error
    return None if reader.root is None else Sitemap(tuple(reader.pages), tuple(reader.sitemaps))


class _Reader:
    """Collects the ``loc`` of each entry; other namespaces (images, translations) are passed over."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.root: str | None = None
        self.pages: list[str] = []
        self.sitemaps: list[str] = []
        self._path: list[str] = []
        self._namespace = ""
        self._loc = ""

    def _doctype(self, name: str, *_rest: object) -> None:
        if name not in _ROOTS:
            raise _NotASitemap
        raise BrokenDocument("The sitemap declares a DOCTYPE, which sitemaps never need; it is not read.")

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        if not self._path:
            if name not in _ROOTS:
                raise _NotASitemap
            self.root, self._namespace = name, namespace
        self._path.append(name if namespace == self._namespace else tag)
        self._loc = ""

    def _text(self, text: str) -> None:
        if self._path[-1] == "loc":
            self._loc += text

    def _end(self, _tag: str) -> None:
        if (
            self.root is not None
            and self._path == [self.root, _ROOTS[self.root], "loc"]
            and self._loc.strip()
        ):
            found = self.pages if self.root == "urlset" else self.sitemaps
            found.append(self._loc.strip())
        self._path.pop()


def expand(visitor: Visitor, url: str, first: Sitemap) -> Listing:
    """List the pages of a sitemap and of the sitemaps it names, within the visitor's limits.

    Args:
        visitor: reads the further sitemaps.
        url: where ``first`` was read; only sitemaps of its site are followed.
        first: the sitemap at ``url``.
    """
    rules = visitor.rules
    pages: dict[str, str] = {}
    problems: list[tuple[str, str]] = []
    seen = {normal_url(url)}
    waiting = [(first, 1)]
    complete = True
    while waiting:
        sitemap, depth = waiting.pop(0)
        for page in sitemap.pages:
            pages.setdefault(normal_url(page), page)
        for other in sitemap.sitemaps:
            if normal_url(other) in seen:
                continue
            seen.add(normal_url(other))
            try:
                if len(seen) > rules.max_sitemaps:
                    raise LimitExceeded(f"More than {rules.max_sitemaps} sitemaps; the rest is left out.")
                if depth >= MAX_DEPTH:
                    raise LimitExceeded(f"Sitemap indexes are nested more than {MAX_DEPTH} deep.")
                waiting.append((_read(visitor, url, other), depth + 1))
            except CorpusError as error:
                complete = False
                problems.append((other, str(error)))
            if len(seen) > rules.max_sitemaps:
                break
    listed = tuple(pages.values())
    if len(listed) > rules.max_pages:
        left_out = len(listed) - rules.max_pages
        problems.append(
            (
                url,
                f"The sitemap lists {len(listed):,} pages; the last {left_out:,} are left out.",
            )
        )
        listed, complete = listed[: rules.max_pages], False
    return Listing(listed, tuple(problems), complete)


def _read(visitor: Visitor, home: str, url: str) -> Sitemap:
    if site(url) != site(home):
        raise BrokenDocument(f"{url} is of another site than {home}; ingest it itself.")
    page = visitor.fetch(url, PAGE_TYPES | SITEMAP_TYPES)
    sitemap = parse_sitemap(page.data)
    if sitemap is None:
        raise BrokenDocument(f"{url} is not a sitemap.")
    return sitemap
