"""The properties that Word and PowerPoint keep of a file."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

# What the libraries' own templates carry says nothing about the document.
_TEMPLATE_AUTHORS = ("python-docx", "Steve Canny")
_TEMPLATE_DATES = (dt.date(2013, 12, 23), dt.date(2013, 1, 27))
_COMPANY = re.compile(rb"<Company>([^<]{1,300})</Company>")


def read_properties(core: Any, data: bytes) -> dict[str, Any]:
    """Return what a file's properties say, as `corpus.metadata` takes it.

    Args:
        core: the core properties as python-docx or python-pptx give them.
        data: the whole file, for the name of the organisation.
    """
    author = core.author if core.author not in _TEMPLATE_AUTHORS else ""
    created = core.created
    date = created.date() if isinstance(created, dt.datetime) else None
    return {
        "title": core.title if core.title != "PowerPoint Presentation" else "",
        "publisher": _company(data) or author,
        "date": date if date not in _TEMPLATE_DATES else None,
        "language": core.language,
        "themes": core.keywords,
    }


def _company(data: bytes) -> str:
    import html

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            match = _COMPANY.search(archive.read("docProps/app.xml"))
        except KeyError:
            return ""
    return html.unescape(match.group(1).decode("utf-8", errors="replace")).strip() if match else ""
