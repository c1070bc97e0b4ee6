"""Reading one page of the web, politely and without trusting it.

Kept on every request and again on every redirect: only ``http`` and
``https``, only public addresses (`corpus.addresses`), only the site that was
named, only what its robots.txt allows, and limits on size, time and redirects.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from corpus import robots, transfer
from corpus.addresses import resolve
from corpus.errors import MisusedError, PermanentError, TransientError, UnsupportedFormat
from corpus.identity import normal_url
from corpus.transfer import BusyError

_OFFICE = "application/vnd.openxmlformats-officedocument."
PAGE_TYPES = frozenset(
    {
        "text/html",
        "application/xhtml+xml",
        "application/pdf",
        "text/plain",
        "text/markdown",
        "text/x-markdown",
        f"{_OFFICE}wordprocessingml.document",
        f"{_OFFICE}presentationml.presentation",
        "application/octet-stream",
    }
)
SITEMAP_TYPES = frozenset({"application/xml", "text/xml", "application/gzip", "application/x-gzip"})
_MAX_PAUSE_S = 30.0
_ROBOTS_BYTES = 5_000_000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class WebRules:
    """Limits for reading the web.

    Sizes in bytes (after decompression), times in seconds. ``timeout_s`` is
    for one attempt, redirects included; ``attempts`` counts the first one.
    ``private_hosts`` are the ``host:port`` pairs of an intranet that may be
    read although their addresses are private; empty means none.
    ``max_crawl_delay_s`` caps what a robots.txt may ask for between pages.
    """

    max_bytes: int = 50_000_000
    timeout_s: float = 60.0
    max_redirects: int = 5
    attempts: int = 3
    backoff_s: float = 1.0
    max_pages: int = 1_000
    max_sitemaps: int = 50
    max_crawl_delay_s: float = 5.0
    private_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave: ``url`` is the last one of the redirects, ``media_type`` bare and lower case."""

    url: str
    data: bytes
    media_type: str | None


class RobotsError(PermanentError):
    """The site's robots.txt does not want the page read."""


class RobotsUnavailableError(TransientError):
    """The site's robots.txt cannot be read just now, so nothing else of the site is."""


def fetch(url: str, rules: WebRules | None = None) -> Page:
    """Read one page (see `Visitor.fetch`)."""
    return Visitor(rules or WebRules()).fetch(url)


def check_url(url: str) -> str:
    """Return an address in normal form.

    Raises:
        MisusedError: it is not http(s), has no host, or carries a password.
    """
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname
        httpx.URL(normal_url(url))
    except (ValueError, httpx.InvalidURL) as error:
        raise MisusedError(f"{url[:200]!r} is not a web address ({error}); check it.") from error
    if parts.scheme.lower() not in ("http", "https") or not host or port == 0 or re.search(r"\s", host):
        raise MisusedError(f"{url[:200]!r} is not a web address; it has to start with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise MisusedError(
            "The address carries a user name or password, which answers would show; remove it."
        )
    return normal_url(url)


def site(url: str) -> str:
    """Return what the addresses of one site share: host (without ``www.``) and, where unusual, port."""
    return urlsplit(normal_url(url)).netloc.removeprefix("www.")


class Visitor:
    """Reads pages, and remembers the robots.txt of each host for one run."""

    def __init__(self, rules: WebRules, sleep: Callable[[float], None] = time.sleep) -> None:
        self.rules = rules
        self._sleep = sleep
        self._robots: dict[str, robots.Robots | str] = {}
        self._last_visit: dict[str, float] = {}

    def fetch(self, url: str, types: Collection[str] = PAGE_TYPES) -> Page:
        """Read a page; failures that may pass are tried again, with growing pauses.

        Args:
            url: ``http(s)`` address.
            types: the media types wanted; a page that names none is taken.

        Raises:
            MisusedError: not a web address.
            PermanentError: refused by us or by the server, or over a limit.
            TransientError: still failing after the last attempt.
        """
        start = check_url(url)
        self.check_robots(start)
        self._wait_for_turn(start)
        return self._patiently(lambda deadline: self._follow(start, types, deadline))

    def check_robots(self, url: str) -> None:
        """Raise `RobotsError` where the site does not want the page read."""
        if not self._robots_of(url).allows(url):
            raise RobotsError(f"robots.txt of {urlsplit(url).netloc} does not allow reading {url}.")

    def _robots_of(self, url: str) -> robots.Robots:
        """Return the rules of a host.

        No robots.txt means that all is allowed, a failing server that nothing is (RFC 9309, 2.3.1).
        """
        origin = _origin(url)
        if origin not in self._robots:
            try:
                self._robots[origin] = self._patiently(lambda deadline: self._read_robots(origin, deadline))
            except TransientError as error:
                self._robots[origin] = (
                    f"robots.txt of {origin} cannot be read, so the site is left alone: {error}"
                )
        known = self._robots[origin]
        if isinstance(known, str):
            raise RobotsUnavailableError(known)
        return known

    def _read_robots(self, origin: str, deadline: float) -> robots.Robots:
        url = f"{origin}/robots.txt"
        for _ in range(self.rules.max_redirects + 1):
            with transfer.request(url, self.rules.private_hosts, deadline) as response:
                target = transfer.redirect_target(response, url)
                if target is None:
                    if 400 <= response.status < 500 and response.status != 429:
                        return robots.Robots()
                    transfer.check_status(response, url)
                    return robots.parse(transfer.body(response, url, _ROBOTS_BYTES))
            if site(target) != site(origin) or not target.startswith(("http://", "https://")):
                break
            url = normal_url(target)
        return robots.Robots()

    def _wait_for_turn(self, url: str) -> None:
        origin = _origin(url)
        pause = min(self._robots_of(url).crawl_delay, self.rules.max_crawl_delay_s)
        due = self._last_visit.get(origin, float("-inf")) + pause
        if (wait := due - time.monotonic()) > 0:
            self._sleep(wait)
        self._last_visit[origin] = time.monotonic()

    def _follow(self, start: str, types: Collection[str], deadline: float) -> Page:
        url = start
        for _ in range(self.rules.max_redirects + 1):
            with transfer.request(url, self.rules.private_hosts, deadline) as response:
                target = transfer.redirect_target(response, url)
                if target is None:
                    transfer.check_status(response, url)
                    media_type, charset = transfer.content_type(response)
                    if media_type is not None and media_type not in types:
                        raise UnsupportedFormat(f"{url} is {media_type}, which no loader reads.")
                    data = transfer.body(response, url, self.rules.max_bytes)
                    return Page(url, transfer.in_utf8(data, media_type, charset), media_type)
            url = self._checked_redirect(start, target)
        raise PermanentError(
            f"{start} is redirected more than {self.rules.max_redirects} times; use the final address."
        )

    def _checked_redirect(self, start: str, target: str) -> str:
        try:
            url = check_url(target)
        except MisusedError as error:
            raise PermanentError(f"{start} redirects to an address that is refused: {error}") from error
        if site(url) != site(start):
            parts = urlsplit(url)
            # Only for the better message: a private address is worth naming as such.
            resolve(parts.hostname or "", parts.port or _port(parts.scheme), self.rules.private_hosts)
            raise PermanentError(
                f"{start} redirects to {url}, which is another site; ingest that address itself."
            )
        self.check_robots(url)
        return url

    def _patiently(self, attempt: Callable[[float], _T]) -> _T:
        for number in range(1, self.rules.attempts):
            try:
                return attempt(time.monotonic() + self.rules.timeout_s)
            except RobotsUnavailableError:
                raise
            except TransientError as error:
                pause = self.rules.backoff_s * 2 ** (number - 1)
                if isinstance(error, BusyError):
                    pause = max(pause, error.pause_s)
                self._sleep(min(pause, _MAX_PAUSE_S))
        return attempt(time.monotonic() + self.rules.timeout_s)


def _origin(url: str) -> str:
    parts = urlsplit(normal_url(url))
    return f"{parts.scheme}://{parts.netloc}"


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
