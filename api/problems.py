"""Every error as an RFC 9457 problem document: one table, held complete by a test.

What the rooms below raise is looked up by class. A class whose message is
written for the caller is shown with it; any other error gives a plain 500.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.errors import (
    ApiError,
    BadRange,
    CrossSite,
    DocumentUnknown,
    ModelUnknown,
    NotAcceptable,
    NotLoopback,
    NotSignedIn,
    OriginNotAllowed,
    Overloaded,
    RateLimited,
    RoleMissing,
    RunUnknown,
    Starting,
    Stopping,
    SwitchedOff,
    WidgetTokenRefused,
)
from api.questions import QuestionRefused
from corpus import errors as corpus_errors
from evals import errors as evals_errors
from helpdesk_bot import errors as helpdesk_errors
from helpdesk_bot.review import errors as review_errors
from index import errors as index_errors

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one class of error is answered. ``misuse``: on the command line it is exit code 2, not 3."""

    status: int
    code: str
    title: str
    misuse: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem document; ``extra`` members and ``headers`` go with it."""

    status: int
    code: str
    title: str
    detail: str | None = None
    extra: tuple[tuple[str, Any], ...] = ()
    headers: Headers = ()

    def to_json(self) -> dict[str, Any]:
        """Return the document's members; ``code`` is stable and never translated."""
        body: dict[str, Any] = {
            "type": f"urn:helpdesk-bot:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            body["detail"] = self.detail
        return body | dict(self.extra)


INTERNAL = Kind(500, "internal_error", "Something went wrong on our side")

KINDS: Mapping[type[Exception], Kind] = {
    # api
    ApiError: INTERNAL,
    QuestionRefused: Kind(422, "invalid_question", "The question cannot be asked as it is", misuse=True),
    DocumentUnknown: Kind(404, "document_not_found", "There is no such document"),
    ModelUnknown: Kind(404, "model_not_found", "There is no such model"),
    BadRange: Kind(422, "bad_range", "The span lies outside the document"),
    NotAcceptable: Kind(406, "not_acceptable", "This cannot be given in the form asked for"),
    NotLoopback: Kind(403, "loopback_only", "Only this machine may read this"),
    NotSignedIn: Kind(401, "unauthorized", "Sign in first"),
    RoleMissing: Kind(403, "forbidden", "This is not allowed"),
    CrossSite: Kind(403, "cross_site", "Another site asked for this"),
    OriginNotAllowed: Kind(403, "origin_not_allowed", "This website may not embed the helpdesk"),
    WidgetTokenRefused: Kind(401, "widget_token_refused", "The widget has to be loaded again"),
    RateLimited: Kind(429, "rate_limited", "Too many requests"),
    RunUnknown: Kind(404, "run_not_found", "There is no such run, suite or case"),
    SwitchedOff: Kind(503, "switched_off", "Questions are not answered at the moment"),
    Overloaded: Kind(503, "overloaded", "Too many questions at the moment"),
    Stopping: Kind(503, "server_stopping", "The server is being stopped"),
    Starting: Kind(503, "not_ready", "Questions are not answered yet"),
    # corpus
    corpus_errors.CorpusError: INTERNAL,
    corpus_errors.PermanentError: Kind(422, "document_refused", "The document cannot be read"),
    corpus_errors.UnsupportedFormat: Kind(415, "unsupported_format", "This kind of file is not read"),
    corpus_errors.EncryptedDocument: Kind(422, "document_encrypted", "The document needs a password"),
    corpus_errors.BrokenDocument: Kind(422, "document_broken", "The document is damaged"),
    corpus_errors.NoText: Kind(422, "document_without_text", "The document holds no text"),
    corpus_errors.LimitExceeded: Kind(413, "document_too_large", "The document goes over a limit"),
    corpus_errors.TransientError: Kind(503, "try_again", "It may succeed when tried again"),
    corpus_errors.MisusedError: Kind(422, "misused", "This cannot be done", misuse=True),
    corpus_errors.UnknownDocument: Kind(404, "document_not_found", "There is no such document", misuse=True),
    # index
    index_errors.IndexRoomError: INTERNAL,
    index_errors.EmbedderMismatch: Kind(503, "embedder_mismatch", "The index needs a rebuild", misuse=True),
    index_errors.ModelUnavailable: Kind(503, "model_unavailable", "The model cannot be had", misuse=True),
    index_errors.Locked: Kind(409, "locked", "Another process is at work here", misuse=True),
    index_errors.GenerationDamaged: Kind(503, "index_damaged", "The index is being mended"),
    index_errors.BadQuery: Kind(422, "bad_query", "The question or its filters make no sense", misuse=True),
    # helpdesk_bot
    helpdesk_errors.HelpdeskError: INTERNAL,
    helpdesk_errors.ConfigurationError: Kind(503, "misconfigured", "A setting is wrong", misuse=True),
    helpdesk_errors.NotReady: Kind(503, "not_ready", "Questions are not answered yet", misuse=True),
    helpdesk_errors.OperationRefused: Kind(422, "operation_refused", "This cannot be done so", misuse=True),
    helpdesk_errors.JobUnknown: Kind(404, "job_not_found", "There is no such job"),
    helpdesk_errors.AnswerUnknown: Kind(404, "answer_not_found", "There is no such answer"),
    helpdesk_errors.AccountRefused: Kind(422, "account_refused", "The account cannot be so", misuse=True),
    helpdesk_errors.AccountUnknown: Kind(404, "account_not_found", "There is no such account", misuse=True),
    helpdesk_errors.UnknownPassage: Kind(404, "passage_not_found", "There is no such passage", misuse=True),
    helpdesk_errors.RemoteFailure: Kind(502, "remote_failure", "Another helpdesk failed"),
    helpdesk_errors.BadOrigin: Kind(422, "bad_origin", "This is no web origin", misuse=True),
    helpdesk_errors.ProviderFailure: Kind(502, "provider_failure", "Signing in elsewhere failed"),
    # helpdesk_bot.review
    review_errors.ReviewError: INTERNAL,
    review_errors.ItemUnknown: Kind(404, "review_item_not_found", "There is no such question at the desk"),
    review_errors.ConversationUnknown: Kind(404, "conversation_not_found", "There is no such conversation"),
    review_errors.Conflict: Kind(409, "review_conflict", "Somebody else changed it meanwhile"),
    review_errors.NotAllowed: Kind(409, "review_not_allowed", "This cannot be done with it now"),
    review_errors.SourcesChanged: Kind(409, "review_sources_changed", "A quoted document changed meanwhile"),
    review_errors.Unsupported: Kind(422, "review_unsupported", "Not every sentence is supported"),
    review_errors.BadText: Kind(422, "review_bad_text", "This text cannot be used"),
    review_errors.HoldsPersonalData: Kind(422, "review_personal_data", "This seems to hold personal data"),
    review_errors.TooMany: Kind(422, "review_too_many", "The experts have heard enough of this"),
    review_errors.BadPolicy: Kind(422, "review_bad_policy", "The policy cannot be read"),
    review_errors.ConsentNeeded: Kind(422, "consent_needed", "This needs your consent"),
    helpdesk_errors.EntryUnknown: Kind(404, "bank_entry_not_found", "The answer bank has no such entry"),
    helpdesk_errors.MessageUnknown: Kind(404, "message_not_found", "There is no such message"),
    helpdesk_errors.DeliveryRefused: INTERNAL,  # caught by the courier
    helpdesk_errors.DeliveryFailed: INTERNAL,
    helpdesk_errors.EngineFailure: Kind(503, "engine_failure", "The language model failed"),
    # evals
    evals_errors.EvalError: INTERNAL,
    evals_errors.SuiteError: Kind(422, "suite_error", "The suite is written wrongly", misuse=True),
    evals_errors.RunError: Kind(422, "run_error", "The run folder cannot be used", misuse=True),
    evals_errors.UnknownSystemError: Kind(422, "unknown_system", "The system is not known", misuse=True),
    evals_errors.JudgeError: Kind(422, "judge_error", "The judge cannot be used", misuse=True),
    evals_errors.JudgeUndecided: INTERNAL,  # counted where it happens
}

STATUS_CODES: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "The request cannot be understood"),
    401: ("unauthorized", "Sign in first"),
    403: ("forbidden", "This is not allowed"),
    404: ("not_found", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not take this method"),
    406: ("not_acceptable", "This cannot be given in the form asked for"),
    411: ("length_required", "The request must say how long it is"),
    413: ("body_too_large", "The request is too large"),
    415: ("unsupported_media_type", "This kind of content is not read here"),
    416: ("range_not_satisfiable", "The file does not have this range"),
    422: ("invalid_request", "The request is not valid"),
    429: ("rate_limited", "Too many requests"),
    500: ("internal_error", "Something went wrong on our side"),
    503: ("not_ready", "Questions are not answered yet"),
}


def kind_of(error: Exception) -> Kind | None:
    """Return the table's row for an error, its nearest listed class deciding; ``None`` if none is."""
    for ancestor in type(error).__mro__:
        if ancestor in KINDS:
            return KINDS[ancestor]
    return None


def is_misuse(error: Exception) -> bool:
    """Return whether the error is the caller's: wrong use or configuration."""
    kind = kind_of(error)
    return kind is not None and kind.misuse


def code_of(error: Exception) -> str:
    """Return the stable code of an error; what is not in the table is an internal error."""
    return error.code if isinstance(error, QuestionRefused) else (kind_of(error) or INTERNAL).code


def problem_of(error: Exception) -> Problem:
    """Return the problem document of an error; what is not in the table is an internal error."""
    kind = kind_of(error)
    if kind is None or kind is INTERNAL:
        log.error("internal error", exc_info=error)
        return Problem(INTERNAL.status, INTERNAL.code, INTERNAL.title, "It has been logged. Try again.")
    headers: Headers = error.headers if isinstance(error, ApiError) else ()
    extra = error.extra if isinstance(error, ApiError | review_errors.ReviewError) else ()
    return Problem(kind.status, code_of(error), kind.title, str(error), extra, headers)


def problem_of_status(status: int, detail: str | None = None, headers: Headers = ()) -> Problem:
    """Return the problem document of a bare HTTP status."""
    code, title = STATUS_CODES.get(status, (f"http_{status}", "The request failed"))
    return Problem(status, code, title, None if detail == title else detail, (), headers)


def encode(value: Any) -> bytes:
    """Return JSON as UTF-8; whatever a caller smuggled in, it can be sent."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
