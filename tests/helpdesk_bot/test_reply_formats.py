"""Markdown, HTML and DOCX of a reply: every link checked, nothing from a document becomes markup."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from helpdesk_bot.phrases import catalogue, language_name
from helpdesk_bot.reply.addresses import web_address
from helpdesk_bot.reply.rendering import render
from helpdesk_bot.reply.wording import named_region, spoken_date
from tests.helpdesk_bot.replies import HOSTILE, QUOTE, reply

PAIRS = [(own, other) for own in QUOTE for other in QUOTE]


def word(data: bytes) -> Any:
    import docx

    return docx.Document(io.BytesIO(data))


def page(data: bytes) -> Any:
    return html.document_fromstring(data.decode())


@pytest.mark.parametrize(("language", "quoted_in"), PAIRS)
def test_a_foreign_quote_is_labelled_and_marked(language: str, quoted_in: str) -> None:
    given = reply(language, quoted_in, url="https://example.org/a")
    phrases = catalogue(language)
    label = phrases.text("quoted_in", language=language_name(quoted_in, language))
    foreign = language != quoted_in
    markdown = render(given, "markdown").decode()
    assert QUOTE[quoted_in] in markdown
    assert (label in markdown) == foreign
    root = page(render(given, "html"))
    assert root.get("lang") == language
    marked = [element.text_content() for element in root.iter() if element.get("lang") == quoted_in]
    assert (QUOTE[quoted_in] in marked) == foreign
    document = word(render(given, "docx"))
    tags = [
        (run.text, run._r.xpath("w:rPr/w:lang/@w:val"))
        for paragraph in document.paragraphs
        for run in paragraph.runs
    ]
    assert any(text == QUOTE[quoted_in] and bool(tag) == foreign for text, tag in tags)
    assert document.core_properties.language == language


@pytest.mark.parametrize("language", QUOTE)
def test_every_number_leads_to_its_source(language: str) -> None:
    given = reply(language, "sv", url="https://example.org/a?b=1&copy=2")
    root = page(render(given, "html"))
    targets = {element.get("id") for element in root.iter() if element.get("id")}
    cites = [element for element in root.iter("a") if element.get("class") == "cite"]
    assert cites
    assert {element.get("href") for element in cites} == {f"#{target}" for target in targets}
    assert all(element.get("aria-label") for element in cites)
    document = word(render(given, "docx"))
    body = document.element.body
    names = set(body.xpath(".//w:bookmarkStart/@w:name"))
    assert set(body.xpath(".//w:hyperlink/@w:anchor")) == names == {"source_1", "source_2"}
    links = [rel.target_ref for rel in document.part.rels.values() if "hyperlink" in rel.reltype]
    assert set(links) == {"https://example.org/a?b=1&copy=2"}
    assert "<https://example.org/a?b=1&amp;copy=2>" in render(given, "markdown").decode()


@pytest.mark.parametrize("language", QUOTE)
@pytest.mark.parametrize("newer", [None, "Rules of 2026"])
def test_what_lapsed_is_said_in_short_at_the_resource_and_at_its_source(
    language: str, newer: str | None
) -> None:
    given, words = reply(language, "sv"), catalogue(language).reply
    told = words["replaced"].format(title=newer) if newer else words["not_in_force"]
    assert told not in render(given, "markdown").decode()
    (group,) = given.groups
    (resource,) = group.resources
    gone = replace(group, resources=(replace(resource, in_force=False, replaced_by=newer),))
    text = " ".join(page(render(replace(given, groups=(gone,)), "html")).text_content().split())
    assert text.count(told.rstrip(".")) == 3  # document d2 is no resource: nothing is known of it
    assert f"({told.rstrip('.')})" in text


def test_headings_are_real_and_in_order() -> None:
    given = reply("sv", "en")
    root = page(render(given, "html"))
    levels = [int(element.tag[1]) for element in root.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    styles = [paragraph.style.name for paragraph in word(render(given, "docx")).paragraphs]
    assert styles[0] == "Title"
    assert {"Heading 1", "Heading 2", "List Bullet"} <= set(styles)


def test_the_page_asks_nothing_of_the_network() -> None:
    text = render(reply("vi", "en", text=HOSTILE, url="https://example.org/"), "html").decode()
    root = page(text.encode())
    assert not list(root.iter("script", "img", "link", "iframe", "object", "form"))
    assert not re.search(r"url\(|@import", text)
    (policy,) = root.xpath("//meta[@http-equiv]/@content")
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://a@b.example", None])
def test_hostile_text_stays_text(url: str | None) -> None:
    given = reply("en", "sv", text=HOSTILE, url=web_address(url))
    root = page(render(given, "html"))
    assert not list(root.iter("script"))
    assert {element.get("href")[0] for element in root.iter("a")} == {"#"}
    assert "<script>alert(1)</script>" in root.text_content()
    markdown = render(given, "markdown").decode()
    unescaped = re.sub(r"\\.", "", markdown)
    assert "](" not in unescaped
    assert "<script" not in unescaped
    assert "&copy;" not in unescaped
    document = word(render(given, "docx"))
    assert not [rel for rel in document.part.rels.values() if "hyperlink" in rel.reltype]
    for form in ("markdown", "html"):
        assert "\u202e" not in render(given, form).decode()


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_rendered(text: str) -> None:
    given_reply = reply("en", "sv", text=text or "x", url="https://example.org/")
    markdown = render(given_reply, "markdown").decode()
    assert len([line for line in markdown.split("\n") if line.startswith("#")]) == 5
    root = page(render(given_reply, "html"))
    allowed = {"https://example.org/", "#source-1", "#source-2"}
    assert {element.get("href") for element in root.iter("a")} <= allowed
    word(render(given_reply, "docx"))


@given(st.text(max_size=60))
def test_an_address_ends_where_it_should(text: str) -> None:
    for url in (text, f"https://example.org/{text}", f"https://{text}"):
        address = web_address(url)
        if address is not None:
            assert address.startswith(("http://", "https://"))
            assert not re.search(r"[\s<>\"'()\[\]`\\]", address)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a b(c)", "https://example.org/a%20b%28c%29"),
        ("http://example.org/?q=%20&r=å", "http://example.org/?q=%20&r=å"),
        (" https://example.org ", "https://example.org"),
        ("HTTPS://example.org/A", "https://example.org/A"),
        ("ftp://example.org", None),
        ("//example.org", None),
        ("https://", None),
        ("https://example.org:99999", None),
        ("https://[::1", None),
        ("", None),
        (None, None),
    ],
)
def test_web_addresses(url: str | None, address: str | None) -> None:
    assert web_address(url) == address


@pytest.mark.parametrize(
    ("date", "language", "spoken"),
    [
        ("2024-05-01", "en", "1 May 2024"),
        ("2024-05-01", "sv", "1 maj 2024"),
        ("2024-05", "en", "May 2024"),
        ("2024-05", "sv", "maj 2024"),
        ("2024", "vi", "2024"),
        ("2024-02-31", "en", "2024-02-31"),
        ("soon", "en", "soon"),
        (None, "en", None),
    ],
)
def test_dates_are_as_exact_as_they_are_given(date: str | None, language: str, spoken: str | None) -> None:
    assert spoken_date(date, language) == spoken


@pytest.mark.parametrize(
    ("region", "language", "document_language", "named"),
    [
        ("Trelleborg, Sverige", "en", "sv", "Trelleborg, Sweden"),
        ("Estonia", "sv", "en", "Estland"),
        ("Tallinn, Georgia", "sv", "en", "Tallinn, Georgia"),
        ("Northern Sweden", "sv", "en", "Northern Sweden"),
        ("", "sv", "en", ""),
    ],
)
def test_countries_are_named_in_the_askers_language(
    region: str, language: str, document_language: str, named: str
) -> None:
    assert named_region(region, language, document_language) == named
