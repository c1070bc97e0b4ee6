"""A reply as one HTML page: no script, no request, all text escaped, foreign text with its language."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from helpdesk_bot.reply.layout import Block, Page, Piece

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #55555f; --ground: #fff; }
:root { --line: #c9c9d2; --link: #0b4fb3; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececf1; --soft: #b4b4c0; --ground: #17171b; --line: #45454f; --link: #8db9ff; }
}
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
a { color: var(--link); } a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.question { border-left: .25rem solid var(--line); margin: 0; padding: .25rem 0 .25rem 1rem; }
li { margin: 0 0 .9rem; } li p { margin: 0 0 .2rem; } .sources li { margin-bottom: .4rem; }
.cite { white-space: nowrap; }
.note { color: var(--soft); border-top: 1px solid var(--line); padding-top: .75rem; }
@media print { :root { --ink: #000; --ground: #fff; --link: #000; } }
"""

_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
)
"""What a browser may do with the page: show it, with this style and nothing else."""

_HEAD = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
"""


def as_html(page: Page) -> str:
    """Return the page as a whole HTML document."""
    head = _HEAD.format(
        language=escape(page.language),
        policy=escape(CONTENT_SECURITY_POLICY),
        title=escape(page.title),
        style=STYLE,
    )
    return head + "\n".join(_body(page)) + "\n</main>\n</body>\n</html>\n"


def _body(page: Page) -> Iterator[str]:
    for kind, run in groupby(page.blocks, key=lambda block: block.kind):
        blocks = list(run)
        match kind:
            case "item":
                yield "<ul>\n" + "\n".join(f"<li>{_lines(block, page)}</li>" for block in blocks) + "\n</ul>"
            case "source":
                yield (
                    '<ol class="sources">\n' + "\n".join(_source(block, page) for block in blocks) + "\n</ol>"
                )
            case _:
                yield from (_text_block(block, page) for block in blocks)


def _text_block(block: Block, page: Page) -> str:
    text = _line(block.lines[0], page)
    match block.kind:
        case "title":
            return f"<h1>{text}</h1>"
        case "heading":
            return f"<h2>{text}</h2>"
        case "subheading":
            return f"<h3>{text}</h3>"
        case "question" | "note":
            return f'<p class="{block.kind}">{text}</p>'
        case _:
            return f"<p>{text}</p>"


def _lines(block: Block, page: Page) -> str:
    if len(block.lines) == 1:
        return _line(block.lines[0], page)
    return "".join(f"<p>{_line(line, page)}</p>" for line in block.lines)


def _source(block: Block, page: Page) -> str:
    return f'<li id="source-{block.number}" value="{block.number}">{_line(block.lines[0], page)}</li>'


def _line(pieces: Sequence[Piece], page: Page) -> str:
    return "".join(_piece(piece, page) for piece in pieces)


def _piece(piece: Piece, page: Page) -> str:
    text = escape(piece.text)
    # "auto": a quote that is written from right to left does not turn the line around it.
    marked = f' lang="{escape(piece.language)}" dir="auto"' if piece.language else ""
    if piece.number is not None:
        name = escape(page.source.format(number=piece.number))
        return f'<a class="cite" href="#source-{piece.number}" aria-label="{name}">{text}</a>'
    if piece.url:
        text = f'<a href="{escape(piece.url)}" rel="noopener noreferrer"{marked}>{text}</a>'
    elif marked:
        text = f"<span{marked}>{text}</span>"
    return f"<strong>{text}</strong>" if piece.strong else text
