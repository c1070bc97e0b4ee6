"""Marks of footnotes: what stands behind a word to lead to a note, and from the note back.

Read as text they join what they follow: "in 2020" with a mark of 2 becomes "in
20202", which is then quoted.
"""

from __future__ import annotations

import re
from typing import Any

_MARK = re.compile(r"[\[(]?\s*(?:\d{1,3}|[a-z]|[ivx]{1,5}|[*†‡§¶¹²³⁰-⁹]{1,3})\s*[\])]?")
_BRACKETED = re.compile(r"\[\s*(?:\d{1,3}|[a-z]|[ivx]{1,5})\s*\]")
_BACK = re.compile(r"[\s↩↑⏎⤴^\ufe0e\ufe0f]+")
_OF_NOTES = re.compile(
    r"foot|note|noteref|reference|(?<![a-z])(?:fn|ftn|ntc|ntr|cite|backlink)", re.IGNORECASE
)
_TELLING = ("class", "id", "href", "role", "rel", "epub:type", "name")

_DEFINITION = re.compile(r"^ {0,3}\[\^([^\]\s]{1,60})\]:[ \t]*", re.MULTILINE)
_MARK_IN_MARKDOWN = re.compile(r"\[\^([^\]\s]{1,60})\]")


def drop_note_marks(tree: Any) -> bool:
    """Take the links to notes and back out of a page (lxml); say whether there were any.

    A link within the page, with a number or a sign for its words, that is set high, stands in square
    brackets or says what it is by class, role or target. "Article 5" keeps its 5.
    """
    marks = [link for link in tree.iter("a") if _is_mark(link)]
    for link in marks:
        raised = link.getparent()
        alone = raised is not None and raised.tag == "sup" and raised.text_content() == link.text_content()
        (raised if alone else link).drop_tree()
    return bool(marks)


def _is_mark(link: Any) -> bool:
    if not (link.get("href") or "").startswith("#"):
        return False
    text = link.text_content().strip()
    told = " ".join(link.get(name) or "" for name in _TELLING)
    if _BACK.fullmatch(text):
        return True
    if not _MARK.fullmatch(text):
        return False
    is_raised = any(parent.tag == "sup" for parent in link.iterancestors()) or link.find(".//sup") is not None
    return is_raised or bool(_BRACKETED.fullmatch(text)) or bool(_OF_NOTES.search(told))


def without_note_marks(markdown: str) -> str:
    """Return Markdown without its marks of footnotes; each note is a paragraph where it is defined."""
    labels = set(_DEFINITION.findall(markdown))
    if not labels:
        return markdown
    text = _DEFINITION.sub("\n", markdown)
    return _MARK_IN_MARKDOWN.sub(lambda mark: "" if mark[1] in labels else mark[0], text)
