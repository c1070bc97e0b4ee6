"""The value that the steps of an answer hand on; each step returns a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from corpus.subjects import Subjects
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
from helpdesk_bot.clarifying import Meaning
from helpdesk_bot.judging_parts import JudgedPart
from helpdesk_bot.reading import ReadExcerpt
from helpdesk_bot.review.policy import Wanted
from helpdesk_bot.understanding import Understanding
from index.retrieval import Retrieval

_EXTRACTIVE = EngineInfo("extractive")
_NO_REVIEW = Review()
_NO_SUBJECTS = Subjects()


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer in the making. ``outcome`` is ``None`` until a step has decided it.

    ``kinds``: of resources that the question asks for, among which alone was searched.
    ``asked_parts``: those of a question of several parts, judged one by one.
    ``meanings``: what a question that is asked back could mean. ``subjects``:
    what the documents are about, where a question is far from them.
    ``banked``: by which entry of the answer bank it was answered, if by one.
    ``review_wanted``: what the release policy says; ``held_back``: what was
    written, where it is given only once an expert has released it.
    ``list_goes_on``: the list that is quoted is longer than an answer may be.
    """

    question: Question
    answer_id: str
    conversation_id: str
    created_at: str
    text: str
    depth: Depth
    understanding: Understanding | None = None
    kinds: frozenset[str] = frozenset()
    retrieval: Retrieval | None = None
    evidence: tuple[Evidence, ...] = ()
    read: tuple[ReadExcerpt, ...] = ()
    asked_parts: tuple[JudgedPart, ...] = ()
    meanings: tuple[Meaning, ...] = ()
    subjects: Subjects = _NO_SUBJECTS
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
    banked: Mapping[str, Any] = field(default_factory=dict)
    review_wanted: Wanted | None = None
    held_back: Draft | None = None
    notes: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    list_goes_on: bool = False

    @property
    def day(self) -> str:
        """The day of the answer where this machine is, ISO 8601: what holds is a matter of days."""
        return datetime.fromisoformat(self.created_at).astimezone().date().isoformat()

    @property
    def language(self) -> str:
        """The language that the answer is written in."""
        return self.understanding.answer_language if self.understanding else "en"
