"""Errors of the helpdesk room.

HelpdeskError
├── ConfigurationError   a setting is wrong or unknown: exit code 2
├── NotReady             the index is missing or made by another model: ingest or rebuild
├── AnswerUnknown        there is no recorded answer with this id
├── AccountRefused       an account, password, role or key cannot be made so
├── AccountUnknown       there is no such account or key
├── ProviderFailure      the OpenID Connect provider failed, or its answer does not hold
├── OperationRefused     what was asked for in running the helpdesk cannot be done so
├── JobUnknown           there is no such job
├── EntryUnknown         the answer bank has no such entry
├── MessageUnknown       the outbox has no such message
├── DeliveryRefused      a message can never be delivered as it is: it becomes a dead letter
├── DeliveryFailed       a message could not be delivered now: it is tried again
├── UnknownPassage       no passage has this id
├── RemoteFailure        a helpdesk server refused or could not be reached
├── BadOrigin            a text is no web origin
└── EngineFailure        a chat model failed; the pipeline degrades to extracts, callers never see it

Not knowing is no error: it is an outcome of an answer.
"""

from __future__ import annotations


class HelpdeskError(Exception):
    """Base of every error here; ``str()`` says what, where and how to mend it.

    ``why`` is a code for pages that say it in their reader's language, ``values`` what those words name.
    """

    def __init__(self, message: str = "", *, why: str | None = None, **values: object) -> None:
        super().__init__(message)
        self.why = why
        self.values = values


class ConfigurationError(HelpdeskError):
    """A setting is missing, unknown or out of range."""


class NotReady(HelpdeskError):
    """Questions cannot be answered yet."""


class AnswerUnknown(HelpdeskError):
    """No answer with this id is recorded, or not in that conversation."""


class AccountRefused(HelpdeskError):
    """An account, a password, a role or a key cannot be as asked for."""


class AccountUnknown(HelpdeskError):
    """No account or key has this name or id."""


class OperationRefused(HelpdeskError):
    """A job, an upload or a setting of running the helpdesk cannot be as asked for."""


class JobUnknown(HelpdeskError):
    """No job has this id."""


class UnknownPassage(HelpdeskError):
    """No passage has this id."""


class RemoteFailure(HelpdeskError):
    """A helpdesk server, asked over HTTP, refused or could not be reached."""


class BadOrigin(HelpdeskError):
    """A text is not the origin of a website."""


class EntryUnknown(HelpdeskError):
    """The answer bank has no entry with this id."""


class MessageUnknown(HelpdeskError):
    """The outbox has no message with this id that could be sent again."""


class DeliveryRefused(HelpdeskError):
    """A message can never be delivered as it is."""


class DeliveryFailed(HelpdeskError):
    """A message could not be delivered now."""


class ProviderFailure(HelpdeskError):
    """Nobody can come in by the OpenID Connect provider's answer."""


class EngineFailure(HelpdeskError):
    """A chat model did not give a usable text; the message is the reason for the trace."""
