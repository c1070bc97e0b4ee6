"""A reply as blocks of text in reading order, the same for every format.

Titles, quotes and the rest of the text come from documents: here they are only
text. Making it harmless in Markdown, HTML or DOCX is each renderer's duty; an
address that may be a link was decided before (`addresses.web_address`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from helpdesk_bot.answers import Citation
from helpdesk_bot.phrases import Catalogue, catalogue, language_name
from helpdesk_bot.reply.addresses import web_address
from helpdesk_bot.reply.values import Line, Reply, Resource, Statement
from helpdesk_bot.reply.wording import language_tag, named_language, named_region, spoken_date

BlockKind = Literal["title", "heading", "subheading", "question", "paragraph", "item", "source", "note"]

_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text.

    ``language`` is given where it is not the reply's. ``url``: where it leads.
    ``number``: the citation that it refers to.
    """

    text: str
    language: str | None = None
    strong: bool = False
    url: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item, source (with its ``number``) or closing note; an item has lines."""

    kind: BlockKind
    lines: tuple[tuple[Piece, ...], ...]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A reply laid out; ``source`` names a citation by its number for those who do not see it."""

    language: str
    title: str
    created_at: str
    source: str
    blocks: tuple[Block, ...]


def lay_out(reply: Reply) -> Page:
    """Return a reply as blocks, every word of ours in its language."""
    phrases = catalogue(reply.language)
    words = phrases.reply
    return Page(
        reply.language, words["title"], reply.created_at, words["source"], tuple(_blocks(reply, phrases))
    )


def shown(text: str) -> str:
    """Return text out of a document as it may be shown: on one line, nothing that hides or turns it round."""
    kept = "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace()
        or not (
            unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn")
            or char in _DIRECTIONS
            or 0xE0000 <= ord(char) <= 0xE007F
        )
    )
    return " ".join(kept.split())


def _blocks(reply: Reply, phrases: Catalogue) -> Iterator[Block]:
    words = phrases.reply
    lapsed = {
        resource.document_id: told
        for group in reply.groups
        for resource in group.resources
        if (told := _lapsed(resource, words)) is not None
    }
    yield _one("title", Piece(words["title"]))
    if reply.question:
        asked = language_tag(reply.question_language)
        question = Piece(shown(reply.question), None if asked == reply.language else asked)
        yield _one("question", Piece(f"{words['question']}: ", strong=True), question)
    yield _one("heading", Piece(words["answer"]))
    if reply.short_answer:
        short = reply.short_answer
        answer = Piece(shown(short.text), _foreign(short.language, phrases), strong=True)
        cited = next(
            (each.document.document_id for each in reply.citations if each.number == short.number), ""
        )
        said = [Piece(f" ({told.rstrip('.。')})")] if (told := lapsed.get(cited)) else []
        yield _one("paragraph", Piece(f"{words['in_short']}: "), answer, *_numbers((short.number,)), *said)
    yield from _direct(reply, phrases)
    if reply.groups:
        yield _one("heading", Piece(words["nearest" if reply.refuses else "resources"]))
    for group in reply.groups:
        yield _one("subheading", Piece(group.heading))
        for resource in group.resources:
            yield Block("item", tuple(_resource(resource, phrases)))
    if reply.offer:
        yield _one("paragraph", Piece(reply.offer))
    if reply.citations:
        yield _one("heading", Piece(words["sources"]))
        for citation in reply.citations:
            told = lapsed.get(citation.document.document_id)
            yield Block("source", (_source(citation, phrases, told),), citation.number)
    if reply.origin:
        yield _one("note", Piece(reply.origin))


def _one(kind: BlockKind, *pieces: Piece) -> Block:
    return Block(kind, (pieces,))


def _foreign(language: str, phrases: Catalogue) -> str | None:
    """Return the language of a text where it is known and not the reply's."""
    tag = language_tag(language)
    return None if tag == phrases.language else tag


def _numbers(numbers: tuple[int, ...]) -> tuple[Piece, ...]:
    # A no-break space: a number does not begin a line.
    return tuple(piece for n in numbers for piece in (Piece("\u00a0"), Piece(f"[{n}]", number=n)))


def _direct(reply: Reply, phrases: Catalogue) -> Iterator[Block]:
    """Give the direct answer; a chat model's sentences are one paragraph."""
    for written, run in groupby(reply.direct, key=lambda statement: statement.kind == "written"):
        statements = list(run)
        if written:
            pieces = [piece for item in statements for piece in (*_statement(item, phrases), Piece(" "))]
            yield _one("paragraph", *pieces[:-1])
            continue
        for statement in statements:
            kind: BlockKind = "paragraph" if statement.kind == "framed" else "item"
            yield _one(kind, *_statement(statement, phrases))


def _statement(statement: Statement, phrases: Catalogue) -> tuple[Piece, ...]:
    if statement.kind == "quoted":
        return (*_quote(statement.text, statement.language, phrases), *_numbers(statement.numbers))
    return (Piece(shown(statement.text)), *_numbers(statement.numbers))


def _quote(text: str, language: str, phrases: Catalogue) -> tuple[Piece, ...]:
    """Return a quote in the reply's quotation marks, with the name of its language where it is another.

    The items of a list stand on lines of their own in ``text``; each gets its quotation marks.
    """
    before, _, behind = phrases.reply["quote"].partition("{quote}")
    foreign = _foreign(language, phrases)
    pieces: list[Piece] = []
    for item in text.split("\n"):
        pieces += [Piece(before if not pieces else f" {before}"), Piece(shown(item), foreign), Piece(behind)]
    if foreign:
        named = language_name(foreign, phrases.language)
        pieces.append(Piece(f" ({phrases.text('quoted_in', language=named)})"))
    return tuple(pieces)


def _line(line: Line, phrases: Catalogue) -> tuple[Piece, ...]:
    if line.kind == "framed" or line.number is None:
        return (Piece(shown(line.text)),)
    return (*_quote(line.text, line.language, phrases), *_numbers((line.number,)))


def _resource(resource: Resource, phrases: Catalogue) -> Iterator[tuple[Piece, ...]]:
    """Give the lines on a resource: title, what it is, what it says, where it worked, what it took."""
    words = phrases.reply
    yield (Piece(shown(resource.title), _foreign(resource.language, phrases), strong=True, url=resource.url),)
    about = [
        named_language(resource.language, phrases.language),
        spoken_date(resource.date, phrases.language),
        resource.publisher,
        None if resource.url else words["file"].format(source=resource.source),
    ]
    known = " · ".join(shown(part) for part in about if part)
    if known:
        yield (Piece(known),)
    if (told := _lapsed(resource, words)) is not None:
        yield (Piece(told),)
    cited = resource.cited_by if resource.line.kind == "framed" else ()
    yield (*_line(resource.line, phrases), *_numbers(cited))
    if resource.region and resource.kind in ("good_practice", "project"):
        region = named_region(resource.region, phrases.language, resource.language)
        yield (Piece(shown(words["region"].format(region=region))),)
    if resource.conditions:
        yield (Piece(f"{words['conditions']} "), *_line(resource.conditions, phrases))


def _lapsed(resource: Resource, words: Mapping[str, str]) -> str | None:
    """Return what is said of a document that does not hold today."""
    if resource.replaced_by:
        return shown(words["replaced"].format(title=resource.replaced_by))
    return None if resource.in_force else words["not_in_force"]


def _source(citation: Citation, phrases: Catalogue, lapsed: str | None) -> tuple[Piece, ...]:
    """Return where a quote stands: document, page, heading, language; the file of one without an address."""
    document = citation.document
    url = web_address(document.url)
    place = [phrases.reply["page"].format(page=citation.page)] if citation.page is not None else []
    headings = [heading for heading in citation.heading_path if heading != document.title]
    if headings:
        place.append(" › ".join(headings))
    if language_tag(citation.language):
        place.append(language_name(citation.language, phrases.language))
    if url is None:
        place.append(phrases.reply["file"].format(source=document.source))
    rest = "".join(f", {shown(part)}" for part in place) + (f". {lapsed}" if lapsed else "")
    return (Piece(shown(document.title), _foreign(document.language, phrases), url=url), Piece(rest))
