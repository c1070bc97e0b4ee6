"""GNOME's user help in several languages: Mallard pages, the same page under the same name.

``training/gnome-help/C`` is English, the other folders are named by language.
Licence: CC BY-SA 3.0 (``copyright`` lies with the pages); a model trained on it
says so in its card. Permitted use: may be trained on.

A page that nobody has translated stands in a language's folder in English, most
of the Vietnamese ones among them. So each page's language is told from its
text, and a pair is made only of pages that are in the languages asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from corpus import language
from evals.datasets.parallel_rows import PagePair
from evals.datasets.reading import DatasetError

ENGLISH_FOLDER = "C"
_MALLARD = "{http://projectmallard.org/1.0/}"
_BLOCKS = tuple(_MALLARD + name for name in ("title", "p", "desc"))
_LEFT_OUT = tuple(_MALLARD + name for name in ("info", "links"))


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page. ``text``: a paragraph, heading or list item a line. ``language``: of the text."""

    page_id: str
    title: str
    text: str
    language: str


def read_gnome_help(folder: Path, code: str) -> dict[str, HelpPage]:
    """Read the pages of one language's folder that really are in that language.

    Args:
        folder: ``gnome-help``.
        code: two letters; ``en`` is the folder ``C``.

    Returns:
        pages by their id.

    Raises:
        DatasetError: no such folder, or a page is not XML or has no title.
    """
    home = folder / (ENGLISH_FOLDER if code == "en" else code)
    paths = sorted(home.glob("*.page"))
    if not paths:
        raise DatasetError(home, "holds no *.page")
    pages = (_page(path) for path in paths)
    return {page.page_id: page for page in pages if page.language == code and page.text}


def pair_pages(titles: Mapping[str, HelpPage], texts: Mapping[str, HelpPage]) -> tuple[PagePair, ...]:
    """Pair each page's title in one language with the same page's text in the same or another one."""
    return tuple(
        PagePair(page_id, titles[page_id].title, titles[page_id].language, page.text, page.language)
        for page_id, page in texts.items()
        if page_id in titles
    )


def _page(path: Path) -> HelpPage:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.parse(str(path), parser).getroot()
    except (etree.XMLSyntaxError, OSError) as error:
        raise DatasetError(path, f"not XML: {error}") from error
    title = root.find(f"{_MALLARD}title")
    if title is None or not _text(title):
        raise DatasetError(path, "has no title", field="title")
    lines = [_text(block) for block in root.iter(*_BLOCKS) if block is not title and not _within(block)]
    text = "\n".join(line for line in lines if line)
    return HelpPage(path.stem, _text(title), text, language.detect(f"{_text(title)}\n{text}"))


def _text(element: etree._Element) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())


def _within(block: etree._Element) -> bool:
    return any(parent.tag in _LEFT_OUT for parent in block.iterancestors())
