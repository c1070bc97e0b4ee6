"""An answer: one value, whichever engine wrote it, and its JSON (docs: the answer's shape)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Outcome = Literal[
    "answered",
    "partial",
    "clarification",
    "unanswerable_not_in_documents",
    "unanswerable_out_of_scope",
    "blocked_personal_data",
    "blocked_guardrail",
    "error_engine",
    "error_timeout",
]
Verification = Literal["supported", "unsupported", "not_checked"]
Depth = Literal["fast", "deep"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked. ``filters`` maps a field to its allowed values; empty means all documents.

    ``depth`` and ``language``: ``None`` means the setting's, and the question's own.
    ``notes``: what the way in has to say about it; they stand first in the trace's notes.
    """

    text: str
    language: str | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conversation_id: str | None = None
    history: tuple[Turn, ...] = ()
    depth: Depth | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """The document version behind a citation."""

    document_id: str
    title: str
    kind: str
    publisher: str | None
    date: str | None
    language: str
    url: str | None
    source: str
    version: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands; offsets are code points of the version's text."""

    citation_id: str
    number: int
    passage_id: str
    document: CitedDocument
    page: int | None
    heading_path: tuple[str, ...]
    start_char: int
    end_char: int
    quote: str
    language: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the answer; ``score`` is the support, 0..1."""

    text: str
    citations: tuple[str, ...]
    verification: Verification
    score: float


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The words that answer; offsets count within the quote of its citation."""

    text: str
    citation_id: str
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class Related:
    """A resource worth reading, with one line saying why."""

    kind: str
    title: str
    document_id: str
    why: str
    url: str | None
    citation_id: str | None


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Who wrote the answer."""

    name: Literal["extractive", "generative", "answer_bank"]
    model: str | None = None
    prompt_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """Whether a person has to look at the answer, and why.

    ``approved_at``, ``approved_by``: of an answer out of the answer bank, and only there.
    """

    status: str = "not_required"
    required_because: tuple[str, ...] = ()
    approved_at: str | None = None
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer, enough to show it, check it and replay it."""

    answer_id: str
    conversation_id: str
    created_at: str
    question: str
    question_language: str
    answer_language: str
    outcome: Outcome
    outcome_reason: str | None
    confidence: float
    engine: EngineInfo
    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    short_answer: ShortAnswer | None
    related: tuple[Related, ...]
    review: Review
    trace: Mapping[str, Any]


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as the JSON document of the contract (tuples become lists)."""
    document: dict[str, Any] = _plain(asdict(answer))
    for name in ("approved_at", "approved_by"):
        if document["review"][name] is None:
            del document["review"][name]
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
