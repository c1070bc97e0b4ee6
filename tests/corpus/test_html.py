import pytest

from corpus import html
from corpus.errors import NoText
from corpus.hints import Hints

PAGES = {
    "en": (
        "Accessibility of public services",
        "All public websites must be accessible to everybody, and the law says how this is checked.",
        "Texts can be read aloud by software.",
    ),
    "sv": (
        "Digital tillgänglighet",
        "Alla offentliga webbplatser ska vara tillgängliga för alla, och lagen säger hur det kontrolleras.",
        "Texten ska gå att läsa upp.",
    ),
    "vi": (
        "Khả năng tiếp cận số",
        "Mọi trang web công phải dễ tiếp cận với tất cả người dân, và luật quy định cách kiểm tra.",
        "Văn bản có thể được đọc thành tiếng.",
    ),
}


def page(code, *, lang=None):
    title, paragraph, item = PAGES[code]
    return f"""<!doctype html><html lang="{lang or code}"><head><title>{title} | Agency</title>
<meta charset="utf-8"><meta property="og:site_name" content="Agency">
<meta property="article:published_time" content="2024-03-02T10:00:00Z">
<link rel="canonical" href="https://example.org/{code}"><link rel="license" href="https://example.org/cc">
</head><body><nav><ul><li><a href="/">Menu one</a></li><li><a href="/2">Menu two</a></li></ul></nav>
<main><h1>{title}</h1><p>{paragraph}</p><h2>2 § A</h2><ul><li>{item}</li><li>{paragraph} <a href="/x">x1</a>
<ul><li>nested {item}</li></ul></li></ul><ol><li>{item}</li><li>{paragraph}</li></ol>
<h3>Table</h3><table><tr><th>Year</th><th>Number</th></tr><tr><td>2024</td><td>492</td></tr></table>
<p>{paragraph}</p></main><footer><p>Copyright footer words</p></footer>
<script>var hidden=1</script></body></html>"""


def blocks(document):
    return [(b.kind, document.text[b.start_char : b.end_char]) for s in document.sections for b in s.blocks]


@pytest.mark.parametrize("code", PAGES)
def test_main_text_and_metadata(code):
    document = html.load(page(code).encode("utf-8"), Hints("page.html"))
    title, paragraph, item = PAGES[code]
    assert blocks(document) == [
        ("heading", title),
        ("paragraph", paragraph),
        ("heading", "2 § A"),
        ("list_item", f"• {item}"),
        ("list_item", f"• {paragraph} x1"),
        ("list_item", f"• nested {item}"),
        ("list_item", f"1. {item}"),
        ("list_item", f"2. {paragraph}"),
        ("heading", "Table"),
        ("table", "Year | Number\n2024 | 492"),
        ("paragraph", paragraph),
    ]
    assert document.sections[-1].heading_path == (title, "2 § A", "Table")
    known = document.metadata
    assert (known.title, known.publisher, known.date, known.language) == (title, "Agency", "2024-03-02", code)
    assert (known.url, known.licence) == (f"https://example.org/{code}", "https://example.org/cc")


def test_a_language_left_over_from_a_template_does_not_count():
    assert html.load(page("sv", lang="en").encode(), Hints("page.html")).metadata.language == "sv"


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_encodings(encoding):
    source = page("sv").replace("utf-8", encoding)
    document = html.load(source.encode(encoding), Hints("page.html"))
    assert PAGES["sv"][1] in document.text


def test_xhtml_with_a_declaration():
    source = '<?xml version="1.0" encoding="utf-8"?>' + page("vi")
    assert PAGES["vi"][1] in html.load(source.encode(), Hints("page.xhtml")).text


@pytest.mark.parametrize(
    "body",
    [
        "<ul>" + "".join(f'<li><a href="/{i}">Menu item {i}</a></li>' for i in range(40)) + "</ul>",
        "<nav>" + "".join(f"<a href='/{i}'>Trang số {i}</a> " for i in range(40)) + "</nav>",
        "",
        "<script>var text='not shown'</script>",
    ],
)
def test_only_menus(body):
    with pytest.raises(NoText, match="page"):
        html.load(f"<html><body>{body}</body></html>".encode(), Hints("menu.html"))


def test_a_short_page_is_still_read():
    document = html.load("<p>Öppet måndag till fredag.</p>".encode(), Hints("kort.html"))
    assert document.text == "Öppet måndag till fredag."


def test_deep_nesting():
    body = "<div>" * 20_000 + PAGES["en"][1]
    try:
        document = html.load(
            f"<html><body><p>{PAGES['en'][1]}</p>{body}</body></html>".encode(), Hints("d.html")
        )
    except NoText:
        pytest.fail("the text before the nesting was lost")
    assert PAGES["en"][1] in document.text


def test_title_without_the_name_of_the_site():
    source = "<html><head><title>Vägledning - Myndigheten</title>"
    source += "<meta property='og:site_name' content='Myndigheten'></head>"
    source += f"<body><p>{PAGES['sv'][1]}</p></body></html>"
    assert html.load(source.encode(), Hints("p.html")).metadata.title == "Vägledning"
