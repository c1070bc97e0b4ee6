"""What the chat page offers of the collection, read again when it changes: filters, suggested questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from api.messages import messages
from corpus.facets import Facets, facets_of, state_of
from helpdesk_bot.suggestions import subjects_to_ask_about

Value = TypeVar("Value")
Kept = dict[str, tuple[object, object]]

MOST_SUGGESTED = 4

_kept: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()


def facets(engine: Engine) -> Facets:
    """Return the values that questions can be narrowed by."""
    return _current(engine, "facets", lambda: facets_of(engine))


def suggestions(engine: Engine, language: str) -> tuple[str, ...]:
    """Return questions that the collection probably answers, in the language of the page."""
    return _current(engine, f"suggestions {language}", lambda: _questions(engine, language))


def _questions(engine: Engine, language: str) -> tuple[str, ...]:
    phrase = messages(language)["suggest_subject"]
    subjects = subjects_to_ask_about(engine, language, MOST_SUGGESTED)
    return tuple(phrase.format(subject=subject.text) for subject in subjects)


def _current(engine: Engine, name: str, read: Callable[[], Value]) -> Value:
    """Return what was read last, read anew where the collection has changed since."""
    state = (*state_of(engine), datetime.now(UTC).date())
    kept = _kept.setdefault(engine, {})
    found = kept.get(name)
    if found is None or found[0] != state:
        found = kept[name] = (state, read())
    value: Value = found[1]  # type: ignore[assignment]  # what `read` gave under this name
    return value
