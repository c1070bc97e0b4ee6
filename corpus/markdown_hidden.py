"""HTML inside Markdown: what its readers cannot see is taken out before the blocks are read.

`corpus.visibility` tells what a reader cannot see; the contents of ``<script>``
and ``<style>`` are never shown either. Code (fenced, or between backticks on one line) is text
about HTML and stays. Where an element ends follows CommonMark 0.31
(https://spec.commonmark.org/0.31.2/#html-blocks) as a browser shows it:

- at its closing tag;
- an element inside a paragraph, or a ``<p>``, at the latest with the paragraph;
- one that is never closed, with its paragraph: a browser would hide the rest of
  the page, but a forgotten tag must not lose a document.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from corpus.visibility import VISIBLE, Visibility

_TAG = (
    r"(?<!\\)<(?P<slash>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?=[\s/>])"
    r"(?P<rest>(?:\"[^\"<]*\"|'[^'<]*'|[^<>\"'])*)>"
)
_TOKEN = re.compile(
    r"(?P<code>(?<![`\\])(?P<ticks>`+)(?!`)[^\n]*?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<blank>\n[ >]*(?=\n))"
    rf"|{_TAG}"
)
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_MAY_HIDE = re.compile(r"\b(?:hidden|style|script|template|noscript)\b", re.IGNORECASE)
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_RAW = frozenset({"script", "style"})
_BLOCKS = (
    r"article|aside|blockquote|center|details|div|dl|fieldset|figure|footer|form|header|main|nav|noscript"
)
_CONTAINER = re.compile(rf"{_BLOCKS}|ol|script|section|style|table|template|ul")
_MAX_OPEN = 100  # deeper elements are not followed

_Token = re.Match[str]


def visible_markdown(body: str) -> str:
    """Return a Markdown text without what its inline HTML hides.

    Args:
        body: the text in normal form (`corpus.text.normalise`), without front
            matter and comments.

    Returns:
        the same text where nothing is hidden; else shorter, with a blank line
        in the place of hidden paragraphs.
    """
    if not _MAY_HIDE.search(body):
        return body
    pieces = list(_pieces(body))
    ends = _ends(body, pieces)
    kept: list[str] = []
    opened: list[tuple[int, Visibility]] = []  # where each element ends, what it shows
    state, position = VISIBLE, 0
    for start, end, token in pieces:
        if state.shown:
            kept.append(body[position:start])
        opened = [element for element in opened if element[0] > start]
        state = opened[-1][1] if opened else VISIBLE
        is_tag = token is not None and token["name"] is not None
        if state.shown or is_tag:
            kept.append(body[start:end])  # a tag is no text: the reader of inline marks takes it out
        elif token is None or token["blank"] is not None:
            kept.append("\n\n")  # blocks before and after stay apart
        if token is not None and start in ends:
            name = token["name"].lower()
            state = Visibility(gone=True) if name in _RAW else state.inside(name, _attributes(token["rest"]))
            opened.append((ends[start], state))
        position = end
    if state.shown:
        kept.append(body[position:])
    return "".join(kept)


def _pieces(body: str) -> Iterator[tuple[int, int, _Token | None]]:
    """Give blank lines, code between backticks and tags, and fenced code as None, in order."""
    position = 0
    for start, end in _fences(body):
        yield from ((token.start(), token.end(), token) for token in _TOKEN.finditer(body, position, start))
        yield start, end, None
        position = end
    yield from ((token.start(), token.end(), token) for token in _TOKEN.finditer(body, position))


def _fences(body: str) -> Iterator[tuple[int, int]]:
    fence, opened_at, position = "", 0, 0
    for line in body.split("\n"):
        end = position + len(line)
        found = _FENCE.match(line)
        if fence and line.strip().startswith(fence):
            yield opened_at, end
            fence = ""
        elif not fence and found:
            fence, opened_at = found.group(1), position
        position = end + 1
    if fence:
        yield opened_at, len(body)


def _ends(body: str, pieces: list[tuple[int, int, _Token | None]]) -> dict[int, int]:
    """Return where the contents of each element end, by where its tag starts."""
    ends: dict[int, int] = {}
    opened: list[tuple[str, int, bool]] = []  # name, start, whether it outlives its paragraph
    blanks = [start for start, _, token in pieces if token is not None and token["blank"] is not None]
    for start, end, token in pieces:
        if token is None or token["code"] is not None:
            continue
        if token["blank"] is not None:
            ends.update((at, start) for _, at, outlives in opened if not outlives)
            opened = [element for element in opened if element[2]]
            continue
        name = token["name"].lower()
        if token["slash"]:
            at = next((i for i in range(len(opened) - 1, -1, -1) if opened[i][0] == name), None)
            if at is not None:
                ends.update((element[1], start) for element in opened[at:])
                del opened[at:]
        elif name not in _VOID and not token["rest"].endswith("/") and len(opened) < _MAX_OPEN:
            opened.append((name, start, _outlives(name, body, start, end)))
    for _, at, _ in opened:
        ends[at] = next((blank for blank in blanks if blank > at), len(body))
    return ends


def _outlives(name: str, body: str, start: int, end: int) -> bool:
    """Say whether an element can hold several paragraphs: by its kind, or since its tag has its own line."""
    if name == "p" or _CONTAINER.fullmatch(name):
        return name != "p"
    line_start = body.rfind("\n", 0, start) + 1
    line_end = body.find("\n", end)
    before, after = body[line_start:start], body[end : line_end if line_end >= 0 else None]
    return not before.strip(" >") and not after.strip()


def _attributes(rest: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, *values in _ATTRIBUTE.findall(rest):
        found.setdefault(name.lower(), html.unescape("".join(values)))
    return found
