"""Errors of the helpdesk room.

HelpdeskError
├── ConfigurationError   a setting is wrong or unknown: exit code 2
├── NotReady             the index is missing or made by another model: ingest or rebuild
└── EngineFailure        a chat model failed; the pipeline degrades to extracts, callers never see it

Not knowing is no error: it is an outcome of an answer.
"""

from __future__ import annotations


class HelpdeskError(Exception):
    """Base of every error here; ``str()`` says what, where and how to mend it."""


class ConfigurationError(HelpdeskError):
    """A setting is missing, unknown or out of range."""


class NotReady(HelpdeskError):
    """Questions cannot be answered yet."""


class EngineFailure(HelpdeskError):
    """A chat model did not give a usable text; the message is the reason for the trace."""
