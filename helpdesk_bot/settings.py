"""Every option of the helpdesk: the only module that reads the environment or a configuration file.

Order, the first wins: command line, environment (``HELPDESK_NAME``), TOML file
(``--config``), default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError, field_validator

from corpus.documents import KINDS
from corpus.storage import sqlite_url
from helpdesk_bot.accounts.options import AccessOptions
from helpdesk_bot.delivery.options import DeliveryOptions
from helpdesk_bot.errors import BadOrigin, ConfigurationError
from helpdesk_bot.kind_weights import read_kind_weights
from helpdesk_bot.operations.options import OperationOptions
from helpdesk_bot.phrases import languages
from helpdesk_bot.switches import INDEX_SWITCHES, SWITCHES, Switch, in_order
from helpdesk_bot.web_origin import canonical_origin

ENVIRONMENT_PREFIX = "HELPDESK_"

INDEX_SETTINGS = ("embedder", "passage_tokens")
"""Settings that an index is made with; see also `Settings.index_options`."""


class Settings(AccessOptions, DeliveryOptions, OperationOptions):
    """The options, immutable; an unknown name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    data_dir: Path = Field(Path("var"), description="Folder of the database, the originals and the indexes.")
    database_url: str | None = Field(
        None, description="SQLAlchemy address of the database; default: SQLite in the data directory."
    )
    model_cache: Path = Field(
        Path("~/.cache/helpdesk-bot/models"),
        description="Folder where the bundled embedding model is expanded once (490 MB); can be shared.",
    )
    embedder: str = Field(
        "bundled",
        description="`bundled` (multilingual-e5-small) or the name or folder of any Sentence-Transformers "
        "model. Changing it needs `helpdesk index rebuild`.",
    )
    answer_threads: int = Field(
        1,
        ge=1,
        le=64,
        description="Threads that embed one question; more gain a fifth when idle and lose under load.",
    )
    host: str = Field("127.0.0.1", description="Address that `helpdesk serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that `helpdesk serve` listens on.")
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="Worker processes of `helpdesk serve`; more than one reads generations only.",
    )
    default_language: str = Field(
        "en", description="Language of an answer when the question's own has no catalogue."
    )
    passage_tokens: int = Field(256, ge=64, le=512, description="Target size of a passage, in cl100k tokens.")
    depth: Literal["fast", "deep"] = Field(
        "deep", description="Thoroughness when a request names none: `fast` reads fewer sentences closely."
    )
    reader_excerpts: int = Field(
        6,
        ge=1,
        le=32,
        description="Excerpts that the trained reader reads at depth `deep`. More find a little more and "
        "take longer; docs/quality.md shows the curve.",
    )
    deep_max_waiting: int = Field(
        4,
        ge=0,
        le=128,
        description="While more questions than this wait in the server, those that name no depth are "
        "answered at `fast`, and the answer says so. 128, the longest queue, never falls back.",
    )
    deep_max_wait_s: float = Field(
        10.0,
        gt=0,
        le=300,
        description="A question that names `deep` is answered so until those waiting would need more seconds "
        "than this at that depth; then it is answered at `fast` as well.",
    )
    min_confidence: float = Field(
        0.35,
        ge=0,
        le=1,
        description="Below this calibrated probability the answer is that the documents do not say. A quote "
        "can be checked, a wrong refusal is a dead end: hence less than one half.",
    )
    kind_weights: Mapping[str, float] = Field(
        {},
        description="Added to the score of a passage whose document is of this kind, -1 to 1, as "
        "`policy_brief=0.02,news=-0.02` or as a TOML table. The score is about 0.7 to 1.1, and neighbours in "
        "the list are often less than 0.01 apart. Kinds: " + ", ".join(f"`{kind}`" for kind in KINDS) + ".",
    )
    recency_weight: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Taken off the score of a passage for each year of its document's age; a document "
        "without a date loses nothing. 0.002 puts ten years at 0.02.",
    )
    superseded_penalty: float = Field(
        0.03,
        ge=0,
        le=1,
        description="Taken off the score of a passage whose document is not in force today: replaced by "
        "another (`supersedes`), no longer valid (`valid_until`) or not yet (`valid_from`). It stays "
        "findable, behind. 0.03 is about the step from a near miss to a hit.",
    )
    per_document: int = Field(
        6,
        ge=1,
        le=100,
        description="Passages of one document among those read for an answer, so that one long report does "
        "not fill the list.",
    )
    bank_threshold: float = Field(
        0.925,
        ge=0.5,
        le=1,
        description="Least similarity of two questions at which an approved answer to one is given to the "
        "other, where names, places and numbers agree too (docs/how-to/reuse-approved-answers.md).",
    )
    max_question_chars: int = Field(2000, ge=1, le=20000, description="Longest question, in characters.")
    chat_model: str | None = Field(
        None,
        description="Chat model as LangChain's `init_chat_model` names it, e.g. `openai:gpt-4.1-mini`. "
        "None: answers are quoted sentences only (the extractive engine).",
    )
    chat_base_url: str | None = Field(
        None, description="Address of an OpenAI-compatible endpoint for the chat model."
    )
    chat_api_key: str | None = Field(
        None, description="Key for the chat model; better given as HELPDESK_CHAT_API_KEY.", repr=False
    )
    chat_timeout_s: float = Field(
        20.0, gt=0, le=300, description="Seconds until a silent chat model is given up."
    )
    rate_limit_burst: int = Field(120, ge=1, description="Requests that one client may make at once.")
    rate_limit_per_minute: int = Field(1200, ge=1, description="Requests a minute that refill the burst.")
    allowed_origins: tuple[str, ...] = Field(
        (),
        description="Websites that may embed the widget, separated by commas, each in full: scheme, host and "
        "port where it is unusual, e.g. `https://www.example.org`. Administrators add more under `/admin`.",
    )
    record_conversations: bool = Field(
        True, description="Keep questions and answers in the database, for replay, review and measurement."
    )
    switched_off: tuple[Switch, ...] = Field(
        (),
        description="For measurement only: parts to switch off, separated by commas. "
        + "; ".join(f"`{name}`: {what}" for name, what in SWITCHES.items())
        + ". `heading_context` needs `helpdesk index rebuild`.",
    )

    @field_validator("kind_weights", mode="before")
    @classmethod
    def _weights(cls, value: Any) -> Any:
        return read_kind_weights(value)

    @field_validator("allowed_origins")
    @classmethod
    def _canonical(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(dict.fromkeys(canonical_origin(origin) for origin in value))
        except BadOrigin as error:
            raise ValueError(str(error)) from error

    @field_validator("switched_off", "allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("switched_off")
    @classmethod
    def _order(cls, value: tuple[Switch, ...]) -> tuple[Switch, ...]:
        return in_order(value)

    @field_validator("data_dir", "model_cache")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("default_language")
    @classmethod
    def _has_catalogue(cls, value: str) -> str:
        if value not in languages():
            raise ValueError(
                f"there is no message catalogue for {value!r}; there is {', '.join(languages())}"
            )
        return value

    @property
    def database(self) -> str:
        """The SQLAlchemy address in force."""
        return self.database_url or sqlite_url(self.data_dir)

    @property
    def heading_context(self) -> bool:
        """Whether passages are embedded with their title and headings."""
        return "heading_context" not in self.switched_off

    @property
    def index_options(self) -> dict[str, Any]:
        """What an index is made with besides the documents: another value needs another index."""
        return {
            **{name: getattr(self, name) for name in INDEX_SETTINGS},
            "switched_off": [name for name in self.switched_off if name in INDEX_SWITCHES],
        }


def load_settings(
    config: Path | None = None,
    data_dir: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **overrides: Any,
) -> Settings:
    """Read the settings from file, environment and overrides.

    Args:
        config: a TOML file whose top-level keys are the setting names.
        data_dir: the data directory, from the command line.
        environment: variables to read; default: the process's own.
        overrides: settings from the command line; ``None`` means not given.

    Raises:
        ConfigurationError: unknown name, wrong type or range, unreadable file.
    """
    values = _from_file(config) if config else {}
    values |= _from_environment(os.environ if environment is None else environment)
    values |= {name: value for name, value in overrides.items() if value is not None}
    if data_dir is not None:
        values["data_dir"] = data_dir
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        known = (
            "" if name in Settings.model_fields else f" Known settings: {', '.join(Settings.model_fields)}."
        )
        raise ConfigurationError(f"Setting {name!r}: {first['msg']}.{known}") from error


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigurationError(
            f"The configuration file {path} cannot be read: {error.strerror}."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"The configuration file {path} is not valid TOML: {error}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"The configuration file {path} is not UTF-8 text; save it as UTF-8."
        ) from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in environment.items():
        name = key.removeprefix(ENVIRONMENT_PREFIX).lower()
        if key.startswith(ENVIRONMENT_PREFIX) and name in Settings.model_fields and value != "":
            values[name] = value
    return values
