"""What the pages' forms send, also where scripts are off."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Form
from pydantic import BaseModel, Field

from api.schemas import AskBody

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,32}$")]
Choice = Annotated[str, Field(max_length=200)]

FILTER_FIELDS = {
    "kind": "kind",
    "theme": "theme",
    "region": "region",
    "year": "year",
    "language": "document_language",
}
"""Filters and the names that they have in the form, where ``language`` is the answer's."""


class AskForm(BaseModel):
    """A question, with the choices that stand beside it; an empty one is no choice."""

    question: Annotated[str, Field(max_length=40_000)] = ""
    language: Annotated[str, Field(max_length=20)] = "auto"
    conversation_id: Id = ""
    kind: Choice = ""
    theme: Choice = ""
    region: Choice = ""
    year: Choice = ""
    document_language: Choice = ""

    @property
    def filters(self) -> dict[str, str]:
        """The filters that were chosen."""
        given = {name: str(getattr(self, field)) for name, field in FILTER_FIELDS.items()}
        return {name: value for name, value in given.items() if value.strip()}

    def to_body(self) -> AskBody:
        """Return the same question as the API takes it."""
        return AskBody(
            question=self.question,
            language=self.language,
            conversation_id=self.conversation_id or None,
            filters=dict(self.filters),
        )


class ReplyForm(BaseModel):
    """Which recorded answer is saved, and as what."""

    answer_id: Id
    conversation_id: Id
    form: Literal["markdown", "docx"] = "markdown"


class FeedbackForm(BaseModel):
    """What an asker says of an answer."""

    answer_id: Id
    conversation_id: Id = ""
    helpful: Literal["yes", "no"]
    reason: Choice = ""
    note: Annotated[str, Field(max_length=4000)] = ""


class ExpertForm(BaseModel):
    """A question for an expert; ``consent`` is there when the box was ticked."""

    question: Annotated[str, Field(max_length=40_000)] = ""
    answer_id: Id = ""
    conversation_id: Id = ""
    email: Annotated[str, Field(max_length=400)] = ""
    note: Annotated[str, Field(max_length=4000)] = ""
    consent: Choice = ""


AskSent = Annotated[AskForm, Form()]
ReplySent = Annotated[ReplyForm, Form()]
FeedbackSent = Annotated[FeedbackForm, Form()]
ExpertSent = Annotated[ExpertForm, Form()]
