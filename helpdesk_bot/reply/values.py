"""A helpdesk reply as a value, and its JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from helpdesk_bot.answers import Citation, EngineInfo, Outcome

StatementKind = Literal["framed", "listed", "quoted", "written"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece of the direct answer.

    ``framed`` and ``listed`` (an item) are our own words, ``quoted`` is a quote on
    one line, ``written`` a chat model's sentence. ``language`` is the text's,
    ``numbers`` are those of the citations behind it.
    """

    kind: StatementKind
    text: str
    language: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyShortAnswer:
    """The words that answer, out of the quote of a citation, in the quote's language."""

    text: str
    language: str
    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of a resource: a quote with its citation's number, or our own words without one.

    Items of a list that are quoted together stand on a line of ``text`` each.
    """

    kind: Literal["quoted", "framed"]
    text: str
    language: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A document worth reading, and what makes it so.

    ``url`` is ``None`` unless it is a web address that may be linked to.
    ``cited_by``: numbers of the direct answer's quotes from it. ``conditions``:
    a quote that says what it takes, for good practices and projects that do.
    ``in_force``: today; what is not is listed only if the direct answer cites
    it. ``replaced_by``: the title of a document in force that replaces this one.
    """

    kind: str
    title: str
    document_id: str
    version: int
    source: str
    publisher: str | None
    date: str | None
    language: str
    region: str | None
    themes: tuple[str, ...]
    url: str | None
    cited_by: tuple[int, ...]
    line: Line
    conditions: Line | None
    in_force: bool
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """The resources of one kind; ``heading`` names it in the asker's language."""

    kind: str
    heading: str
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to one question; it says nothing that its answer does not, and adds what to read.

    ``citations`` hold every quote in it, by number. ``offer`` is the way on to
    an expert, ``origin`` how the reply came about; empty where neither is due.
    """

    answer_id: str
    conversation_id: str
    created_at: str
    question: str
    question_language: str
    language: str
    outcome: Outcome
    outcome_reason: str | None
    confidence: float
    engine: EngineInfo
    short_answer: ReplyShortAnswer | None
    direct: tuple[Statement, ...]
    groups: tuple[Group, ...]
    citations: tuple[Citation, ...]
    offer: str
    origin: str

    @property
    def refuses(self) -> bool:
        """Whether the documents do not answer, so that the resources are only the nearest there are."""
        return self.outcome.startswith("unanswerable")


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """Return the reply as a JSON document (tuples become lists)."""
    document: dict[str, Any] = _plain(asdict(reply))
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
