"""What the review desk works with: people, texts in sentences, and the closed lists of what can be."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from helpdesk_bot.answers import Verification
from helpdesk_bot.review.errors import BadText

Reason = Literal[
    "low_confidence",
    "unanswerable",
    "asked_for_expert",
    "reported",
    "sensitive_theme",
    "every_answer",
    "source_changed",
]
State = Literal["queued", "in_review", "released", "returned", "merged", "closed"]
Risk = Literal["high", "normal", "low"]

OPEN: tuple[State, ...] = ("queued", "in_review")
RISKS: tuple[Risk, ...] = ("high", "normal", "low")
"""The highest first."""

MAX_SENTENCES = 100
MAX_SENTENCE_CHARS = 4000
MAX_CITATIONS = 40
"""Kept with a text while it is edited; what is released keeps to the limits of an answer."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who does something at the desk. ``themes``: what they are asked about; none means everything."""

    account_id: str
    name: str
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a sentence is marked: a stable code, what it is about, and the reason in English."""

    code: str
    value: str
    message: str

    def to_json(self) -> dict[str, str]:
        """Return the finding as JSON."""
        return {"code": self.code, "value": self.value, "message": self.message}


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """One sentence of a text with the citations that it rests on, and what its last check said."""

    text: str
    citations: tuple[str, ...] = ()
    verification: Verification = "not_checked"
    score: float = 0.0
    reasons: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the sentence as JSON."""
        return {
            "text": self.text,
            "citations": list(self.citations),
            "verification": self.verification,
            "score": self.score,
            "reasons": [reason.to_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Content:
    """A text: its language, its sentences, and every citation that it may use, by id."""

    language: str
    sentences: tuple[DraftSentence, ...] = ()
    citations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The sentences as running text, one a line."""
        return "\n".join(sentence.text for sentence in self.sentences)

    def says(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return what two texts are compared by: words and citations, not the checks."""
        return tuple((sentence.text, sentence.citations) for sentence in self.sentences)

    def to_json(self) -> dict[str, Any]:
        """Return the text as it is stored and sent."""
        return {
            "language": self.language,
            "sentences": [sentence.to_json() for sentence in self.sentences],
            "citations": [dict(citation) for citation in self.citations.values()],
        }


def content_from(document: Mapping[str, Any]) -> Content:
    """Return a stored text as a value."""
    return Content(
        document["language"],
        tuple(
            DraftSentence(
                item["text"],
                tuple(item["citations"]),
                item.get("verification", "not_checked"),
                float(item.get("score", 0.0)),
                tuple(Finding(**reason) for reason in item.get("reasons", ())),
            )
            for item in document["sentences"]
        ),
        {citation["citation_id"]: citation for citation in document["citations"]},
    )


def content_of_answer(answer: Mapping[str, Any]) -> Content:
    """Return what the machine wrote, to be edited: its sentences and all its citations."""
    return content_from(
        {
            "language": answer["answer_language"],
            "sentences": answer["sentences"],
            "citations": answer["citations"],
        }
    )


def sentences_from(given: Sequence[Mapping[str, Any]]) -> tuple[DraftSentence, ...]:
    """Return the sentences that an editor sends, NFC, white space collapsed, empty ones left out.

    Raises:
        BadText: too many or too long.
    """
    if len(given) > MAX_SENTENCES:
        raise BadText(f"A text holds at most {MAX_SENTENCES} sentences.")
    sentences = []
    for item in given:
        text = clean(str(item["text"]))
        if len(text) > MAX_SENTENCE_CHARS:
            raise BadText(f"A sentence has at most {MAX_SENTENCE_CHARS} characters.")
        if text:
            cited = tuple(dict.fromkeys(str(each) for each in item.get("citations", ())))
            sentences.append(DraftSentence(text, cited))
    return tuple(sentences)


def clean(text: str) -> str:
    """Return a text NFC, without control characters and half characters, white space collapsed."""
    kept = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", text)
        if char.isspace() or unicodedata.category(char) not in ("Cc", "Cs", "Co")
    )
    return " ".join(kept.split())


def folded(text: str) -> str:
    """Return a text as it is looked up: NFC, casefolded, one space between words."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def new_id() -> str:
    """Return a fresh random id of 128 bits."""
    return uuid.uuid4().hex


def moment(ahead_hours: float = 0.0) -> str:
    """Return the time, or so many hours later, as the tables keep it: UTC, to the millisecond."""
    at = datetime.now(UTC) + timedelta(hours=ahead_hours)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
