"""Citations as the desk shows them: the source text around the quote, where it stands, where to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from api.answer_view import language_tag, original_address, passage_address, web_address
from api.review_view.texts import reference
from api.review_view.wording import Words, spoken
from helpdesk_bot.reply.wording import spoken_date
from helpdesk_bot.review.standing import SourceChange, is_reusable

SNIPPET_CHARS = 90
"""Of a quote, in a list to choose from."""


def cards(
    citations: Sequence[Mapping[str, Any]],
    around: Sequence[Mapping[str, Any]],
    words: Words,
    page_language: str,
) -> list[dict[str, Any]]:
    """Return a card for each citation, numbered from 1 in the order of the editor.

    Args:
        citations: whole citations.
        around: what the desk knows of them: text before and after, whether they are still exact.
        words: the page's words.
        page_language: the language of those words.
    """
    known = {one["citation"]["citation_id"]: one for one in around}
    return [
        card(one, known.get(one["citation_id"], {}), number, words, page_language)
        for number, one in enumerate(citations, 1)
    ]


def card(
    citation: Mapping[str, Any], around: Mapping[str, Any], number: int, words: Words, page_language: str
) -> dict[str, Any]:
    """Return what is shown of one citation."""
    document = citation["document"]
    document_id, version, page = document["document_id"], document["version"], citation["page"]
    language = language_tag(citation["language"])
    about = (
        words.get(f"kind_{document['kind']}", ""),
        document["publisher"],
        spoken_date(document["date"], page_language),
        spoken(language, page_language),
        words["version_n"].format(version=version),
    )
    place = [words["page_n"].format(page=page)] if page else []
    place += [" › ".join(citation["heading_path"])] if citation["heading_path"] else []
    quoted = citation["quote"]
    newest = around.get("document_version_now")
    return {
        "number": number,
        "id": citation["citation_id"],
        "reference": reference(citation),
        "title": document["title"],
        "title_lang": language_tag(document["language"]),
        "about": " · ".join(str(part) for part in about if part),
        "place": " · ".join(place),
        "before": around.get("before", ""),
        "quote": quoted,
        "snippet": quoted if len(quoted) <= SNIPPET_CHARS else quoted[:SNIPPET_CHARS].rstrip() + " …",
        "after": around.get("after", ""),
        "lang": language,
        "text_page": passage_address(document_id, version, citation["start_char"], citation["end_char"]),
        "original": original_address(document_id, version, page),
        "original_label": words["open_page"].format(page=page) if page else words["open_original"],
        "official": web_address(document["url"]),
        "is_exact": around.get("is_exact", True),
        "is_withdrawn": around.get("document_status") == "withdrawn",
        "is_old": newest is not None and newest != version,
    }


def results(passages: Sequence[Mapping[str, Any]], words: Words, page_language: str) -> list[dict[str, Any]]:
    """Return the passages of a search, each with the citation that it would become."""
    shown = []
    for passage in passages:
        if not passage["citation"]:
            continue
        made = card(passage["citation"], {}, 0, words, page_language)
        made["text"] = passage["text"]
        made["passage"] = made["reference"].split(" ", 1)[1]
        shown.append(made)
    return shown


def source_change(words: Words, change: SourceChange) -> dict[str, Any]:
    """Return what became of a quoted document, in words, and where the new version can be read."""
    told = words[f"changed_{change.change}"].format(
        version=change.version, now=change.version_now, other=change.superseded_by or ""
    )
    stands = ""
    if change.quotes_stand is not None:
        stands = words["changed_quote_stands" if change.quotes_stand else "changed_quote_gone"]
    newest = f"/documents/{quote(change.document_id, safe='')}"
    return {
        "id": change.change_id,
        "title": change.title,
        "lang": language_tag(change.language),
        "told": told,
        "stands": stands,
        "sentences": [number + 1 for number in change.sentences],
        "is_reusable": is_reusable([change]),
        "text_page": newest if change.change == "replaced" else None,
    }
