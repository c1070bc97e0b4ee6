"""The bodies of requests; unknown fields are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from api.questions import check_question, clean, read_filters, read_language
from helpdesk_bot.answers import Question, Turn
from helpdesk_bot.settings import Settings

MAX_TURNS = 20
MAX_TURN_CHARS = 4000
MAX_FILTER_VALUES = 50

FilterValue = str | StrictInt
"""A year is written as a number as often as in quotes."""

FilterValues = FilterValue | Annotated[list[FilterValue], Field(max_length=MAX_FILTER_VALUES)]


def filter_pairs(filters: Mapping[str, FilterValue | list[FilterValue]] | None) -> list[tuple[str, str]]:
    """Return filters as pairs of a field and one allowed value; none are as good as empty ones."""
    return [
        (name, str(value))
        for name, values in (filters or {}).items()
        for value in (values if isinstance(values, list) else [values])
    ]


class TurnBody(BaseModel):
    """One earlier message of the conversation."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    text: str = Field(max_length=MAX_TURN_CHARS)


class AskBody(BaseModel):
    """A question."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"question": "Which regions use AI for citizen services?", "language": "sv"}
        },
    )

    question: str = Field(description="1 to 2,000 characters (the limit is a setting).")
    language: str | None = Field(None, description="Language of the answer; default: the question's.")
    filters: dict[str, FilterValues] | None = Field(
        default=None,
        description="Only these documents: kind, language, theme, region, publisher, source, year.",
    )
    conversation_id: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,32}$")
    history: list[TurnBody] | None = Field(default=None, max_length=MAX_TURNS)
    depth: Literal["fast", "deep"] | None = Field(
        default=None, description="Thoroughness; default: the setting. What was used stands in the trace."
    )

    def to_question(self, settings: Settings) -> Question:
        """Return the question as a value, cleaned.

        Raises:
            QuestionRefused: empty, too long, or with filters that do not exist.
        """
        return Question(
            text=check_question(self.question, settings.max_question_chars),
            language=read_language(self.language),
            filters=read_filters(filter_pairs(self.filters)),
            conversation_id=self.conversation_id,
            history=tuple(Turn(turn.role, clean(turn.text)) for turn in self.history or ()),
            depth=self.depth,  # None: the setting's, and a busy server may answer faster
        )
