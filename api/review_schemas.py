"""The bodies and replies of the review desk's routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from helpdesk_bot.review.policy import DEFAULT
from helpdesk_bot.review.values import MAX_CITATIONS, MAX_SENTENCE_CHARS, MAX_SENTENCES, Risk

MAX_VERSION = 2**31 - 1
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Version = Annotated[int, Field(ge=0, le=MAX_VERSION, description="Of the item, as you saw it.")]
Words = Annotated[str, Field(min_length=1, max_length=4000)]

_FORBID = ConfigDict(extra="forbid")


_SENTENCE = {"text": "492 officials took part.", "citations": ["cit_0123456789abcdef"]}


def _example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": value})


class SentenceBody(BaseModel):
    """One sentence and the citations that it rests on."""

    model_config = _FORBID

    text: str = Field(max_length=MAX_SENTENCE_CHARS)
    citations: list[Id] = Field(default_factory=list, max_length=MAX_CITATIONS)


class CitationBody(BaseModel):
    """A citation that the text uses; a new one names its passage and span (the quote is read again)."""

    model_config = ConfigDict(extra="ignore")  # a whole citation may be sent back as it came

    citation_id: Id
    passage_id: Id | None = None
    start_char: int | None = Field(None, ge=0, le=MAX_VERSION)
    end_char: int | None = Field(None, ge=0, le=MAX_VERSION)


class TextBody(BaseModel):
    """A text as an editor sends it."""

    model_config = _example({"sentences": [_SENTENCE], "citations": []})

    sentences: list[SentenceBody] = Field(max_length=MAX_SENTENCES)
    citations: list[CitationBody] = Field(default_factory=list, max_length=MAX_CITATIONS)

    def parts(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return sentences and citations as plain values."""
        return (
            [sentence.model_dump() for sentence in self.sentences],
            [citation.model_dump(exclude_none=True) for citation in self.citations],
        )


class SaveBody(TextBody):
    """A text to be saved, begun at a version of the item."""

    model_config = _example(
        {
            "version": 1,
            "sentences": [{"text": "492 officials took part.", "citations": ["cit_0123456789abcdef"]}],
            "citations": [],
        }
    )

    version: Version


class AutosaveBody(TextBody):
    """What somebody is writing."""

    model_config = _example({"base_version": 1, "sentences": [_SENTENCE], "citations": []})

    base_version: Version


class AssignBody(BaseModel):
    """Who gets the question: ``me``, an account's id, or nobody."""

    model_config = _example({"version": 1, "to": "me"})

    version: Version
    to: Id | None


class ReturnBody(BaseModel):
    """A message to the asker instead of an answer."""

    model_config = _example({"version": 1, "message": "Which region do you mean?"})

    version: Version
    message: Words


class MergeBody(BaseModel):
    """The question whose reply this one gets."""

    model_config = _example({"version": 1, "into": "0123456789abcdef0123456789abcdef"})

    version: Version
    into: Id


class ReasonBody(BaseModel):
    """Why a question is closed or opened again."""

    model_config = _example({"version": 1, "reason": "Asked for something else."})

    version: Version
    reason: Words


class NoteBody(BaseModel):
    """A note to colleagues."""

    model_config = _example({"text": "Could somebody check the year?"})

    text: Words


class CiteBody(BaseModel):
    """A span of a passage; without one, its first sentences."""

    model_config = _example({"passage_id": "0123456789abcdef", "start_char": 1032, "end_char": 1189})

    passage_id: Id
    start_char: int | None = Field(None, ge=0, le=MAX_VERSION)
    end_char: int | None = Field(None, ge=0, le=MAX_VERSION)


class ResponsibilityBody(BaseModel):
    """Why a sentence that its passages do not show is released all the same."""

    model_config = _FORBID

    sentence: int = Field(ge=0, lt=MAX_SENTENCES, description="Its position, from 0.")
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class ReleaseBody(BaseModel):
    """The release of the saved text."""

    model_config = _example(
        {"version": 3, "responsibility": [], "reason": "The year was wrong.", "changes_seen": []}
    )

    version: Version
    responsibility: list[ResponsibilityBody] = Field(default_factory=list, max_length=MAX_SENTENCES)
    reason: str = Field("", max_length=1000, description="Why the text was edited.")
    changes_seen: list[Id] = Field(
        default_factory=list,
        max_length=MAX_CITATIONS,
        description="`change_id` of each quoted document that changed, as the refusal lists them: that you "
        "have seen it and release all the same.",
    )


class RequestBody(BaseModel):
    """A question for an expert: about an answer of a conversation, or straight away."""

    model_config = _example(
        {"question": "Which grants exist for small ports?", "consent": True, "language": "en"}
    )

    answer_id: Id | None = None
    question: str | None = Field(None, max_length=2000)
    conversation_id: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,32}$")
    note: str | None = Field(None, max_length=2000)
    email: str | None = Field(
        None, max_length=320, description="Where you want to be told; kept until the message is written."
    )
    consent: bool = Field(description="That this goes to an expert, and the address is used for the reply.")
    language: str | None = Field(None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


class Requested(BaseModel):
    """Where the question stands."""

    item_id: str
    status: Literal["queued"]
    conversation_id: str


class RuleBody(BaseModel):
    """One rule of the release policy; null means any theme or risk."""

    model_config = _FORBID

    theme: str | None = Field(None, max_length=200)
    risk: Literal["high", "normal", "low"] | None = None
    release: Literal["none", "after", "before"]


class PolicyBody(BaseModel):
    """The release policy: of the rules the first that holds wins."""

    model_config = _example(
        {"rules": [{"theme": "health", "risk": None, "release": "before"}], "otherwise": "after"}
    )

    rules: list[RuleBody] = Field(default_factory=list, max_length=200)
    otherwise: Literal["none", "after", "before"] = "after"
    sensitive_themes: list[Annotated[str, Field(max_length=200)]] = Field(
        default_factory=list, max_length=200
    )
    low_confidence: float = Field(0.5, ge=0, le=1)
    queue_unanswerable: bool = True
    every_answer: bool = False
    due_hours: dict[Risk, Annotated[float, Field(gt=0, le=8760)]] = Field(
        default_factory=lambda: dict(DEFAULT.due_hours)
    )
    own_themes_only: bool = False


class Listing(BaseModel):
    """Which questions of the queue."""

    model_config = _FORBID

    state: Literal["open", "queued", "in_review", "released", "returned", "merged", "closed", "any"] = "open"
    theme: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list, max_length=50)
    reason: list[Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]] = Field(
        default_factory=list, max_length=10
    )
    risk: list[Literal["high", "normal", "low"]] = Field(default_factory=list, max_length=3)
    language: list[Annotated[str, Field(pattern=r"^[A-Za-z-]{2,8}$")]] = Field(
        default_factory=list, max_length=50
    )
    assigned: Id | None = Field(None, description="`me`, `nobody` or an account's id.")
    q: str = Field("", max_length=200, description="Words that all stand in the question.")
    overdue: bool = False
    own: Literal["first", "only", "all"] = "first"
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=200)


class Page(BaseModel):
    """A page of the queue."""

    items: list[dict[str, Any]]
    next: str | None
    counts: dict[str, int]
    facets: dict[str, Any] | None = None


class Search(BaseModel):
    """A search over the passages."""

    model_config = _FORBID

    q: str = Field(min_length=1, max_length=2000)
    language: str | None = Field(
        None, pattern=r"^[A-Za-z]{2,3}$", description="Of the words; told if not given."
    )
    limit: int = Field(10, ge=1, le=50)
    source: list[Annotated[str, Field(max_length=300)]] = Field(default_factory=list, max_length=50)
    theme: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list, max_length=50)
    kind: list[Annotated[str, Field(max_length=50)]] = Field(default_factory=list, max_length=50)


Item = dict[str, Any]
