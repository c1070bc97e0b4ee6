"""Web pages: the main text without menus, by trafilatura; metadata from the page's head.

What a reader of the page cannot see is left out before (`corpus.visibility`
tells what that is, and what cannot be known without drawing the page).
"""

from __future__ import annotations

import logging
import re
from typing import Any

from corpus.assembly import assemble
from corpus.building import TextBuilder
from corpus.documents import Document
from corpus.errors import NoText
from corpus.hints import Hints
from corpus.note_marks import drop_note_marks
from corpus.text import decode, normalise, one_line
from corpus.visibility import VISIBLE, Visibility
from corpus.webpage_head import read_head

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})")
_NOT_TEXT = "script", "style", "noscript", "template", "svg", "select", "button", "nav", "title", "head"
_OPENS = "href", "data-target", "data-bs-target"  # with the id of what a click shows
_MENU_WORDS = 20  # a page with fewer words outside its links, most words being links, is a menu
_MENU_SHARE = 0.3
_ONLY_MENUS = "the page holds only menus or links; give the address of a page with text"
_ALL_HIDDEN = (
    "the page shows no text: what it holds is hidden by its own styles; save it as a browser shows it"
)


def load(data: bytes, hints: Hints) -> Document:
    """Read an HTML page.

    Raises:
        BrokenDocument: the bytes are not text.
        NoText: the page is empty or all menu.
    """
    declared = _CHARSET.search(data[:4096]) or _ENCODING.search(data[:4096])
    source = normalise(decode(data, declared.group(1).decode("ascii") if declared else None))
    # lxml refuses a text that declares an encoding of its own.
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", source)
    tree = _tree(source)
    if tree is None:
        raise NoText("the page is empty; check that the file was saved whole")
    no_text = _ONLY_MENUS
    has_marks = drop_note_marks(tree)
    if _drop_hidden(tree) or has_marks:
        source = _source(tree)
        no_text = _ONLY_MENUS if _visible(tree) else _ALL_HIDDEN
    head = read_head(tree)
    if _is_menu(tree):
        raise NoText(no_text)
    builder = TextBuilder()
    _Reader(builder).read(_main_text(source))
    if not builder.sections:
        for line in _visible(tree).split("\n"):
            builder.paragraph(line)
    return assemble(
        builder,
        hints,
        "text/html",
        file_metadata=head.metadata,
        titles=head.titles,
        no_text=no_text,
    )


def _tree(source: str) -> Any:
    from lxml import etree
    from lxml import html as lxml_html

    try:
        return lxml_html.document_fromstring(source)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _source(tree: Any) -> str:
    from lxml import html as lxml_html

    return str(lxml_html.tostring(tree, encoding="unicode"))


def _drop_hidden(tree: Any) -> bool:
    """Take out of a page what its readers cannot see; say whether there was anything."""
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    revealed = _revealed(elements)
    known: dict[Any, Visibility] = {}
    dropped = []
    changed = False
    for element in elements:  # parents before children
        around = known.get(element.getparent(), VISIBLE)
        known[element] = here = around.inside(element.tag, element.attrib, revealed)
        if here.gone and not around.gone and element.text_content().strip():
            dropped.append(element)
        elif not here.shown and not here.gone:
            # An element inside may show itself again.
            changed = True
            element.text = None
            for child in element:
                child.tail = None
    for element in dropped:
        element.drop_tree()  # what follows it stays
    return changed or bool(dropped)


def _revealed(elements: list[Any]) -> frozenset[str]:
    """Return the ids of what the page's own buttons and tabs open."""
    named: set[str] = set()
    for element in elements:
        named.update((element.get("aria-controls") or "").split())
        targets = ((element.get(name) or "").strip() for name in _OPENS)
        named.update(target[1:] for target in targets if target.startswith("#"))
    return frozenset(named - {""})


def _main_text(source: str) -> Any:
    import trafilatura

    # It reports each page without main text as an error of its own.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    found = trafilatura.bare_extraction(
        source, include_comments=False, include_tables=True, favor_recall=True, with_metadata=False
    )
    return getattr(found, "body", None)


def _is_menu(tree: Any) -> bool:
    visible = len(_visible(tree).split())
    in_links = sum(len(one_line(link.text_content()).split()) for link in tree.iter("a"))
    outside = visible - in_links
    return outside < _MENU_WORDS and outside < _MENU_SHARE * max(visible, 1)


def _visible(tree: Any) -> str:
    """Return the text of a page without scripts and menus, a line for each text node."""
    parts = []
    skipped: Any = None
    for element in tree.iter():
        if skipped is not None and any(parent is skipped for parent in element.iterancestors()):
            continue
        skipped = None
        if not isinstance(element.tag, str):
            continue
        if element.tag in _NOT_TEXT:
            skipped = element
        elif element.text and element.text.strip():
            parts.append(one_line(element.text))
        for child in element:
            if child.tail and child.tail.strip() and skipped is None:
                parts.append(one_line(child.tail))
    return "\n".join(parts)


class _Reader:
    """Turns trafilatura's tree into blocks."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder

    def read(self, element: Any) -> None:
        """Append what an element holds, in order."""
        if element is None:
            return
        self._loose(element.text)
        for child in element:
            self._block(child)
            self._loose(child.tail)

    def _loose(self, text: str | None) -> None:
        if text and text.strip():
            self._builder.paragraph(text)

    def _block(self, element: Any) -> None:
        tag = element.tag
        if tag == "head":
            level = re.fullmatch(r"h([1-6])", element.get("rend") or "")
            self._builder.heading(_inline(element), int(level.group(1)) if level else 2)
        elif tag == "list":
            self._list(element)
        elif tag == "table":
            rows = [[_inline(cell) for cell in row.iter("cell")] for row in element.iter("row")]
            self._builder.table(rows)
        elif tag in ("code", "quote") and "\n" in (element.text or "").strip():
            self._builder.paragraph("".join(element.itertext()), verbatim=True)
        elif any(child.tag in ("list", "table", "p", "head") for child in element):
            self.read(element)
        else:
            self._builder.paragraph(_inline(element))

    def _list(self, element: Any) -> None:
        ordered = (element.get("rend") or "") == "ol"
        number = 0
        for item in element:
            if item.tag != "item":
                self._block(item)
                continue
            number += 1
            text = _inline(item, without=("list",))
            if text:
                self._builder.list_item(f"{number}. {text}" if ordered else f"• {text}")
            for nested in item:
                if nested.tag == "list":
                    self._list(nested)


def _inline(element: Any, without: tuple[str, ...] = ()) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag not in without:
            inner = _inline(child, without)
            # Block-like children and line breaks separate words.
            parts.append(f" {inner} " if child.tag in ("p", "lb", "item", "cell", "quote", "head") else inner)
        parts.append(child.tail or "")
    return re.sub(r"\s+", " ", "".join(parts)).strip()
