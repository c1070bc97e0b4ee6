"""Examples across languages, from help pages that exist in several.

Two kinds. A page's title with an excerpt of the same page (relevant) or of
another one (not). And a cloze: a paragraph in one language with one marked-up
name left out (``<gui>``, ``<key>``, ``<app>``, ...), to be found in the same
paragraph of another language, where the same mark-up stands around it: span
reading between languages without a translated question.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from corpus import language
from evals.datasets.gnome_help import pair_pages, read_gnome_help
from evals.datasets.parallel_rows import PagePair, read_parallel_rows
from evals.fitting.reader.examples import Example, lines_as_text, text_of

LANGUAGES = ("en", "sv", "de", "vi")
_MALLARD = "{http://projectmallard.org/1.0/}"
_BLOCKS = tuple(_MALLARD + name for name in ("p", "title"))
_MARKED = frozenset(
    _MALLARD + name for name in ("gui", "key", "app", "file", "cmd", "em", "link", "sys", "input")
)
_LEFT_OUT = frozenset(_MALLARD + name for name in ("info", "links", "credit"))


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph; ``marked``: its tags in order with the half-open characters that they mark."""

    text: str
    marked: tuple[tuple[str, int, int], ...]


def title_examples(folder: Path, rng: random.Random) -> list[Example]:
    """Return titles with excerpts of their own page and of others."""
    pages = {code: read_gnome_help(folder / "gnome-help", code) for code in LANGUAGES}
    pairs: list[tuple[str, PagePair]] = []
    for asked in LANGUAGES:
        for held in LANGUAGES:
            found = list(pair_pages(pages[asked], pages[held]))
            rng.shuffle(found)
            pairs += [("gnome", pair) for pair in found[:60]]
    for name in ("doc_en-q_vi", "doc_vi-q_en", "doc_vi-q_vi"):
        pairs += [("libreoffice", pair) for pair in read_parallel_rows(folder / f"libreoffice-help-{name}")]
    examples = []
    for source, pair in pairs:
        same = [
            other for kind, other in pairs if kind == source and other.text_language == pair.text_language
        ]
        for right in (True, False):
            page = pair if right else rng.choice([other for other in same if other.document != pair.document])
            text = text_of(page.document, "", page.text, page.text_language)
            if not text.sentences or len(pair.title.split()) < 3:
                continue
            excerpt = text.excerpt(*text.windows[0])[1]
            examples.append(
                Example(
                    _nfc(pair.title),
                    "",
                    _nfc(excerpt),
                    None,
                    None if right else False,
                    right,
                    source,
                    f"{source}/{pair.document}",
                )
            )
    return examples


def cloze_examples(folder: Path, rng: random.Random, most: int) -> list[Example]:
    """Return up to ``most`` paragraphs with a gap, each with what fills it or with what does not."""
    found = []
    for name, versions in page_blocks(folder).items():
        for asked, held in ((a, b) for a in versions for b in versions if a != b):
            if len(versions[asked]) == len(versions[held]):
                found += _clozes(name, versions[asked], versions[held], held, rng)
    rng.shuffle(found)
    return found[:most]


def page_blocks(folder: Path) -> dict[str, dict[str, list[Block]]]:
    """Return the paragraphs of each page of GNOME's help in every language that it is really in."""
    pages = {}
    for name in sorted(path.name for path in (folder / "gnome-help" / "C").glob("*.page")):
        versions = {
            code: _blocks(folder / "gnome-help" / ("C" if code == "en" else code) / name)
            for code in LANGUAGES
        }
        pages[name] = {code: blocks for code, blocks in versions.items() if _is_in(blocks, code)}
    return pages


def _clozes(name: str, asked: list[Block], held: list[Block], code: str, rng: random.Random) -> list[Example]:
    page = lines_as_text(f"gnome/{name}", "", [block.text for block in held], code)
    examples = []
    for place, (one, other) in enumerate(zip(asked, held, strict=True)):
        if [tag for tag, _, _ in one.marked] != [tag for tag, _, _ in other.marked] or not 60 < len(
            one.text
        ) < 400:
            continue
        for (_, start, end), (_, at, until) in zip(one.marked, other.marked, strict=True):
            if rng.random() < 0.6 or end - start < 3 or one.text.count(one.text[start:end]) > 1:
                continue
            question = _nfc(f"{one.text[:start]}…{one.text[end:]}")
            origin, excerpt = page.excerpt(*page.around(place, place, rng.random()))
            begin = page.sentences[place][0] - origin
            document = f"gnome/{name.removesuffix('.page')}"
            answer = other.text[at:until]
            if rng.random() < 0.7:
                span = (begin + at, begin + until)
                examples.append(Example(question, "", excerpt, span, True, True, "cloze", document))
                continue
            elsewhere = [
                text
                for text in (page.excerpt(*window)[1] for window in page.windows)
                if other.text not in text and answer.casefold() not in text.casefold()
            ]
            if elsewhere:
                examples.append(
                    Example(question, "", rng.choice(elsewhere), None, False, False, "cloze", document)
                )
    return examples


def _is_in(blocks: list[Block], code: str) -> bool:
    return len(blocks) > 2 and language.detect("\n".join(block.text for block in blocks)) == code


def _blocks(path: Path) -> list[Block]:
    if not path.exists():
        return []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    root = etree.parse(str(path), parser).getroot()
    return [
        _block(element)
        for element in root.iter(*_BLOCKS)
        if not any(parent.tag in _LEFT_OUT for parent in element.iterancestors())
    ]


def _block(element: etree._Element) -> Block:
    """Return the text with white space folded, and where each marked element stands in it."""
    text, marked = "", []

    def add(piece: str | None) -> None:
        nonlocal text
        for char in unicodedata.normalize("NFC", piece or ""):
            if not char.isspace():
                text += char
            elif text and not text.endswith(" "):
                text += " "

    def walk(node: etree._Element) -> None:
        start = len(text)
        add(node.text)
        for child in node:
            walk(child)
            add(child.tail)
        if node.tag in _MARKED and text[start:].strip():
            lead = len(text[start:]) - len(text[start:].lstrip())
            marked.append((str(node.tag), start + lead, start + len(text[start:].rstrip())))

    walk(element)
    kept = len(text.rstrip())
    return Block(text.rstrip(), tuple(item for item in marked if item[2] <= kept))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
