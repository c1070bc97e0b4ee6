"""Responses: JSON that can always be sent, and problem documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from api.problems import MEDIA_TYPE, Problem, encode


def json_reply(value: Any, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """Return JSON that no cache keeps."""
    return Response(
        encode(value), status, {"Cache-Control": "no-store", **(headers or {})}, media_type="application/json"
    )


def problem_reply(problem: Problem) -> Response:
    """Return a problem document."""
    headers = {"Cache-Control": "no-store", **dict(problem.headers)}
    return Response(encode(problem.to_json()), problem.status, headers, media_type=MEDIA_TYPE)
