"""The value that the steps of an answer hand on; each step returns a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk_bot.answers import (
    Citation,
    Depth,
    EngineInfo,
    Outcome,
    Question,
    Related,
    Review,
    Sentence,
    ShortAnswer,
)
from helpdesk_bot.citations import Evidence
from helpdesk_bot.understanding import Understanding
from index.retrieval import Retrieval

_EXTRACTIVE = EngineInfo("extractive")
_NO_REVIEW = Review()


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer in the making. ``outcome`` is ``None`` until a step has decided it."""

    question: Question
    answer_id: str
    conversation_id: str
    created_at: str
    text: str
    depth: Depth
    understanding: Understanding | None = None
    retrieval: Retrieval | None = None
    evidence: tuple[Evidence, ...] = ()
    confidence: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)
    outcome: Outcome | None = None
    outcome_reason: str | None = None
    personal_data: tuple[str, ...] = ()
    engine: EngineInfo = _EXTRACTIVE
    answer_text: str = ""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    short_answer: ShortAnswer | None = None
    related: tuple[Related, ...] = ()
    review: Review = _NO_REVIEW
    notes: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language that the answer is written in."""
        return self.understanding.answer_language if self.understanding else "en"
