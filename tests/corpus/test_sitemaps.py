import gzip
from collections.abc import Iterator

import pytest

from corpus.errors import BrokenDocument, LimitExceeded
from corpus.identity import KnownDocument, document_id
from corpus.sitemaps import MAX_SITEMAP_BYTES, Sitemap, parse_sitemap
from corpus.sources import Discovery, discover
from corpus.sync import preview
from tests.corpus.web_server import Answer, WebServer

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
LANGUAGES = ("en", "sv", "vi")
XML = {"Content-Type": "application/xml"}


def urlset(*urls: str, namespace: str = NAMESPACE) -> bytes:
    entries = "".join(f"<url><loc> {url}\n</loc><lastmod>2024-01-01</lastmod></url>" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{namespace}">{entries}</urlset>'.encode()


def index(*urls: str) -> bytes:
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="{NAMESPACE}">{entries}</sitemapindex>'.encode()


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as server:
        for language in LANGUAGES:
            server.pages[f"/{language}"] = Answer(f"<p>{language}: số, språk</p>".encode())
        yield server


def pages(server: WebServer, *paths: str) -> list[str]:
    return [f"{server.home}/{path}" for path in paths]


def listed(found: Discovery) -> list[str]:
    return [item.source for item in found.items if not item.skipped and not item.failed]


def left_out(found: Discovery) -> dict[str, str]:
    return {item.source: item.skipped or item.failed for item in found.items if item.skipped or item.failed}


def test_addresses_of_a_sitemap_and_of_an_index() -> None:
    urls = ("https://example.eu/språk", "https://example.eu/a?b=1&amp;c=2")
    expected = ("https://example.eu/språk", "https://example.eu/a?b=1&c=2")
    assert parse_sitemap(urlset(*urls)) == Sitemap(expected, ())
    assert parse_sitemap(gzip.compress(urlset(*urls))) == Sitemap(expected, ())
    assert parse_sitemap(urlset(*urls, namespace="")) == Sitemap(expected, ())
    utf16 = urlset(*urls).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert parse_sitemap(utf16) == Sitemap(expected, ())
    assert parse_sitemap(index("https://example.eu/1.xml")) == Sitemap((), ("https://example.eu/1.xml",))
    assert parse_sitemap(urlset()) == Sitemap((), ())


def test_only_the_entries_own_addresses_count() -> None:
    image = '<image:image xmlns:image="http://i.eu"><image:loc>https://i.eu/x.png</image:loc></image:image>'
    data = urlset("https://example.eu/vi").replace(b"</url>", image.encode() + b"<loc></loc></url>")
    assert parse_sitemap(data) == Sitemap(("https://example.eu/vi",), ())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Svensk text",
        b"<!DOCTYPE html><html><body>x</body></html>",
        b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html/>',
        b"<html><body><p>unclosed",
        b"<rss><channel/></rss>",
        b"%PDF-1.7 <urlset>",
        b"<",
    ],
)
def test_what_is_no_sitemap(data: bytes) -> None:
    assert parse_sitemap(data) is None


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE urlset [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE urlset SYSTEM "http://169.254.169.254/x.dtd">',
        "<!DOCTYPE urlset>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_any_encoding(doctype: str, encoding: str) -> None:
    body = "<urlset><url><loc>&l9;&x;</loc></url></urlset>"
    text = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{body}'
    with pytest.raises(BrokenDocument, match="DOCTYPE"):
        parse_sitemap(text.encode(encoding))


def test_damaged_and_exploding_sitemaps() -> None:
    with pytest.raises(BrokenDocument, match="damaged"):
        parse_sitemap(urlset("https://example.eu/sv")[:-9])
    with pytest.raises(BrokenDocument, match=r"damaged|early"):
        parse_sitemap(gzip.compress(urlset("https://example.eu/sv"))[:-9])
    with pytest.raises(LimitExceeded):
        parse_sitemap(gzip.compress(b" " * (MAX_SITEMAP_BYTES + 1), 1))


@pytest.mark.parametrize("packed", [False, True])
def test_a_sitemap_as_a_source(server: WebServer, packed: bool) -> None:
    data = urlset(*pages(server, *LANGUAGES, "sv#again"))
    gzipped = Answer(gzip.compress(data), 200, {"Content-Type": "application/gzip"})
    server.pages["/map"] = gzipped if packed else Answer(data, 200, XML)
    found = discover(f"{server.home}/map", web_rules=server.rules())
    assert found.source_root == f"{server.home}/map"
    assert listed(found) == pages(server, *LANGUAGES)
    assert server.requests == ["/robots.txt", "/map"]  # pages are read when their turn comes
    assert [item.read().data.decode()[3:5] for item in found.items] == list(LANGUAGES)


def test_pages_left_out_of_a_sitemap(server: WebServer) -> None:
    server.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /vi\n", 200, {})
    odd = ["https://elsewhere.example/x", "ftp://127.0.0.1/x", "javascript:alert(1)", "/relative"]
    server.pages["/map"] = Answer(urlset(*pages(server, *LANGUAGES), *odd), 200, XML)
    found = discover(f"{server.home}/map", web_rules=server.rules())
    assert listed(found) == pages(server, "en", "sv")
    reasons = left_out(found)
    assert set(reasons) == {*pages(server, "vi"), *odd}
    assert "robots.txt" in reasons[f"{server.home}/vi"]
    assert "another site" in reasons[odd[0]]
    assert found.scope.kind == "sitemap"


def test_an_index_with_loops_and_gaps(server: WebServer) -> None:
    one, two, gone = pages(server, "1.xml", "2.xml.gz", "gone.xml")
    server.pages["/index"] = Answer(index(one, two, f"{server.home}/index", one), 200, XML)
    server.pages["/1.xml"] = Answer(urlset(*pages(server, "en", "sv")), 200, XML)
    server.pages["/2.xml.gz"] = Answer(gzip.compress(urlset(*pages(server, "sv", "vi"))), 200, {})
    found = discover(f"{server.home}/index", web_rules=server.rules())
    assert listed(found) == pages(server, *LANGUAGES)
    assert (found.scope.kind, server.requests.count("/1.xml")) == ("sitemap", 1)
    others = ("https://elsewhere.example/map.xml", f"{server.home}/en")
    server.pages["/index"] = Answer(index(one, gone, two, *others), 200, XML)
    found = discover(f"{server.home}/index", web_rules=server.rules())
    assert listed(found) == pages(server, *LANGUAGES)
    assert set(left_out(found)) == {gone, *others}
    assert found.scope.kind == "nothing"  # what is not listed may stand in the part that is missing


def test_limits_of_an_index(server: WebServer) -> None:
    server.pages["/map"] = Answer(urlset(*pages(server, *LANGUAGES)), 200, XML)
    found = discover(f"{server.home}/map", web_rules=server.rules(max_pages=2))
    assert listed(found) == pages(server, "en", "sv")
    assert "last 1 are left out" in left_out(found)[f"{server.home}/map"]
    assert found.scope.kind == "nothing"
    for number in range(9):
        below = index(*pages(server, f"deep{number + 1}", f"wide{number}"))
        server.pages[f"/deep{number}"] = Answer(below, 200, XML)
        server.pages[f"/wide{number}"] = Answer(urlset(f"{server.home}/page{number}"), 200, XML)
    deep = discover(f"{server.home}/deep0", web_rules=server.rules())
    assert listed(deep) == pages(server, "page0", "page1")
    assert any("nested" in reason for reason in left_out(deep).values())
    server.requests.clear()
    wide = index(*pages(server, *(f"wide{number}" for number in range(9))))
    server.pages["/wide"] = Answer(wide, 200, XML)
    few = discover(f"{server.home}/wide", web_rules=server.rules(max_sitemaps=4))
    assert listed(few) == pages(server, "page0", "page1", "page2")
    assert few.scope.kind == deep.scope.kind == "nothing"
    assert sum(path.startswith("/wide") for path in server.requests) == 4


def test_a_damaged_sitemap_is_a_failed_item(server: WebServer) -> None:
    server.pages["/map"] = Answer(urlset(f"{server.home}/sv")[:-5], 200, XML)
    found = discover(f"{server.home}/map", web_rules=server.rules())
    assert "damaged" in left_out(found)[f"{server.home}/map"]
    assert found.scope.kind == "nothing"


def test_from_one_visit_to_the_next(server: WebServer) -> None:
    """A page that left the sitemap is withdrawn, one that fails stays, one known alone keeps its identity."""
    home = f"{server.home}/map"
    server.pages["/map"] = Answer(urlset(*pages(server, *LANGUAGES)), 200, XML)
    alone = discover(f"{server.home}/vi", web_rules=server.rules())
    names = [
        (item.source_root, item.source, item.read().fingerprint)
        for item in (alone.items[0], *discover(home, web_rules=server.rules()).items[:2])
    ]
    known = [KnownDocument(document_id(*name[:2]), *name, 1, "in_force") for name in names]
    found = discover(home, known, web_rules=server.rules())
    assert [item.source_root for item in found.items] == [home, home, f"page:{server.home}"]
    assert {change.action for change in preview(found, known)} == {"unchanged"}
    server.pages["/map"] = Answer(urlset(*pages(server, "sv")), 200, XML)
    server.pages["/sv"] = Answer(b"", 404)
    changes = preview(discover(home, known, web_rules=server.rules()), known)
    assert {change.source: change.action for change in changes} == {
        f"{server.home}/sv": "failed",
        f"{server.home}/en": "withdrawn",
    }
