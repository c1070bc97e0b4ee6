"""``helpdesk ask --reply``: a whole helpdesk reply, to be read, sent or processed."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from api.console import Console
from helpdesk_bot.errors import ConfigurationError

if TYPE_CHECKING:  # the renderers are only needed once there is a reply
    from helpdesk_bot.reply.rendering import ReplyFormat
    from helpdesk_bot.reply.values import Reply

_BY_SUFFIX: dict[str, ReplyFormat] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
}


def check_options(options: argparse.Namespace) -> ReplyFormat | None:
    """Return the format that the options ask for, ``None`` without ``--reply``; done before anything slow.

    Raises:
        ConfigurationError: the options do not fit together.
    """
    given: ReplyFormat | None = options.reply_format
    out: Path | None = options.out
    if not options.reply:
        if given or out:
            raise ConfigurationError("--format and --out belong to --reply: add --reply.")
        return None
    if given and options.as_json and out is None:
        raise ConfigurationError(
            "--json prints the reply itself: leave --format out, or name a file with --out."
        )
    form = given or (_BY_SUFFIX.get(out.suffix.lower(), "markdown") if out else "markdown")
    if out is not None and not out.absolute().parent.is_dir():
        raise ConfigurationError(
            f"The folder of {out} does not exist. Make it first, or choose another --out."
        )
    if form == "docx" and out is None and sys.stdout.isatty():
        raise ConfigurationError("A DOCX file cannot be shown on a terminal: name a file with --out.")
    return form


def deliver(reply: Reply, form: ReplyFormat, out: Path | None, console: Console) -> None:
    """Write a reply to its file, or to stdout; with ``--json`` its structure goes to stdout.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    from helpdesk_bot.reply.rendering import RENDERINGS, render
    from helpdesk_bot.reply.values import reply_to_json

    console.document(reply_to_json(reply))
    if out is not None:
        _write(out, render(reply, form))
        console.result(str(out))
    elif not console.as_json and RENDERINGS[form].is_text:
        console.result(render(reply, form).decode().rstrip("\n"))
    elif not console.as_json:
        sys.stdout.buffer.write(render(reply, form))


def _write(out: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = out.with_name(out.name + ".part")
    try:
        part.write_bytes(data)
        os.replace(part, out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ConfigurationError(f"The reply {out} cannot be written: {error.strerror or error}.") from error
