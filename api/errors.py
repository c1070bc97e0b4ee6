"""Errors of the api room; `api.problems` says how each is answered.

ApiError
├── DocumentUnknown   no such document, or not that version
├── ModelUnknown      no such model in the chat dialect
├── BadRange          a span outside the document
├── NotAcceptable     no format that the caller takes
├── NotLoopback       only this machine may call
├── NotSignedIn       the caller has to sign in or give a valid key
├── RoleMissing       the account may not do this
├── CrossSite         another site asks for a change
├── OriginNotAllowed  a website that may not embed the widget
├── WidgetTokenRefused  a token of the widget is not good (any more)
├── RateLimited       the client has used up its requests
├── RunUnknown        no such evaluation run, suite or case
├── SwitchedOff       an administrator switched answering off
├── Overloaded        too many questions are waiting
└── Starting          the helpdesk is still loading, or could not be loaded
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """Base of every error here; ``str()`` is shown to the caller."""

    headers: tuple[tuple[str, str], ...] = ()
    extra: tuple[tuple[str, Any], ...] = ()


class DocumentUnknown(ApiError):
    """No document has this id, or it has no such version."""


class ModelUnknown(ApiError):
    """The helpdesk does not answer under this name."""


class BadRange(ApiError):
    """A span does not lie within the document's text."""


class NotAcceptable(ApiError):
    """The caller takes no format that is made here."""


class NotLoopback(ApiError):
    """The caller is not on this machine."""


class NotSignedIn(ApiError):
    """Nobody is signed in, or the API key is not good."""

    headers = (("WWW-Authenticate", "Bearer"),)


class RoleMissing(ApiError):
    """The account lacks every role that this takes."""


class CrossSite(ApiError):
    """A change is asked for with the session cookie, but not by one of our own pages."""


class OriginNotAllowed(ApiError):
    """A website asks for the widget, and it is not on the list."""


class WidgetTokenRefused(ApiError):
    """A token of the widget is forged, over, another origin's, or of an origin that is allowed no longer."""

    headers = (("WWW-Authenticate", "Widget"),)


class RateLimited(ApiError):
    """The client has to wait ``retry_after_s`` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Too many requests from here. Try again in {retry_after_s} s.")
        self.headers = (("Retry-After", str(retry_after_s)),)
        self.extra = (("retry_after_s", retry_after_s),)


class RunUnknown(ApiError):
    """No evaluation run or suite has this name, or the run has no such case."""


class SwitchedOff(ApiError):
    """No question is answered until an administrator switches answering on again."""

    def __init__(self) -> None:
        super().__init__("Questions are not answered at the moment: an administrator switched answering off.")


class Overloaded(ApiError):
    """The queue of questions is full."""

    def __init__(self) -> None:
        super().__init__("Too many questions are being answered at the moment. Try again in a few seconds.")
        self.headers = (("Retry-After", "2"),)


class Stopping(ApiError):
    """The server ends before it came to this."""

    def __init__(self) -> None:
        super().__init__("The server is being stopped. Try again in a minute.")
        self.headers = (("Retry-After", "60"),)


class Starting(ApiError):
    """Questions are not answered yet, for these reasons."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("The helpdesk does not answer questions yet: " + "; ".join(reasons) + ".")
        self.headers = (("Retry-After", "2"),)
        self.extra = (("reasons", list(reasons)),)
