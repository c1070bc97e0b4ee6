"""The configuration of a system under test that is reached over HTTP: one TOML file.

``system = "openai"`` is any server that speaks OpenAI's chat completions,
``system = "http"`` any other JSON interface. ``examples/`` holds one of each.
A secret never stands in the file: a header says ``${NAME}`` and the value is
taken from that environment variable when the system is opened.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from evals.errors import UnknownSystemError
from evals.systems.pointers import is_pointer

_SECRET_HEADERS = re.compile(r"authorization|cookie|.*(key|token|secret|password).*", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_URL = re.compile(r"https?://[^\s/@?#]+(?::\d+)?(?:[/?][^\s#]*)?")

Outcome = Literal[
    "answered",
    "partial",
    "clarification",
    "unanswerable_not_in_documents",
    "unanswerable_out_of_scope",
    "blocked_personal_data",
    "blocked_guardrail",
]


class SystemConfigError(UnknownSystemError):
    """The configuration of a system is written wrongly: names file and field.

    Args:
        where: the file, or what the configuration is of.
        field: the field at fault, with dots between its parts; None for the whole.
        message: what is wrong, and how to mend it.
    """

    def __init__(self, where: str, field: str | None, message: str) -> None:
        self.field = field
        super().__init__(f"{where}: {message}" if field is None else f"{where}: field '{field}': {message}")


def _pointers(given: Any) -> Any:
    return (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else given


def _check_pointers(given: tuple[str, ...]) -> tuple[str, ...]:
    for text in given:
        if not is_pointer(text):
            raise ValueError(f"'{text}' is no JSON pointer; write it like /answer/text")
    return given


def _check_url(given: str) -> str:
    if not _URL.fullmatch(given):
        raise ValueError("must be an http:// or https:// address without user name, password and #")
    return given


def _check_headers(given: dict[str, str]) -> dict[str, str]:
    for name, value in given.items():
        if _SECRET_HEADERS.fullmatch(name) and not _VARIABLE.search(value):
            raise ValueError(f"'{name}' is a secret: write ${{NAME}} and set that environment variable")
    return given


Pointers = Annotated[tuple[str, ...], BeforeValidator(_pointers), AfterValidator(_check_pointers)]
"""One pointer or several; the first that leads to a value counts."""
Url = Annotated[str, AfterValidator(_check_url)]
Headers = Annotated[dict[str, str], AfterValidator(_check_headers)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CitationsConfig(_Table):
    """Where the citations stand, and within each (relative to it) what it says of its document.

    ``required``: False where the system leaves the list out when it cites
    nothing. ``marker``: a regular expression with one group, the number of a
    citation within the text; ``marker_base``: the number of the first one.
    Without a marker every sentence is taken to rest on every citation.
    """

    items: Pointers
    required: bool = True
    source: Pointers = ()
    title: Pointers = ()
    url: Pointers = ()
    quote: Pointers = ()
    score: Pointers = ()
    marker: str | None = None
    marker_base: Literal[0, 1] = 1

    @model_validator(mode="after")
    def _complete(self) -> CitationsConfig:
        if not (self.source or self.title or self.url):
            raise ValueError("needs source, title or url, to tell which document is cited")
        if self.marker is not None:
            try:
                n_groups = re.compile(self.marker).groups
            except re.error as error:
                raise ValueError(f"marker is no regular expression: {error}") from error
            if n_groups != 1:
                raise ValueError("marker needs exactly one group: the number of the citation")
        return self


class AnswerConfig(_Table):
    """Where the parts of an answer stand in the JSON.

    ``contract``: the JSON is this project's own answer document; nothing else
    is needed then. ``outcome`` with ``outcomes``: the system's word for how it
    went and what it means here. ``refusal``: a flag that is true (or a text
    that is not empty) when the system does not answer. ``refusal_phrases``:
    what this deployment says then, in its languages; matched anywhere in the
    answer, case folded, in NFC, white space squashed.
    """

    contract: bool = False
    text: Pointers = ()
    error: Pointers = ()
    outcome: Pointers = ()
    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    refusal: Pointers = ()
    refusal_phrases: tuple[str, ...] = ()
    confidence: Pointers = ()
    model: Pointers = ()
    prompt_tokens: Pointers = ()
    completion_tokens: Pointers = ()
    citations: CitationsConfig | None = None

    @model_validator(mode="after")
    def _complete(self) -> AnswerConfig:
        if self.contract == bool(self.text):
            raise ValueError("needs either text, the pointer to the answer's text, or contract = true")
        if self.outcome and not self.outcomes:
            raise ValueError("outcome needs the table outcomes, which says what each of its words means")
        if any(not phrase.strip() for phrase in self.refusal_phrases):
            raise ValueError("a refusal phrase is empty")
        return self


class PollConfig(_Table):
    """For a system that takes the question first and is asked for the answer until it is there (not 202)."""

    url: Pointers
    interval_s: float = Field(default=0.5, gt=0, le=60)


class _Reached(_Table):
    """What both kinds of system have.

    ``timeout_s``: for one request, from the first byte sent to the last one
    received. ``retries``: further tries after 429, 500, 502, 503, 504 or a
    connection that failed, the first after about ``backoff_s``, then doubling,
    or when the server says (``Retry-After``, at most a minute).
    """

    name: str | None = None
    headers: Headers = Field(default_factory=dict)
    timeout_s: float = Field(default=60.0, gt=0, le=3600)
    retries: int = Field(default=4, ge=0, le=20)
    backoff_s: float = Field(default=0.5, gt=0, le=60)


class OpenAIConfig(_Reached):
    """A server with OpenAI's ``/chat/completions``; ``base_url`` ends before that, usually with ``/v1``."""

    system: Literal["openai"]
    base_url: Url
    model: str = Field(min_length=1)
    api_key_env: str | None = None
    system_prompt: str | None = None
    temperature: float | None = Field(default=0.0, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    extra_body: dict[str, Any] = Field(default_factory=dict)
    answer: AnswerConfig | None = None


class HttpConfig(_Reached):
    """Any other JSON interface.

    In ``body``, ``{question}``, ``{language}``, ``{history}``, ``{messages}``,
    ``{filters}`` and ``{conversation_id}`` are filled in. ``history_text``
    names the field of a turn that holds its text. ``status_outcomes``: HTTP
    statuses, other than 200, that are outcomes and no errors.
    """

    system: Literal["http"]
    url: Url
    method: Literal["POST", "GET", "PUT"] = "POST"
    body: dict[str, Any] | None = None
    query: dict[str, str] = Field(default_factory=dict)
    history_text: str = "text"
    status_outcomes: dict[str, Outcome] = Field(default_factory=dict)
    poll: PollConfig | None = None
    answer: AnswerConfig

    @model_validator(mode="after")
    def _complete(self) -> HttpConfig:
        if "{question}" not in repr((self.body, self.query)) and "{messages}" not in repr(self.body):
            raise ValueError("body (or query) must hold {question} or {messages}")
        if self.method == "GET" and self.body is not None:
            raise ValueError("a GET request has no body; use query")
        for status in self.status_outcomes:
            if not re.fullmatch(r"[2-5]\d\d", status):
                raise ValueError(f"status_outcomes: '{status}' is no HTTP status")
        return self


SystemConfig = OpenAIConfig | HttpConfig
_KNOWN: TypeAdapter[SystemConfig] = TypeAdapter(Annotated[SystemConfig, Field(discriminator="system")])


def load_system_config(path: Path) -> dict[str, Any]:
    """Read and check the configuration of a system under test.

    Returns:
        the tables of the file, as `evals.systems.open_answer_system` takes
        them; ``system`` says which kind it is.

    Raises:
        SystemConfigError: naming file and field.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SystemConfigError(str(path), None, f"not TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise SystemConfigError(str(path), None, "is not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise SystemConfigError(str(path), None, f"cannot be read: {error.strerror}") from error
    check_config(given, str(path))
    return given


def check_config(given: Mapping[str, Any], where: str = "system configuration") -> SystemConfig:
    """Check a configuration and return it typed.

    Args:
        given: as read from TOML.
        where: what the message says it is.

    Raises:
        SystemConfigError: naming the field.
    """
    try:
        # By the rules for JSON, where a list may stand for a tuple and nothing else is converted.
        return _KNOWN.validate_json(json.dumps(given, default=str))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        parts = [str(part) for part in first["loc"]]
        if parts and parts[0] in ("openai", "http"):
            parts = parts[1:]
        message = str(first["msg"]).removeprefix("Value error, ")
        if first["type"].startswith("union_tag"):
            parts, message = ["system"], "must be openai or http"
        if first["type"] == "extra_forbidden":
            message = "is not known; remove it or look at the examples for its spelling"
        raise SystemConfigError(where, ".".join(parts) or None, message) from error
