import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import httpcore
import pytest

from corpus import web
from corpus.addresses import GuardedBackend, is_public, resolve
from corpus.errors import (
    CorpusError,
    LimitExceeded,
    MisusedError,
    PermanentError,
    TransientError,
    UnsupportedFormat,
)
from corpus.robots import MAX_BYTES, parse
from corpus.sources import Discovery, discover
from corpus.web import RobotsError, RobotsUnavailableError, Visitor, WebRules, fetch
from tests.corpus.web_server import Answer, WebServer

PAGES = {
    "/en": "<p>Digital identity for all.</p>",
    "/sv": "<p>Öppna data för alla.</p>",
    "/vi": "<p>Dịch vụ công trực tuyến.</p>",
}


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as server:
        for path, text in PAGES.items():
            server.pages[path] = Answer(text.encode())
        yield server


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_read_as_it_is(server: WebServer, path: str) -> None:
    page = fetch(server.home + path, server.rules())
    assert (page.data.decode(), page.media_type, page.url) == (PAGES[path], "text/html", server.home + path)
    assert server.requests == ["/robots.txt", path]
    assert server.headers[1]["User-Agent"] == "helpdesk-bot"
    assert server.headers[1]["Host"] == f"127.0.0.1:{server.port}"


def test_names_that_are_not_ascii(server: WebServer) -> None:
    server.pages["/tr%C3%A4d/c%C3%A2y"] = Answer(b"<p>x</p>")
    assert fetch(f"{server.home}/träd/cây#avsnitt", server.rules()).data == b"<p>x</p>"
    assert fetch(f"{server.home}/tr%C3%A4d/c%C3%A2y", server.rules()).data == b"<p>x</p>"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.eu/x",
        "file:///etc/passwd",
        "https://",
        "http://[::1",
        "https://user:secret@example.eu/",
        "http://example.eu:99999/",
        "gopher://x",
        "http://example.eu:0/",
        "https://exa mple.eu/",
        "http://0177.0.0.1/",
    ],
)
def test_what_is_no_address_of_the_web(url: str) -> None:
    with pytest.raises(MisusedError):
        fetch(url)


# Addresses.


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00::1",
        "ff02::1",
        "::127.0.0.1",
        "nonsense",
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "193.10.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "0"])
def test_this_machine_is_refused_however_it_is_spelt(server: WebServer, host: str) -> None:
    with pytest.raises(PermanentError, match="private address"):
        fetch(f"http://{host}:{server.port}/en")
    assert server.requests == []


def test_a_permit_is_for_one_host_and_port(server: WebServer) -> None:
    with WebServer() as other:
        other.pages["/en"] = Answer(b"secret")
        with pytest.raises(PermanentError, match="private address"):
            fetch(f"{other.home}/en", server.rules())
        with pytest.raises(PermanentError, match="private address"):
            fetch(f"http://localhost:{server.port}/en", server.rules())
        assert other.requests == server.requests == []


def test_the_connection_goes_to_a_checked_address(monkeypatch: pytest.MonkeyPatch, server: WebServer) -> None:
    """A name that answers with a public address first and a private one later gains nothing."""
    answers = [["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]]

    def rebinding(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in answers[len(asked) - 1]
        ]

    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    for _ in answers:
        with pytest.raises(PermanentError, match="private address"):
            resolve("rebind.example", server.port)
    monkeypatch.undo()
    connected: list[str] = []

    class Recorder(httpcore.SyncBackend):
        def connect_tcp(self, host: str, *rest: object, **named: object) -> httpcore.NetworkStream:
            connected.append(host)
            raise httpcore.ConnectError("recorded")

    backend = GuardedBackend({f"localhost:{server.port}"}, time.monotonic() + 5)
    backend._inner = Recorder()
    with pytest.raises(httpcore.ConnectError, match="recorded"):
        backend.connect_tcp("localhost", server.port)
    assert connected
    assert set(connected) <= {"127.0.0.1", "::1"}  # never the name


def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(CorpusError, match=r"no-such-host\.invalid"):
        fetch("http://no-such-host.invalid/", WebRules(attempts=1))


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_within_the_site_are_followed(server: WebServer, status: int) -> None:
    server.redirect("/old", "/older?språk=sv", status)
    server.redirect("/older?spr%C3%A5k=sv", f"{server.home}/sv", status)
    page = fetch(f"{server.home}/old", server.rules())
    assert (page.url, page.data.decode()) == (f"{server.home}/sv", PAGES["/sv"])


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.1.2.3/",
        "http://[::1]/",
        "//localhost/",
        "http://0/",
    ],
)
def test_redirects_to_private_addresses_are_refused(server: WebServer, target: str) -> None:
    server.redirect("/en", target)
    with pytest.raises(PermanentError, match="private address"):
        fetch(f"{server.home}/en", server.rules())


def test_a_redirect_to_another_private_server_never_reaches_it(server: WebServer) -> None:
    with WebServer() as other:
        server.redirect("/en", f"{other.home}/admin")
        server.redirect("/vi", "/en")
        server.redirect("/robots.txt", f"{other.home}/robots.txt")
        for path in ("/en", "/vi"):
            with pytest.raises(PermanentError, match="private address"):
                fetch(server.home + path, server.rules())
        assert other.requests == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://[::1", "data:text/html,x"]
)
def test_redirects_out_of_the_web_are_refused(server: WebServer, target: str) -> None:
    server.redirect("/en", target)
    with pytest.raises(PermanentError):
        fetch(f"{server.home}/en", server.rules())


def test_a_redirect_to_another_site_is_refused(server: WebServer) -> None:
    with WebServer() as other:
        server.redirect("/sv", f"{other.home}/sv")
        rules = server.rules(private_hosts=frozenset(f"127.0.0.1:{each.port}" for each in (server, other)))
        with pytest.raises(PermanentError, match="another site"):
            fetch(f"{server.home}/sv", rules)
        assert other.requests == []


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("https://www.example.eu/a", "https://example.eu/b", True),
        ("http://example.eu", "https://EXAMPLE.eu:443/", True),
        ("https://example.eu", "https://sub.example.eu", False),
        ("https://example.eu", "https://example.eu.evil.net", False),
        ("https://example.eu", "https://example.eu:8443", False),
    ],
)
def test_what_one_site_is(first: str, second: str, same: bool) -> None:
    assert (web.site(first) == web.site(second)) is same


def test_endless_redirects(server: WebServer) -> None:
    server.redirect("/en", "/en")
    with pytest.raises(PermanentError, match="more than 3 times"):
        fetch(f"{server.home}/en", server.rules(max_redirects=3))
    assert server.requests.count("/en") == 4


# Limits.


def test_a_page_that_is_too_long(server: WebServer) -> None:
    server.pages["/en"] = Answer(b"x" * 5_000)
    assert len(fetch(f"{server.home}/en", server.rules(max_bytes=5_000)).data) == 5_000
    with pytest.raises(LimitExceeded, match="4,999"):
        fetch(f"{server.home}/en", server.rules(max_bytes=4_999))


def test_an_endless_page_is_left(server: WebServer) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.release.is_set():
            handler.wfile.write(b"x" * 10_000)

    server.pages["/vi"] = endless
    with pytest.raises(LimitExceeded):
        fetch(f"{server.home}/vi", server.rules(max_bytes=100_000))


@pytest.mark.parametrize("part", ["head", "body", "nothing"])
def test_a_slow_server_cannot_hold_us(server: WebServer, part: str) -> None:
    """One byte now and then keeps any single wait short: the whole page has a deadline."""

    def slow(handler: BaseHTTPRequestHandler) -> None:
        if part == "head":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        elif part == "body":
            handler.send_response(200)
            handler.end_headers()
        while not server.release.wait(0.02):
            if part != "nothing":
                handler.wfile.write(b"x")

    server.pages["/sv"] = slow
    started = time.monotonic()
    with pytest.raises(TransientError, match="too long"):
        fetch(f"{server.home}/sv", server.rules(timeout_s=0.3, attempts=1))
    assert time.monotonic() - started < 30  # it ended at all


def test_compressed_pages(server: WebServer) -> None:
    for encoding, data in (
        ("gzip", gzip.compress(PAGES["/vi"].encode())),
        ("deflate", zlib.compress(b"plain")),
    ):
        server.pages["/z"] = Answer(data, 200, {"Content-Type": "text/html", "Content-Encoding": encoding})
        page = fetch(f"{server.home}/z", server.rules())
        assert page.data in (PAGES["/vi"].encode(), b"plain")
    bomb = gzip.compress(b"\0" * 3_000_000)
    server.pages["/bomb"] = Answer(bomb, 200, {"Content-Encoding": "gzip"})
    with pytest.raises(LimitExceeded):
        fetch(f"{server.home}/bomb", server.rules(max_bytes=2_999_999))
    for data in (bomb[:-9], b"not gzip at all"):
        server.pages["/torn"] = Answer(data, 200, {"Content-Encoding": "gzip"})
        with pytest.raises(TransientError, match="damaged"):
            fetch(f"{server.home}/torn", server.rules(attempts=1))
    server.pages["/br"] = Answer(b"x", 200, {"Content-Encoding": "br"})
    with pytest.raises(PermanentError, match="not asked for"):
        fetch(f"{server.home}/br", server.rules())


# Failures.


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_failures_that_pass_are_tried_again(server: WebServer, status: int) -> None:
    server.pages["/sv"] = [Answer(b"", status), Answer(b"", status), Answer(PAGES["/sv"].encode())]
    assert fetch(f"{server.home}/sv", server.rules()).data.decode() == PAGES["/sv"]
    assert server.requests.count("/sv") == 3


def test_a_server_that_keeps_failing(server: WebServer) -> None:
    server.pages["/vi"] = Answer(b"", 503)
    with pytest.raises(TransientError, match="status 503"):
        fetch(f"{server.home}/vi", server.rules())
    assert server.requests.count("/vi") == 3


@pytest.mark.parametrize("status", [401, 403, 404, 410, 418, 204, 304])
def test_other_refusals_are_final(server: WebServer, status: int) -> None:
    server.pages["/en"] = Answer(b"", status, {"Content-Length": "0"})
    with pytest.raises(PermanentError, match=f"status {status}"):
        fetch(f"{server.home}/en", server.rules())
    assert server.requests.count("/en") == 1


def test_pauses_grow_and_heed_the_server(server: WebServer) -> None:
    pauses: list[float] = []
    server.pages["/en"] = Answer(b"", 503)
    visitor = Visitor(server.rules(backoff_s=2.0, attempts=4), pauses.append)
    with pytest.raises(TransientError):
        visitor.fetch(f"{server.home}/en")
    server.pages["/sv"] = [Answer(b"", 429, {"Retry-After": "7"}), Answer(b"", 429, {"Retry-After": "99999"})]
    with pytest.raises(TransientError):
        visitor.fetch(f"{server.home}/sv")
    assert pauses == [2.0, 4.0, 8.0, 7.0, 30.0, 30.0]


def test_a_connection_that_breaks_off(server: WebServer) -> None:
    server.pages["/en"] = Answer(b"half", 200, {"Content-Length": "4000"})
    with pytest.raises(TransientError, match="cannot be read"):
        fetch(f"{server.home}/en", server.rules(attempts=1))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]  # nobody listens there
        rules = server.rules(attempts=1, private_hosts=frozenset({f"127.0.0.1:{port}"}))
        with pytest.raises(TransientError, match="cannot be read"):
            fetch(f"http://127.0.0.1:{port}/", rules)


def test_https_where_there_is_none(server: WebServer) -> None:
    with pytest.raises(TransientError, match=r"SSL|cannot be read"):
        fetch(f"https://127.0.0.1:{server.port}/en", server.rules(attempts=1))


def test_certificates_are_checked() -> None:
    context = web.transfer._tls("https")
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("media_type", ["image/png", "video/mp4", "application/json", "text/css"])
def test_what_no_loader_reads_is_not_downloaded(server: WebServer, media_type: str) -> None:
    server.pages["/x"] = Answer(b"x", 200, {"Content-Type": media_type})
    with pytest.raises(UnsupportedFormat, match=media_type):
        fetch(f"{server.home}/x", server.rules())


def test_the_charset_of_the_server_is_heeded_for_plain_text(server: WebServer) -> None:
    text = "Łódź, žlutý kůň"
    server.pages["/pl"] = Answer(
        text.encode("iso-8859-2"), 200, {"Content-Type": 'TEXT/PLAIN; charset="ISO-8859-2"'}
    )
    page = fetch(f"{server.home}/pl", server.rules())
    assert (page.data.decode(), page.media_type) == (text, "text/plain")
    server.pages["/odd"] = Answer(b"\xff\xfe", 200, {"Content-Type": "text/plain; charset=utf-8-nonsense"})
    assert fetch(f"{server.home}/odd", server.rules()).data == b"\xff\xfe"
    server.pages["/none"] = Answer("å".encode(), 200, {})
    assert fetch(f"{server.home}/none", server.rules()).media_type is None


# robots.txt.

ROBOTS = """
# Regler för robotar
User-agent: *
Disallow: /

User-agent: Other-bot
User-agent: helpdesk-bot/1.0
Disallow: /private
Allow: /private/open
Disallow: /*.pdf$
Disallow: /a*b*c
Disallow: /s%C3%B6k
Disallow: /exact$
Disallow:
Crawl-delay: 2.5
Nonsense without a colon

User-agent: helpdesk-bot
Disallow: /second-group
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/private", False),
        ("/private/x", False),
        ("/private/open/x", True),
        ("/report.pdf", False),
        ("/report.pdf?x=1", True),
        ("/axxbyyc/more", False),
        ("/acb", True),
        ("/sök?q=1", False),
        ("/s%c3%b6k", False),
        ("/exact", False),
        ("/exact/more", True),
        ("/second-group", False),
        ("/robots.txt", True),
    ],
)
def test_robots_rules(path: str, allowed: bool) -> None:
    assert parse(ROBOTS.encode()).allows(f"https://example.eu{path}") is allowed


def test_robots_for_everybody_and_for_nobody() -> None:
    for text, allowed in (("User-agent: *\nDisallow: /vi", False), ("", True), ("Disallow: /vi", True)):
        assert parse(text.encode()).allows("https://example.eu/vi") is allowed
    assert parse(b"User-agent: helpdesk-bot\nAllow: /vi\nDisallow: /vi").allows("https://example.eu/vi")
    assert parse("\ufeffUser-agent: *\r\nDisallow: /sv\r\n".encode()).allows("https://example.eu/sv") is False
    late = b"User-agent: *\nDisallow: /vi\n" + b"#" * MAX_BYTES + b"\nUser-agent: helpdesk-bot\nAllow: /\n"
    assert parse(late).allows("https://example.eu/vi") is False
    assert parse(b"User-agent: *\nCrawl-delay: soon\n").crawl_delay == 0.0


def test_robots_with_many_wildcards_take_no_time() -> None:
    rules = parse(b"User-agent: *\nDisallow: /" + b"*a" * 5_000 + b"$")
    assert rules.allows("https://example.eu/" + "a" * 4_000 + "b")


def test_robots_txt_is_asked_once_and_heeded(server: WebServer) -> None:
    server.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /sv\n", 200, {})
    server.redirect("/to-sv", "/sv")
    visitor = Visitor(server.rules())
    visitor.fetch(f"{server.home}/vi")
    for path in ("/sv", "/to-sv"):
        with pytest.raises(RobotsError, match=r"robots\.txt"):
            visitor.fetch(server.home + path)
    assert server.requests == ["/robots.txt", "/vi", "/to-sv"]


def test_a_failing_robots_txt_closes_the_site_for_now(server: WebServer) -> None:
    server.pages["/robots.txt"] = Answer(b"", 500)
    visitor = Visitor(server.rules())
    for _ in range(2):
        with pytest.raises(RobotsUnavailableError, match="left alone"):
            visitor.fetch(f"{server.home}/en")
    assert server.requests == ["/robots.txt"] * 3
    server.pages["/robots.txt"] = Answer(b"", 403)
    assert Visitor(server.rules()).fetch(f"{server.home}/en").data


def test_robots_txt_behind_redirects(server: WebServer) -> None:
    server.redirect("/robots.txt", "/real")
    server.pages["/real"] = Answer(b"User-agent: *\nDisallow: /\n", 200, {})
    with pytest.raises(RobotsError):
        fetch(f"{server.home}/en", server.rules())
    server.redirect("/robots.txt", "/robots.txt")
    assert fetch(f"{server.home}/en", server.rules()).data


def test_the_pause_that_a_site_asks_for(server: WebServer) -> None:
    pauses: list[float] = []
    server.pages["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 60\n", 200, {})
    visitor = Visitor(server.rules(max_crawl_delay_s=5.0), pauses.append)
    visitor.fetch(f"{server.home}/en")
    assert pauses == []
    visitor.fetch(f"{server.home}/sv")
    assert len(pauses) == 1
    assert 0 < pauses[0] <= 5.0


# As a source of documents.


def items(found: Discovery) -> dict[str, str]:
    return {
        item.source.rpartition("/")[2]: "skipped" if item.skipped else "failed" if item.failed else "readable"
        for item in found.items
    }


@pytest.mark.parametrize("path", PAGES)
def test_a_page_as_a_source(server: WebServer, path: str) -> None:
    url = f"{server.home}{path}#top"
    found = discover(url, web_rules=server.rules())
    (item,) = found.items
    assert (item.source, item.location) == (server.home + path, server.home + path)
    assert item.source_root == f"page:{server.home}"
    content = item.read()
    assert content.data.decode() == PAGES[path]
    assert (content.hints.source, content.hints.media_type) == (server.home + path, "text/html")
    assert content.hints.sidecar == {"url": server.home + path}
    assert found.scope.kind == "nothing"


def test_pages_that_cannot_be_read_are_items_with_a_reason(server: WebServer) -> None:
    server.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /sv\n", 200, {})
    server.pages["/film"] = Answer(b"x", 200, {"Content-Type": "video/mp4"})
    server.pages["/feed"] = Answer(b"<rss/>", 200, {"Content-Type": "application/xml"})
    results = {}
    for path in ("/sv", "/gone", "/film", "/feed"):
        results |= items(discover(server.home + path, web_rules=server.rules()))
    assert results == {"sv": "skipped", "gone": "failed", "film": "skipped", "feed": "skipped"}
    with pytest.raises(MisusedError):
        discover("ftp://example.eu/x")
    (private,) = discover(f"{server.home}/en").items
    assert "private address" in str(private.failed)
