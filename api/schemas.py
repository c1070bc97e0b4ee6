"""The bodies of requests; unknown fields are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.questions import check_question, clean, read_filters, read_language
from helpdesk_bot.answers import Question, Turn
from helpdesk_bot.settings import Settings

MAX_TURNS = 20
MAX_TURN_CHARS = 4000
MAX_FILTER_VALUES = 50

FilterValues = str | Annotated[list[str], Field(max_length=MAX_FILTER_VALUES)]


def filter_pairs(filters: Mapping[str, str | list[str]]) -> list[tuple[str, str]]:
    """Return filters as pairs of a field and one allowed value."""
    return [
        (name, value)
        for name, values in filters.items()
        for value in ([values] if isinstance(values, str) else values)
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
    filters: dict[str, FilterValues] = Field(
        default_factory=dict,
        description="Only these documents: kind, language, theme, region, publisher, source, year.",
    )
    conversation_id: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,32}$")
    history: list[TurnBody] = Field(default_factory=list, max_length=MAX_TURNS)
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
            history=tuple(Turn(turn.role, clean(turn.text)) for turn in self.history),
            depth=self.depth,  # None: the setting's, and a busy server may answer faster
        )
