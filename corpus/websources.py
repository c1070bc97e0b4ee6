"""The items behind an address: one page, or the pages of a sitemap."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corpus import identity
from corpus.errors import CorpusError, MisusedError, UnsupportedFormat
from corpus.hints import Hints
from corpus.identity import KnownDocument
from corpus.sitemaps import Listing, expand, parse_sitemap
from corpus.sources import Content, Discovery, Scope, SourceItem, fingerprint, names_by_location
from corpus.web import PAGE_TYPES, SITEMAP_TYPES, Page, RobotsError, Visitor, WebRules, check_url, site


def discover_url(target: str, known: Sequence[KnownDocument], rules: WebRules | None = None) -> Discovery:
    """List what an address holds; the page (or sitemap) itself is read to find out.

    A page that cannot be read becomes a failed item, one that robots.txt
    forbids a skipped one.

    Raises:
        MisusedError: it is not a web address.
    """
    url = check_url(target)
    visitor = Visitor(rules or WebRules())
    names = names_by_location(known)
    source = target.strip().partition("#")[0]
    source_root, source = names.get(url) or (identity.page_root(url), source)
    try:
        page = visitor.fetch(url, PAGE_TYPES | SITEMAP_TYPES)
        sitemap = parse_sitemap(page.data)
        if sitemap is None and page.media_type in SITEMAP_TYPES:
            raise UnsupportedFormat(f"{url} is {page.media_type} but no sitemap; no loader reads it.")
    except (RobotsError, UnsupportedFormat) as error:
        item = SourceItem(source_root, source, url, _raising(error), skipped=str(error))
        return Discovery(target, source_root, (item,), Scope("nothing"))
    except CorpusError as error:
        item = SourceItem(source_root, source, url, _raising(error), failed=str(error))
        return Discovery(target, source_root, (item,), Scope("nothing"))
    if sitemap is None:
        item = SourceItem(source_root, source, url, lambda: _content(page, source))
        return Discovery(target, source_root, (item,), Scope("nothing"))
    listing = expand(visitor, url, sitemap)
    items = _pages(listing, url, visitor, names)
    scope = Scope("sitemap", url) if listing.complete else Scope("nothing")
    return Discovery(target, url, tuple(items), scope)


def _pages(
    listing: Listing, home: str, visitor: Visitor, names: dict[str, tuple[str, str]]
) -> list[SourceItem]:
    items = [
        SourceItem(home, address, identity.normal_url(address), _raising(CorpusError(reason)), failed=reason)
        for address, reason in listing.problems
    ]
    for address in listing.pages:
        where = identity.normal_url(address)
        source_root, source = names.get(where) or (home, address.partition("#")[0])
        reason = _reason_to_skip(address, home, visitor)
        read = _reader(visitor, where, source)
        items.append(SourceItem(source_root, source, where, read, skipped=reason))
    return items


def _reason_to_skip(address: str, home: str, visitor: Visitor) -> str | None:
    try:
        url = check_url(address)
        if site(url) != site(home):
            return f"{url} is of another site than the sitemap; ingest it itself if it is wanted."
        visitor.check_robots(url)
    except (RobotsError, MisusedError) as error:
        return str(error)
    except CorpusError:
        return None  # a server that fails just now: reading the page will say so
    return None


def _reader(visitor: Visitor, url: str, source: str) -> Callable[[], Content]:
    return lambda: _content(visitor.fetch(url), source)


def _raising(error: Exception) -> Callable[[], Content]:
    def read() -> Content:
        raise error

    return read


def _content(page: Page, source: str) -> Content:
    """Wrap a page; the address it was asked under is where readers will find it again."""
    hints = Hints(source, {"url": source}, None, page.media_type)
    return Content(page.data, fingerprint(page.data), hints)
