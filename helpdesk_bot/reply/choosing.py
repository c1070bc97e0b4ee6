"""Which of the documents found are listed: those quoted, then the nearest, few of a kind, none twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

from helpdesk_bot.reply.searching import Findings, FoundDocument
from index.chunks import DocumentInfo

MOST_RESOURCES = 8
MOST_OF_A_KIND = 3

SAME_TITLE = 0.8
"""Share of words that two titles of a kind have in common when one text was published twice.

The numbers have to be the same: reports on two years differ in nothing else.
"""


def choose_documents(
    findings: Findings, cited: Sequence[str], outdated: Collection[str], language: str
) -> tuple[FoundDocument, ...]:
    """Choose the documents of a reply.

    A document that is not in force today is listed only if it is cited. Of one
    publication in several languages, the one that is cited or else the
    asker's is listed; of documents with one title, the first.

    Args:
        findings: what was found.
        cited: ids of the documents that are listed in any case, the most important first.
        outdated: ids of the documents that are not in force today.
        language: the asker's.
    """
    place = {document_id: rank for rank, document_id in enumerate(cited)}
    near = [item for item in findings.documents if item.nearness >= findings.least]
    wanted = [item for item in findings.documents if item.document.document_id in place]
    wanted.sort(key=lambda item: place[item.document.document_id])
    others = [
        item
        for item in near
        if item.document.document_id not in place and item.document.document_id not in outdated
    ]
    chosen: list[FoundDocument] = []
    n_of_kind: dict[str, int] = {}
    for item in wanted + _own_language_first(others, language):
        quoted = item.document.document_id in place
        full = n_of_kind.get(item.document.kind, 0) >= MOST_OF_A_KIND and not quoted
        if full or len(chosen) == MOST_RESOURCES:
            continue
        if any(_repeats(item.document, other.document) for other in chosen):
            continue
        n_of_kind[item.document.kind] = n_of_kind.get(item.document.kind, 0) + 1
        chosen.append(item)
    return tuple(chosen)


def _own_language_first(documents: Sequence[FoundDocument], language: str) -> list[FoundDocument]:
    """Put an edition in the asker's language into the place of the first edition found."""
    ordered = list(documents)
    for place, item in enumerate(ordered):
        if item.document.language == language:
            continue
        for later in range(place + 1, len(ordered)):
            other = ordered[later].document
            if other.language == language and _same_publication(item.document, other):
                ordered[place], ordered[later] = ordered[later], ordered[place]
                break
    return ordered


def _same_publication(one: DocumentInfo, two: DocumentInfo) -> bool:
    """Tell whether two documents are one publication in two languages, by their address, kind and region."""
    return (
        bool(one.url)
        and (one.url, one.kind, one.region) == (two.url, two.kind, two.region)
        and one.language != two.language
    )


def _repeats(one: DocumentInfo, two: DocumentInfo) -> bool:
    """Tell whether a document adds nothing: another edition, or a title that is nearly the same."""
    if _same_publication(one, two):
        return True
    first, second = _words(one.title), _words(two.title)
    if first == second:
        return True
    shared, all_of_them = set(first) & set(second), set(first) | set(second)
    alike = len(shared) >= SAME_TITLE * len(all_of_them)
    numbers = [sorted(word for word in words if any(map(str.isdigit, word))) for words in (first, second)]
    return alike and numbers[0] == numbers[1] and (one.kind, one.language) == (two.kind, two.language)


def _words(title: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", title).casefold()
    return "".join(char if char.isalnum() or unicodedata.combining(char) else " " for char in folded).split()
