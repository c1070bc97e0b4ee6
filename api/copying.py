"""An answer as text to be pasted elsewhere: plain, and as Markdown, each with its sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from helpdesk_bot.phrases import catalogue, language_name, languages
from helpdesk_bot.reply.addresses import web_address
from helpdesk_bot.reply.wording import spoken_date

Words = Mapping[str, str]

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")


@dataclass(frozen=True, slots=True)
class Copies:
    """One answer, twice."""

    plain: str
    markdown: str


def copies(
    answer: Mapping[str, Any],
    words: Words,
    page_language: str,
    label: str,
    understood: str | None,
    lapsed: Mapping[str, str | None] = MappingProxyType({}),
) -> Copies:
    """Return what the copy buttons put on the clipboard: question, standing, answer, sources with quotes.

    Args:
        answer: the answer's JSON document.
        words: the page's own words.
        page_language: the language of those words.
        label: how the answer stands, in words.
        understood: what a follow-up was understood as.
        lapsed: what is said of a source whose document does not hold today, by citation id.
    """
    lines = [understood] if understood else []
    noted = [(citation, lapsed.get(citation["citation_id"])) for citation in answer["citations"]]
    plain_sources = [_plain(citation, words, page_language, note) for citation, note in noted]
    marked_sources = [_marked(citation, words, page_language, note) for citation, note in noted]
    plain = [
        answer["question"],
        *lines,
        label,
        "",
        re.sub(r"\*\*|^> ?", "", answer["text"], flags=re.MULTILINE),
    ]
    marked = [f"## {_escaped(answer['question'])}", "", *map(_escaped, lines), f"*{_escaped(label)}*", ""]
    marked.append(answer["text"])
    if answer["citations"]:
        plain += ["", f"{words['sources']}:", *plain_sources]
        marked += ["", f"### {words['sources']}", "", *marked_sources]
    return Copies("\n".join(plain).strip() + "\n", "\n".join(marked).strip() + "\n")


def _plain(citation: Mapping[str, Any], words: Words, page_language: str, lapsed: str | None) -> str:
    document = citation["document"]
    about = " · ".join(_about(citation, words, page_language))
    lines = [f"[{citation['number']}] {document['title']}" + (f" ({about})" if about else "")]
    if lapsed:
        lines.append(f"    {lapsed}")
    phrases = catalogue(page_language if page_language in languages() else "en")
    lines.append(f"    {phrases.quoted(' '.join(citation['quote'].split()))}")
    if address := web_address(document["url"]):
        lines.append(f"    {address}")
    return "\n".join(lines)


def _marked(citation: Mapping[str, Any], words: Words, page_language: str, lapsed: str | None) -> str:
    document = citation["document"]
    title = _escaped(document["title"])
    address = web_address(document["url"])
    about = _escaped(" · ".join(_about(citation, words, page_language)))
    head = f"[{title}](<{address}>)" if address else f"**{title}**"
    quote = _escaped(" ".join(citation["quote"].split()))
    told = f" **{_escaped(lapsed)}**" if lapsed else ""
    return f"{citation['number']}. {head}" + (f" ({about})" if about else "") + f"{told}\n   > {quote}"


def _about(citation: Mapping[str, Any], words: Words, page_language: str) -> list[str]:
    document, language = citation["document"], citation["language"]
    named = language_name(language, page_language) if language != "und" else ""
    page = words["page_n"].format(page=citation["page"]) if citation["page"] else ""
    date = spoken_date(document["date"], page_language)
    said = (words.get(f"kind_{document['kind']}", ""), document["publisher"], date, named, page)
    return [part for part in said if part]


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", text)
