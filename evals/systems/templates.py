"""What is sent to a foreign system: the question in the place that its configuration says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from corpus import language
from helpdesk_bot.answers import Question

_WITHIN = re.compile(r"\{(question|language|conversation_id)\}")
"""Placeholders that may stand within a longer text."""


def messages(question: Question, system_prompt: str | None = None) -> list[dict[str, str]]:
    """Return OpenAI's messages: the prompt, the earlier turns, the question."""
    head = [{"role": "system", "content": system_prompt}] if system_prompt else []
    turns = [{"role": turn.role, "content": turn.text} for turn in question.history]
    return [*head, *turns, {"role": "user", "content": question.text}]


def values_of(question: Question, history_text: str) -> dict[str, Any]:
    """Return what the placeholders stand for; ``history_text`` names the text's field of a turn.

    The language is the one asked for, else the question's own.
    """
    return {
        "question": question.text,
        "language": question.language or language.detect(question.text),
        "history": [{"role": turn.role, history_text: turn.text} for turn in question.history],
        "messages": messages(question),
        "filters": {name: list(values) for name, values in question.filters.items()},
        "conversation_id": question.conversation_id or uuid.uuid4().hex,
    }


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """Fill a template: a string that is a placeholder alone becomes the value, others get it as text.

    Each string is filled once, so a question with a placeholder's name in it stays as it is.
    """
    if isinstance(template, Mapping):
        return {name: fill(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    if not isinstance(template, str):
        return template
    for name, value in values.items():
        if template == f"{{{name}}}":
            return value
    parts = _WITHIN.split(template)
    return "".join(str(values[part]) if place % 2 else part for place, part in enumerate(parts))
