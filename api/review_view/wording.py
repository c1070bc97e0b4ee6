"""Codes, moments and spans of time in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from helpdesk_bot.phrases import language_name

Words = Mapping[str, str]

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400

BADGES: Mapping[str, str] = {
    "supported": "good",
    "unsupported": "bad",
    "not_checked": "warn",
    "queued": "info",
    "in_review": "info",
    "released": "good",
    "returned": "plain-mark",
    "merged": "plain-mark",
    "closed": "plain-mark",
}
"""The look of a state or verdict; its words stand beside it."""


_SAID = ("message", "reason", "note", "text", "title")
"""Of an event's detail, what is shown with it: the first that there is."""


def named(words: Words, prefix: str, code: str | None) -> str:
    """Return the words for a code; one that the page does not know is shown as it is, in plain letters."""
    return words.get(f"{prefix}_{code}", (code or "").replace("_", " "))


def moment(iso: str | None) -> str:
    """Return a moment of the database (UTC, ISO 8601) as people read it: ``2026-11-22 10:31 UTC``."""
    if not iso:
        return ""
    at = datetime.fromisoformat(iso).astimezone(UTC)
    return f"{at:%Y-%m-%d %H:%M} UTC"


def span(words: Words, seconds: float) -> str:
    """Return a length of time in its largest unit."""
    seconds = abs(seconds)
    if seconds >= DAY_S:
        return words["span_days"].format(n=round(seconds / DAY_S))
    if seconds >= HOUR_S:
        return words["span_hours"].format(n=round(seconds / HOUR_S))
    return words["span_minutes"].format(n=max(1, round(seconds / MINUTE_S)))


def due(words: Words, due_at: str, now: datetime) -> str:
    """Return how long is left until a question is due, or for how long it has been overdue."""
    left = (datetime.fromisoformat(due_at) - now).total_seconds()
    return words["due_in" if left >= 0 else "due_late"].format(span=span(words, left))


def spoken(code: str | None, page_language: str) -> str:
    """Return the name of a language in the page's language; nothing where it is not known."""
    return "" if not code or code == "und" else language_name(code, page_language)


def finding(words: Words, reason: Mapping[str, Any]) -> str:
    """Return why a sentence has its verdict."""
    text = words.get(f"finding_{reason['code']}")
    if text is None:
        return str(reason.get("message") or reason["code"])
    return text.replace("{value}", str(reason.get("value") or reason.get("message") or ""))


def event(words: Words, given: Mapping[str, Any]) -> dict[str, str]:
    """Return one line of the timeline: who did what, when, and what they wrote about it."""
    detail: Mapping[str, Any] = given.get("detail") or {}
    said = next((detail[key] for key in _SAID if detail.get(key)), "")
    who = named(words, "who", given["who"]) if given["who"] in ("asker", "helpdesk") else str(given["who"])
    known = words.get(f"reason_{said}") or words.get(f"event_{given['what']}_{said}")
    what = given["what"]
    if what == "assigned" and detail.get("to") not in (None, given["who"]):
        what, said = "given", detail["to"]
    return {
        "iso": given["at"],
        "at": moment(given["at"]),
        "who": who,
        "what": named(words, "event", what),
        "said": known or str(said),
    }


def badge_list(words: Words, prefix: str, codes: Sequence[str]) -> list[str]:
    """Return the words of several codes."""
    return [named(words, prefix, code) for code in codes]
