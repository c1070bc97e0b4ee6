"""One question as its page shows it: the facts, the text in the editor, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from api.answer_view import language_tag
from api.review_view.texts import Working
from api.review_view.wording import (
    BADGES,
    Words,
    badge_list,
    due,
    event,
    finding,
    moment,
    named,
    span,
    spoken,
)


def facts(item: Mapping[str, Any], words: Words, page_language: str, account_id: str) -> dict[str, Any]:
    """Return what stands at the head of the page."""
    holder = item["assigned_to"]
    is_open = item["state"] in ("queued", "in_review")
    confidence = item["confidence"]
    return {
        "item_id": item["item_id"],
        "version": item["version"],
        "question": item["question"],
        "lang": language_tag(item["question_language"]),
        "language": spoken(item["question_language"], page_language),
        "answer_lang": language_tag(item["answer_language"]),
        "answer_language": spoken(item["answer_language"], page_language),
        "state": named(words, "state", item["state"]),
        "state_badge": BADGES.get(item["state"], ""),
        "is_open": is_open,
        "reasons": badge_list(words, "reason", item["reasons"]),
        "risk": named(words, "risk", item["risk"]),
        "is_risky": item["risk"] == "high",
        "themes": ", ".join(item["themes"]),
        "held": item["held"],
        "asked": moment(item["created_at"]),
        "asked_iso": item["created_at"],
        "age": span(words, item["age_s"]),
        "due": due(words, item["due_at"], datetime.now(UTC)) if is_open else "",
        "due_at": moment(item["due_at"]),
        "due_iso": item["due_at"],
        "is_overdue": item["is_overdue"],
        "confidence": None if confidence is None else round(confidence * 100),
        "outcome": named(words, "outcome", item["outcome"]) if item["outcome"] else "",
        "holder": holder["name"] if holder else "",
        "is_mine": bool(holder) and holder["account_id"] == account_id,
        "released_at": moment(item["released_at"]),
        "released_by": item["released_by"] or "",
        "merged_into": item["merged_into"],
        "message": item["message"] or "",
        "requests": [one | {"at": moment(one["at"])} for one in item["requests"]],
        "notes": [one | {"iso": one["at"], "at": moment(one["at"])} for one in item["notes"]],
        "timeline": [event(words, one) for one in item["timeline"]],
        "kept": [one | {"at": moment(one["saved_at"])} for one in item["kept"]],
    }


def sentence_rows(
    working: Working, verified: Sequence[Mapping[str, Any]], numbers: Mapping[str, int], words: Words
) -> list[dict[str, Any]]:
    """Return the rows of the editor, each with its verdict and why it has it.

    Args:
        working: the text in the editor.
        verified: the same sentences with their verdicts.
        numbers: of the citations, by id.
        words: the page's words.
    """
    return [
        {
            "index": index,
            "text": one["text"],
            "citations": [cited for cited in one["citations"] if cited in numbers],
            "verification": checked["verification"],
            "badge": BADGES.get(checked["verification"], ""),
            "verdict": words[f"verdict_{checked['verification']}"],
            "findings": [finding(words, reason) for reason in checked.get("reasons", ())],
        }
        for index, (one, checked) in enumerate(zip(working.sentences, verified, strict=True))
    ]


def is_changed(working: Working, text: Mapping[str, Any]) -> bool:
    """Return whether a text in the editor differs from the one that was saved."""
    saved = [(one["text"], list(one["citations"])) for one in text["sentences"]]
    return [(one["text"], list(one["citations"])) for one in working.sentences] != saved
