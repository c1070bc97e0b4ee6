"""How an answer to a question of several parts is laid out, and what it says of the parts left open."""

from __future__ import annotations

from typing import Any

from helpdesk_bot.answers import Citation
from helpdesk_bot.draft import Draft
from helpdesk_bot.judging_parts import JudgedPart
from helpdesk_bot.phrases import Catalogue


def outcome_of(draft: Draft) -> dict[str, Any]:
    """Return outcome and reason of an answer, as changes to the draft."""
    if _is_partial(draft):
        return {"outcome": "partial", "outcome_reason": "part_not_in_documents"}
    return {"outcome": "answered"}


def by_part(draft: Draft) -> list[tuple[str, list[Citation]]]:
    """Return the citations below the part of the question that they answer, in the asker's words.

    A question of one part has one group without a heading. Parts that the same
    quotes answer share a group, and where one group is the whole answer it needs no heading.
    """
    groups: dict[tuple[str, ...], tuple[list[str], list[Citation]]] = {}
    for part in draft.asked_parts:
        if not part.is_answered:
            continue
        found = [item for item in draft.citations if _answers(item, part)]
        headings, _ = groups.setdefault(tuple(item.citation_id for item in found), ([], found))
        headings.append(f"**{plain(part.part.text)}**")
    if not groups or (len(groups) == 1 and not _is_partial(draft)):
        return [("", list(draft.citations))]
    return [(" · ".join(headings), found) for headings, found in groups.values()]


def opening(draft: Draft) -> str:
    """Return the key of the message that an answer opens with."""
    compares = any(part.part.is_compared and part.is_answered for part in draft.asked_parts)
    return "compared" if compares and draft.outcome == "answered" else draft.outcome or "answered"


def left_out(draft: Draft, phrases: Catalogue) -> list[str]:
    """Return what an answer says of what it does not hold.

    A line for each part, or side of a comparison, that the documents leave
    open, where they answer another; and one where the quoted list goes on.
    """
    lines = [phrases.text("list_goes_on")] if draft.list_goes_on else []
    if not _is_partial(draft):
        return lines
    open_parts = [part.part for part in draft.asked_parts if not part.is_answered]
    return lines + [
        phrases.text("side_missing" if part.is_compared else "part_missing", part=plain(part.text))
        for part in open_parts
    ]


def support_of(citation: Citation, draft: Draft) -> float:
    """Return how likely a quote answers what it is shown for, 0..1."""
    parts = [part.confidence for part in draft.asked_parts if part.is_answered and _answers(citation, part)]
    return max(parts, default=draft.confidence)


def plain(words: str) -> str:
    """Return an asker's words so that nothing in them is read as markup or as a citation."""
    return words.translate(_SIGNS)


_SIGNS = str.maketrans({"[": "(", "]": ")", "*": "", "\n": " "})


def _is_partial(draft: Draft) -> bool:
    answered = [part.is_answered for part in draft.asked_parts]
    return any(answered) and not all(answered)


def _answers(citation: Citation, part: JudgedPart) -> bool:
    return any(
        piece.candidate.passage.passage_id == citation.passage_id
        and piece.start_char < citation.end_char
        and citation.start_char < piece.end_char
        for piece in part.evidence
    )
