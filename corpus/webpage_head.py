"""What a web page says of itself: title, publisher, date, language, address, licence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.metadata import iso_date
from corpus.text import one_line

_META = {
    "publisher": ("og:site_name", "dc.publisher", "dcterms.publisher", "publisher", "application-name"),
    "date": (
        "article:published_time",
        "dcterms.issued",
        "dcterms.date",
        "dc.date.issued",
        "dc.date",
        "citation_publication_date",
        "date",
        "datepublished",
        "article:modified_time",
        "dcterms.modified",
        "last-modified",
    ),
    "language": ("dc.language", "dcterms.language", "content-language", "language", "og:locale"),
    "licence": ("dc.rights", "dcterms.license", "license"),
    "themes": ("keywords", "dcterms.subject", "dc.subject", "news_keywords", "article:tag"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """The fields that a page declares, and candidates for its title, best first."""

    metadata: dict[str, str]
    titles: tuple[str, ...]


def read_head(tree: Any) -> Head:
    """Read the head of a parsed page (an ``lxml`` tree)."""
    meta = {name: content for name, content in reversed(list(_meta(tree)))}
    fields: dict[str, str] = {}
    for field, names in _META.items():
        value = next((meta[name] for name in names if meta.get(name)), "")
        if field == "date":
            value = iso_date(value.replace("/", "-")) or ""
        if value:
            fields[field] = value
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    if language:
        fields["language"] = language
    for link in tree.iter("link"):
        relation = (link.get("rel") or "").lower()
        address = (link.get("href") or "").strip()
        if relation == "canonical" and re.match(r"^https?://", address):
            fields["url"] = address
        elif relation == "license":
            fields.setdefault("licence", address)
    if "url" not in fields and re.match(r"^https?://", meta.get("og:url", "")):
        fields["url"] = meta["og:url"]
    if "date" not in fields:
        date = next(
            (iso_date(t.get("datetime")) for t in tree.iter("time") if iso_date(t.get("datetime"))), None
        )
        if date:
            fields["date"] = date
    return Head(fields, tuple(_titles(tree, meta, fields.get("publisher", ""))))


def _meta(tree: Any) -> Iterator[tuple[str, str]]:
    for element in tree.iter("meta"):
        name = (
            element.get("property")
            or element.get("name")
            or element.get("http-equiv")
            or element.get("itemprop")
        )
        content = one_line(element.get("content") or "")
        if name and content:
            yield name.strip().lower(), content


def _titles(tree: Any, meta: dict[str, str], publisher: str) -> Iterator[str]:
    headings = [one_line(element.text_content()) for element in tree.iter("h1")]
    written = next((one_line(element.text_content()) for element in tree.iter("title")), "")
    # The site's name is often glued to the title: "Title - Agency", "Agency | Title".
    parts = [part.strip() for part in re.split(r"\s+[|–—·-]\s+|\s*\|\s*", written)]
    if len(headings) == 1 and headings[0]:
        yield headings[0]
    if meta.get("og:title"):
        yield meta["og:title"]
    for heading in headings:
        if heading and (heading in written or not written):
            yield heading
    if len(parts) > 1 and publisher and publisher in parts:
        yield " - ".join(part for part in parts if part != publisher)
    yield written
    yield from headings
