"""The OpenAPI document, made complete: examples, problem documents, how a key is given.

FastAPI writes it from the routes. What it cannot know stands in
``openapi_examples.json`` (by method and path) and here.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from fastapi import FastAPI

from api.chat_dialect.errors import speaks_dialect
from api.problems import MEDIA_TYPE, STATUS_CODES

Json = dict[str, Any]

DESCRIPTION = """\
Answers to policy questions from documents, every statement with a verbatim quote. Asking and reading need \
no account; a key, where one is given, is a bearer token. Every outcome of a question is HTTP 200. Errors \
are problem documents (RFC 9457) with a stable `code`; under `/v1` they have the shape that clients of that \
dialect expect."""

PROBLEM: Json = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong; `code` is stable and never translated.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "example": "urn:helpdesk-bot:problem:rate_limited"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string", "description": "What to do about it."},
        "errors": {
            "type": "array",
            "description": "The fields that are wrong.",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "kind": {"type": "string"},
                },
            },
        },
        "retry_after_s": {"type": "integer", "description": "Seconds until it may be tried again."},
    },
    "additionalProperties": True,
}

_METHODS = ("get", "post", "put", "patch", "delete")


def install(app: FastAPI) -> None:
    """Let the application give the completed document at ``/openapi.json``."""
    written = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = complete(written())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # how FastAPI wants it done


def complete(document: Json) -> Json:
    """Return the document with what FastAPI cannot know; the one given is changed."""
    document["info"]["description"] = DESCRIPTION
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key (`hdk_...`)."}
    }
    document["security"] = [{}, {"key": []}]
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                _errors(path, operations[method])
                _examples(f"{method.upper()} {path}", operations[method])
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return document


def problem_response(status: int) -> Json:
    """Return how a problem of this status is documented; for the ``responses`` of a route."""
    code, title = STATUS_CODES[status]
    example = {
        "type": f"urn:helpdesk-bot:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
    }
    return {"description": title, "content": {MEDIA_TYPE: {"schema": _ref("Problem"), "example": example}}}


def problems(*statuses: int) -> dict[int | str, Json]:
    """Return the documented problems of a route."""
    return {status: problem_response(status) for status in statuses}


def _errors(path: str, operation: Json) -> None:
    responses: Json = operation["responses"]
    generated = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    was_generated = generated.get("$ref", "").endswith("/HTTPValidationError")
    if speaks_dialect(path):
        if was_generated:
            del responses["422"]
        return
    if was_generated:
        responses["422"] = problem_response(422)
    for status, response in responses.items():
        if status[0] in "45":
            response.setdefault("content", {MEDIA_TYPE: {"schema": _ref("Problem")}})
    responses.setdefault(
        "default",
        {"description": "A problem document", "content": {MEDIA_TYPE: {"schema": _ref("Problem")}}},
    )


def _examples(name: str, operation: Json) -> None:
    examples = _written().get(name, {})
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None and "request" in examples:
        body["example"] = examples["request"]
    for status in ("200", "201", "202"):
        content = operation["responses"].get(status, {}).get("content", {}).get("application/json")
        if content is not None and not content.get("schema"):
            content["schema"] = {"type": "object", "additionalProperties": True}
        if content is not None and "response" in examples:
            content["example"] = examples["response"]


@cache
def _written() -> Json:
    text = resources.files("api").joinpath("openapi_examples.json").read_text("utf-8")
    examples: Json = json.loads(text)
    return examples


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
