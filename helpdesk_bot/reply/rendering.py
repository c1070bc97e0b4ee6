"""The formats of a reply, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from helpdesk_bot.reply.as_docx import as_docx
from helpdesk_bot.reply.as_html import as_html
from helpdesk_bot.reply.as_markdown import as_markdown
from helpdesk_bot.reply.layout import Page, lay_out
from helpdesk_bot.reply.values import Reply

ReplyFormat = Literal["markdown", "html", "docx"]


@dataclass(frozen=True, slots=True)
class Rendering:
    """A format: media type without parameters, ending of its files, whether it is text, how it is made."""

    media_type: str
    suffix: str
    is_text: bool
    render: Callable[[Page], bytes]


RENDERINGS: Mapping[ReplyFormat, Rendering] = {
    "markdown": Rendering("text/markdown", ".md", True, lambda page: as_markdown(page).encode()),
    "html": Rendering("text/html", ".html", True, lambda page: as_html(page).encode()),
    "docx": Rendering(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", False, as_docx
    ),
}

FORMATS: tuple[ReplyFormat, ...] = get_args(ReplyFormat)


def render(reply: Reply, form: ReplyFormat) -> bytes:
    """Return a reply as a file of a format; texts are UTF-8."""
    return RENDERINGS[form].render(lay_out(reply))
