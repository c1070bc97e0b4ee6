"""How an answer stands, in the page's words: its outcome, what was checked, which documents it is from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from helpdesk_bot.phrases import language_name

Words = Mapping[str, str]


def standing(answer: Mapping[str, Any], words: Words, page_language: str) -> tuple[str, str]:
    """Return how an answer stands, as a code and in words: by its outcome, or by what an expert did."""
    review = answer["review"]
    if answer["engine"]["name"] == "answer_bank" or review["status"] == "approved":
        day = day_of(review.get("approved_at") or answer["created_at"], page_language)
        return "approved", words["status_approved"].format(date=day)
    if answer["outcome_reason"] == "awaiting_expert":
        return "waiting", words["status_waiting"]
    status = answer["outcome"].partition("_")[0]
    return status, words[f"status_{status}"]


def day_of(moment: str, language: str) -> str:
    """Return the day of a moment as a language writes it; the moment itself where it cannot be read."""
    from babel.dates import format_date

    try:
        return str(format_date(datetime.fromisoformat(moment).date(), format="long", locale=language))
    except ValueError:
        return moment


def narrowed(filters: Mapping[str, Sequence[str]], words: Words, page_language: str) -> str | None:
    """Return the line that says which documents alone were searched; ``None`` for all of them."""
    said = []
    for name, values in filters.items():
        labels = [value_label(name, value, words, page_language) for value in values]
        said.append(f"{words.get(f'filter_{name}', name)}: {', '.join(labels)}")
    return words["narrowed"].format(filters="; ".join(said)) if said else None


def value_label(name: str, value: str, words: Words, page_language: str) -> str:
    """Return what a filter's value is called: a kind or language by its name, a theme without its hyphens."""
    if name == "kind":
        return words.get(f"kind_{value}", value)
    if name == "language":
        return language_name(value, page_language)
    return re.sub(r"[-_]", " ", value) if name == "theme" else value


def verified(answer: Mapping[str, Any], words: Words) -> str | None:
    """Say how many sentences their sources show; nothing where nothing is claimed."""
    checked = [sentence["verification"] for sentence in answer["sentences"]]
    if answer["outcome"] not in ("answered", "partial") or not checked or set(checked) == {"not_checked"}:
        return None
    supported = checked.count("supported")
    if supported == len(checked):
        return words["verified_all"]
    return words["verified_some"].format(supported=supported, total=len(checked))
