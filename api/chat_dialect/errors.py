"""Errors as clients of the chat dialect expect them: the same table of problems, in another shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from api.problems import Problem
from api.replies import json_reply

PREFIX = "/v1/"

_TYPES: Mapping[int, str] = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}
_CODES: Mapping[str, str] = {"rate_limited": "rate_limit_exceeded", "unauthorized": "invalid_api_key"}
"""Codes that clients know by another name than ours."""

_PARAMETERS: Mapping[str, str] = {
    "model_not_found": "model",
    "question_empty": "messages",
    "question_too_long": "messages",
    "last_message_not_user": "messages",
    "unsupported_content": "messages",
    "unsupported_role": "messages",
    "bad_filter": "helpdesk.filters",
    "bad_language": "helpdesk.language",
}


def speaks_dialect(path: str) -> bool:
    """Return whether the caller of this path expects errors in the dialect."""
    return path.startswith(PREFIX)


def error_body(problem: Problem) -> dict[str, Any]:
    """Return a problem as the dialect's error document."""
    kind = _TYPES.get(problem.status)
    if kind is None:
        kind = "server_error" if problem.status >= 500 else "invalid_request_error"
    return {
        "error": {
            "message": problem.detail or problem.title,
            "type": kind,
            "param": _parameter(problem),
            "code": _CODES.get(problem.code, problem.code),
        }
    }


def error_reply(problem: Problem) -> Response:
    """Return a problem as a response; what is not valid is 400 here."""
    status = 400 if problem.status == 422 else problem.status
    return json_reply(error_body(problem), dict(problem.headers), status)


def _parameter(problem: Problem) -> str | None:
    if problem.code.startswith("unsupported_") and problem.code not in _PARAMETERS:
        return problem.code.removeprefix("unsupported_")
    fields = dict(problem.extra).get("errors") or [{}]
    return _PARAMETERS.get(problem.code) or fields[0].get("field") or None
