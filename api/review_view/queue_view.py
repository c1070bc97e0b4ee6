"""The queue as its page shows it: what is asked for, rows, choices of the filters, where the next page is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from api.review_view.wording import BADGES, Words, badge_list, due, moment, named, span, spoken

STATES = ("open", "queued", "in_review", "released", "returned", "merged", "closed", "any")
REASONS = (
    "low_confidence",
    "unanswerable",
    "asked_for_expert",
    "reported",
    "sensitive_theme",
    "every_answer",
    "source_changed",
)
OWN = ("first", "only", "all")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the form of the queue asks for; an empty text means no filter."""

    q: str = ""
    state: str = "open"
    theme: str = ""
    reason: str = ""
    language: str = ""
    assigned: str = ""
    own: str = "first"
    overdue: bool = False

    def query(self, **more: str) -> str:
        """Return the filters as a query string, those left out that are as at first."""
        first = Filters()
        values = {
            name: "true" if getattr(self, name) is True else getattr(self, name)
            for name in self.__dataclass_fields__
            if getattr(self, name) != getattr(first, name)
        }
        return urlencode({key: value for key, value in (values | more).items() if value})

    @property
    def n_set(self) -> int:
        """How many filters are set."""
        return sum(getattr(self, name) != getattr(Filters(), name) for name in self.__dataclass_fields__)


def rows(
    items: Sequence[Mapping[str, Any]], words: Words, page_language: str, account_id: str
) -> list[dict[str, Any]]:
    """Return the rows of the table, each value in the page's words."""
    now = datetime.now(UTC)
    return [_row(item, words, page_language, account_id, now) for item in items]


def _row(
    item: Mapping[str, Any], words: Words, page_language: str, account_id: str, now: datetime
) -> dict[str, Any]:
    holder = item["assigned_to"]
    is_open = item["state"] in ("queued", "in_review")
    return {
        "item_id": item["item_id"],
        "version": item["version"],
        "question": item["question"],
        "lang": item["question_language"],
        "language": spoken(item["question_language"], page_language),
        "reasons": badge_list(words, "reason", item["reasons"]),
        "themes": item["themes"],
        "is_own": item["is_own"],
        "risk": item["risk"],
        "held": item["held"],
        "state": named(words, "state", item["state"]),
        "badge": BADGES.get(item["state"], ""),
        "age": span(words, item["age_s"]),
        "created_iso": item["created_at"],
        "created": moment(item["created_at"]),
        "due": due(words, item["due_at"], now) if is_open else "",
        "due_iso": item["due_at"],
        "due_at": moment(item["due_at"]),
        "is_overdue": item["is_overdue"],
        "is_open": is_open,
        "holder": holder["name"] if holder else "",
        "is_mine": bool(holder) and holder["account_id"] == account_id,
    }


def choices(
    listed: Mapping[str, Any], filters: Filters, words: Words, page_language: str, own_themes: Sequence[str]
) -> dict[str, list[tuple[str, str, bool]]]:
    """Return the options of each select of the form: value, words, whether it is chosen."""
    facets: Mapping[str, Any] = listed.get("facets") or {}
    items: Sequence[Mapping[str, Any]] = listed["items"]
    themes = facets.get("themes") or [theme for item in items for theme in item["themes"]]
    languages = facets.get("languages") or [item["question_language"] for item in items]
    people = facets.get("people") or [item["assigned_to"] for item in items if item["assigned_to"]]
    holders = [
        ("me", words["assigned_me"]),
        ("nobody", words["assigned_nobody"]),
        *{one["account_id"]: one["name"] for one in people}.items(),
    ]
    anything = ("", words["filter_any"])
    options = {
        "state": [(code, words[f"state_{code}"]) for code in STATES],
        "theme": [anything, *((theme, theme) for theme in _once(themes, own_themes, filters.theme))],
        "reason": [anything, *((code, words[f"reason_{code}"]) for code in REASONS)],
        "language": [
            anything,
            *((code, spoken(code, page_language) or code) for code in _once(languages, (), filters.language)),
        ],
        "assigned": [anything, *holders],
        "own": [(code, words[f"own_{code}"]) for code in OWN],
    }
    return {
        name: [(value, text, value == getattr(filters, name)) for value, text in pairs]
        for name, pairs in options.items()
    }


def _once(values: Sequence[str], more: Sequence[str], chosen: str) -> list[str]:
    return sorted({value for value in (*values, *more, chosen) if value})
